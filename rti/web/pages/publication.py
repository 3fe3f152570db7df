"""How much bodies publish without being asked, as a page and as files."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.core.roles import COUNTING
from rti.models.audit import AuditAction
from rti.models.bodies import BodyKind
from rti.statistics.disclosure import is_coarse
from rti.statistics.publication import VisitDimension
from rti.web.api.visits import asked_publication
from rti.web.count_tables import counts_page, file_of, files
from rti.web.forms import read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/publication", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def show_publication(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    return await counts_page(
        request,
        "statistics/publication.html",
        read_query(request),
        partial(asked_publication, request, session, person, today),
        initial={"by": VisitDimension.SUBJECT},
        coarse=is_coarse(person),
        dimensions=VisitDimension,
        kinds=BodyKind,
        provinces=await provinces(session),
        campaigns=await campaigns(session),
    )


@get(files("/publication"), guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def publication_file(
    request: WebRequest, session: Session, person: Who, today: Today, now: Now
) -> Response[Any]:
    found = await asked_publication(request, session, person, today)
    record(session, AuditAction.EXPORTED, now, about="publication")
    return file_of(request, found.table)


ROUTES = [show_publication, publication_file]
