"""The switch for every outgoing message of an organisation as JSON."""

from litestar import get, put
from litestar.params import JSONBody

from rti.accounts.policy import LEADS
from rti.cbos import sending
from rti.cbos.commands import SetSending
from rti.web.api import JsonBody
from rti.web.guards import only
from rti.web.inject import Now, Session, Who


@get("/api/me/organisation", guards=[only(LEADS)])
async def show_sending(session: Session, person: Who) -> SetSending:
    return SetSending(sends_messages=(await sending.own_cbo(session, person)).sends_messages)


@put("/api/me/organisation", guards=[only(LEADS)], dto=JsonBody[SetSending], return_dto=None)
async def set_sending(data: JSONBody[SetSending], session: Session, person: Who, now: Now) -> SetSending:
    row = await sending.set_sending(session, person, data, now)
    return SetSending(sends_messages=row.sends_messages)


ROUTES = [show_sending, set_sending]
