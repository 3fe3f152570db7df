"""Where somebody wants messages, as JSON."""

from litestar import get, post, put
from litestar.params import JSONBody

from notifications import channels
from notifications.channels import ChannelView, ChooseChannel, VerifyAddress
from rti.web.guards import signed_in
from rti.web.inject import Door, Now, Session, Who
from rti.web.templating import WebRequest


@get("/api/me/channel", guards=[signed_in])
async def show_my_channel(session: Session, person: Who) -> ChannelView:
    return await channels.chosen(session, person)


@put("/api/me/channel", guards=[signed_in])
async def choose_my_channel(
    request: WebRequest,
    data: JSONBody[ChooseChannel],
    auth_database: Door,
    session: Session,
    person: Who,
    now: Now,
) -> ChannelView:
    await channels.choose(auth_database, request.app.state.settings, person, data, now)
    return await channels.chosen(session, person)


@post("/api/me/channel/code", guards=[signed_in], status_code=200)
async def prove_my_channel(
    data: JSONBody[VerifyAddress], auth_database: Door, session: Session, person: Who, now: Now
) -> ChannelView:
    await channels.verify_address(auth_database, person, data.code, now)
    return await channels.chosen(session, person)


ROUTES = [show_my_channel, choose_my_channel, prove_my_channel]
