"""How many organisations take part, as a page and as files."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.campaigns.queries import campaigns
from rti.core.roles import COUNTING
from rti.models.audit import AuditAction
from rti.statistics.disclosure import is_coarse
from rti.statistics.participation import CboDimension, CboGroup
from rti.web.api.participation import asked_participation
from rti.web.count_tables import counts_page, file_of, files
from rti.web.forms import read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/participation", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def show_participation(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    return await counts_page(
        request,
        "statistics/participation.html",
        read_query(request),
        partial(asked_participation, request, session, person, today),
        initial={"group": CboGroup.TARGET, "by": CboDimension.PROVINCE},
        coarse=is_coarse(person),
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
