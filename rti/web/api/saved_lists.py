"""Saved lists as JSON, and what of a list needs attention."""

from litestar import delete, get, post
from litestar.params import JSONBody

from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests import saved_lists
from rti.requests.commands import SaveList
from rti.requests.counts import CountRequests, DueDay, DueMonth, Group, counted, due_days
from rti.requests.saved_lists import SavedList
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/api/saved-lists", guards=[only(REQUESTS)])
async def list_saved(session: Session, person: Who) -> list[SavedList]:
    """One's own and shared lists; `wanted` are the parameters of `GET /api/requests`."""
    return await saved_lists.saved_lists(session, person)


@post("/api/saved-lists", guards=[only(REQUESTS)])
async def save_list(
    session: Session, person: Who, data: JSONBody[SaveList], now: Now, today: Today
) -> list[SavedList]:
    """Save a filter under a name, replacing one's own of that name."""
    await saved_lists.save_list(session, data, person, now, today)
    return await saved_lists.saved_lists(session, person)


@delete("/api/saved-lists/{list_id:uuid}", guards=[only(REQUESTS)])
async def delete_list(session: Session, person: Who, list_id: Id) -> None:
    await saved_lists.delete_list(session, list_id, person)


@get("/api/requests/counts", guards=[only(REQUESTS)])
async def count_requests(request: WebRequest, session: Session, person: Who, today: Today) -> list[Group]:
    """How many requests are overdue, due soon and stalled, `by` a filter of `GET /api/requests`; those filters narrow what is counted."""
    wanted = decode(CountRequests, dict(request.query_params))
    return [*await counted(session, person, wanted, today)]


@get("/api/requests/due", guards=[only(REQUESTS)])
async def show_due(request: WebRequest, session: Session, person: Who, today: Today) -> list[DueDay]:
    """How many requests have their next date on each day of the month of `month`, any day in it; by default this month."""
    return await due_days(session, person, decode(DueMonth, dict(request.query_params)), today)


ROUTES = [list_saved, save_list, delete_list, count_requests, show_due]
