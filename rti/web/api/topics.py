"""Topics as JSON."""

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, JSONBody

from rti.core.attributes import from_attributes
from rti.core.roles import ADMINISTRATION
from rti.topics import actions, queries
from rti.topics.commands import AddTopic, SaveTopic
from rti.web.guards import only, signed_in
from rti.web.inject import Now, Session


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """A topic; a retired one is no longer offered."""

    code: str
    name_km: str
    name_en: str
    place: int
    retired: bool


@get("/api/topics", guards=[signed_in])
async def list_topics(session: Session) -> list[TopicView]:
    """In the order in which they are offered."""
    return [from_attributes(TopicView, row) for row in await queries.topics(session)]


@post("/api/topics", guards=[only(ADMINISTRATION)])
async def add_topic(data: JSONBody[AddTopic], session: Session, now: Now) -> TopicView:
    return from_attributes(TopicView, await actions.add(session, data, now))


@put("/api/topics/{topic:str}", guards=[only(ADMINISTRATION)])
async def edit_topic(
    topic: FromPath[str], data: JSONBody[SaveTopic], session: Session, now: Now
) -> TopicView:
    """Replace everything except the code."""
    return from_attributes(TopicView, await actions.edit(session, topic, data, now))


ROUTES = [list_topics, add_topic, edit_topic]
