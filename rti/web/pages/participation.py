"""How many organisations take part, as a page and as files."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.campaigns.queries import campaigns
from rti.core.roles import COUNTING
from rti.models.audit import AuditAction
from rti.statistics.disclosure import is_coarse
from rti.statistics.participation import CboDimension, CboGroup, Participation
from rti.web.api.participation import asked_participation
from rti.web.api.statistics import words
from rti.web.count_tables import file_of, files
from rti.web.forms import attempt, read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page


@get("/participation", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def show_participation(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    form = read_query(request)
    asked = urlencode(form.values)
    found: Participation | None = None
    async with attempt(form):
        found = await asked_participation(request, session, person, today)
    form.values = {"group": CboGroup.TARGET, "by": CboDimension.PROVINCE} | form.values
    return page(
        request,
        "statistics/participation.html",
        found,
        form=form,
        as_file=asked,
        coarse=is_coarse(person),
        words=partial(words, language=language_of(request)),
        groups=CboGroup,
        dimensions=CboDimension,
        campaigns=await campaigns(session),
    )


@get(files("/participation"), guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def participation_file(
    request: WebRequest, session: Session, person: Who, today: Today, now: Now
) -> Response[Any]:
    found = await asked_participation(request, session, person, today)
    record(session, AuditAction.EXPORTED, now, about="participation")
    return file_of(request, found.table)


ROUTES = [show_participation, participation_file]
