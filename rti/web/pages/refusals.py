"""On which sections bodies rest their refusals, as a page and as files."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.campaigns.queries import campaigns
from rti.core.roles import COUNTING
from rti.models.audit import AuditAction
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import is_coarse
from rti.statistics.refusals import GROUPS
from rti.web.api.refusals import asked_refusals
from rti.web.count_tables import counts_page, file_of, files
from rti.web.forms import read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/refusals", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def show_refusals(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    return await counts_page(
        request,
        "statistics/refusals.html",
        read_query(request),
        partial(asked_refusals, request, session, person, today),
        initial={"by": Dimension.SECTION},
        coarse=is_coarse(person),
        dimensions=GROUPS,
        campaigns=await campaigns(session),
    )


@get(files("/refusals"), guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def refusals_file(
    request: WebRequest, session: Session, person: Who, today: Today, now: Now
) -> Response[Any]:
    table = await asked_refusals(request, session, person, today)
    record(session, AuditAction.EXPORTED, now, about="refusals")
    return file_of(request, table)


ROUTES = [show_refusals, refusals_file]
