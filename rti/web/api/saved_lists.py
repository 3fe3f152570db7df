"""Saved lists as JSON."""

from litestar import delete, get, post
from litestar.params import JSONBody

from rti.core.roles import REQUESTS
from rti.requests import saved_lists
from rti.requests.commands import SaveList
from rti.requests.saved_lists import SavedList
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who


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


ROUTES = [list_saved, save_list, delete_list]
