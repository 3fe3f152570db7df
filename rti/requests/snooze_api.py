"""Snoozing a request and ending that as JSON."""

from litestar import delete, post
from litestar.params import JSONBody

from rti.accounts.policy import REQUESTS
from rti.requests import queries, snoozing
from rti.requests.commands import SnoozeRequest
from rti.requests.views import DetailView, detail_view
from rti.web.api import JsonBody
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who


@post(
    "/api/requests/{request_id:uuid}/snooze",
    guards=[only(REQUESTS)],
    dto=JsonBody[SnoozeRequest],
    return_dto=None,
)
async def snooze_request(
    request_id: Id, data: JSONBody[SnoozeRequest], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    await snoozing.snooze(session, request_id, data, person, now, today)
    return detail_view(await queries.one(session, person, request_id), today)


@delete("/api/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
async def end_snooze(session: Session, person: Who, request_id: Id, now: Now) -> None:
    await snoozing.end(session, request_id, person, now)


ROUTES = [snooze_request, end_snooze]
