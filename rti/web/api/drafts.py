"""Changing and deleting a draft, as JSON."""

from litestar import delete, put
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.requests import drafts
from rti.requests.commands import EditDraft
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who


@put(
    "/api/requests/{request_id:uuid}/draft",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
    status_code=204,
)
async def edit_draft(
    request_id: Id, data: JSONBody[EditDraft], session: Session, person: Who, now: Now, today: Today
) -> None:
    """Replace the whole draft; only until it is handed over."""
    await drafts.edit(session, request_id, data, person, now, today)


@delete("/api/requests/{request_id:uuid}/draft", guards=[only(REQUESTS)])
async def delete_draft(request_id: Id, session: Session, person: Who, now: Now) -> None:
    """Delete a draft with everything attached; only until it is handed over."""
    await drafts.remove(session, request_id, person, now)


ROUTES = [edit_draft, delete_draft]
