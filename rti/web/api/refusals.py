"""Grounds of refusal as JSON."""

from datetime import date

from litestar import get

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import COUNTING
from rti.core.validation import decode
from rti.statistics.refusals import RefusalQuery, refusals
from rti.statistics.tables import CountTable
from rti.web.count_tables import CountTableView, count_view
from rti.web.guards import only, rate_limited
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, language_of


async def asked_refusals(request: WebRequest, session: Session, person: Who, today: date) -> CountTable:
    """What an address asks for; raises Invalid."""
    return await refusals(session, person, decode(RefusalQuery, dict(request.query_params)), today)


@get("/api/statistics/refusals", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def refusals_as_json(
    request: WebRequest, session: Session, person: Who, today: Today
) -> CountTableView:
    return count_view(await asked_refusals(request, session, person, today), language_of(request))


ROUTES = [refusals_as_json]
