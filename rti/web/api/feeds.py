"""The addresses of one's feeds as JSON. Only the response that creates them contains them."""

from datetime import datetime

import msgspec
from litestar import delete, get, post
from litestar.datastructures import State

from rti.core.roles import REQUESTS
from rti.feeds import queries, secrets
from rti.feeds.secrets import Addresses
from rti.web.guards import only
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import WebRequest


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """When the present addresses were made, None where there are none, and how many dates a calendar has no room for."""

    since: datetime | None
    left_out: int


@get("/api/me/feeds", guards=[only(REQUESTS)])
async def show_feeds(state: State, session: Session, person: Who, today: Today) -> FeedState:
    since = await secrets.since(session, person.id)
    return FeedState(since=since, left_out=await queries.left_out_for(state.database, person, today))


@post("/api/me/feeds", guards=[only(REQUESTS)])
async def renew_feeds(request: WebRequest, session: Session, person: Who, now: Now) -> Addresses:
    return secrets.addresses(request.app.state.settings.address, await secrets.renew(session, person, now))


@delete("/api/me/feeds", guards=[only(REQUESTS)])
async def revoke_feeds(session: Session, person: Who, now: Now) -> None:
    await secrets.revoke(session, person, now)


ROUTES = [show_feeds, renew_feeds, revoke_feeds]
