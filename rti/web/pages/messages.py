"""The messages that went out, or would have, in the browser."""

from litestar import get
from litestar.response import Template

from notifications import queries
from rti.core.roles import MESSAGES
from rti.core.validation import decode
from rti.models.messages import MessageState
from rti.web.guards import only
from rti.web.inject import Id, Session, Who
from rti.web.templating import WebRequest, page


@get("/mail", guards=[only(MESSAGES)])
async def list_messages(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(queries.MessageFilter, dict(request.query_params))
    found = await queries.messages(session, person, wanted)
    return page(request, "mail/list.html", found, wanted=wanted, states=MessageState)


@get("/mail/{message_id:uuid}", guards=[only(MESSAGES)])
async def show_message(request: WebRequest, session: Session, person: Who, message_id: Id) -> Template:
    return page(request, "mail/detail.html", await queries.message(session, person, message_id))


ROUTES = [list_messages, show_message]
