"""Where somebody wants messages, as JSON."""

from litestar import get, put
from litestar.params import JSONBody

from rti.correspondence import addresses
from rti.correspondence.addresses import ChannelView, ChooseChannel
from rti.web.api import JsonBody
from rti.web.guards import signed_in
from rti.web.inject import Session, Who


@get("/api/me/channel", guards=[signed_in])
async def show_my_channel(session: Session, person: Who) -> ChannelView:
    return await addresses.chosen(session, person)


@put("/api/me/channel", guards=[signed_in], dto=JsonBody[ChooseChannel], return_dto=None)
async def choose_my_channel(data: JSONBody[ChooseChannel], session: Session, person: Who) -> ChannelView:
    await addresses.choose(session, person, data)
    await session.flush()
    return await addresses.chosen(session, person)


ROUTES = [show_my_channel, choose_my_channel]
