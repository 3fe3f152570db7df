"""What of a list needs attention, by a filter, and what is due on which day, as JSON."""

from litestar import get

from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests.counts import CountRequests, DueDay, DueMonth, Group, counted, due_days
from rti.web.guards import only
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest


@get("/api/requests/counts", guards=[only(REQUESTS)])
async def count_requests(request: WebRequest, session: Session, person: Who, today: Today) -> list[Group]:
    """How many requests are overdue, due soon and stalled, `by` a filter of `GET /api/requests`; those filters narrow what is counted."""
    wanted = decode(CountRequests, dict(request.query_params))
    return [*await counted(session, person, wanted, today)]


@get("/api/requests/due", guards=[only(REQUESTS)])
async def show_due(request: WebRequest, session: Session, person: Who, today: Today) -> list[DueDay]:
    """How many requests have their next date on each day of the month of `month`, any day in it; by default this month."""
    return await due_days(session, person, decode(DueMonth, dict(request.query_params)), today)


ROUTES = [count_requests, show_due]
