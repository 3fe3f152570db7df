"""Messages as JSON."""

import msgspec
from litestar import get

from notifications import queries
from notifications.queries import MessageView
from rti.core.roles import MESSAGES
from rti.core.validation import decode
from rti.web.guards import only
from rti.web.inject import Id, Session, Who
from rti.web.templating import WebRequest


class MessageList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    messages: list[MessageView]
    next: str | None


@get("/api/messages", guards=[only(MESSAGES)])
async def list_messages(request: WebRequest, session: Session, person: Who) -> MessageList:
    wanted = decode(queries.MessageFilter, dict(request.query_params))
    found = await queries.messages(session, person, wanted)
    return MessageList(messages=list(found.items), next=found.next)


@get("/api/messages/{message_id:uuid}", guards=[only(MESSAGES)])
async def show_message(session: Session, person: Who, message_id: Id) -> MessageView:
    return await queries.message(session, person, message_id)


ROUTES = [list_messages, show_message]
