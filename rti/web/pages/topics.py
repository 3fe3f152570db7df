"""The pages of topics: all of them, and one to add or change."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.core.roles import ADMINISTRATION
from rti.topics import actions, queries
from rti.topics.commands import AddTopic, SaveTopic
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only
from rti.web.inject import Form, Now, Session
from rti.web.templating import WebRequest, page


@get("/topics", guards=[only(ADMINISTRATION)])
async def list_topics(request: WebRequest, session: Session) -> Template:
    return page(request, "topics/list.html", await queries.topics(session))


@get("/topics/new", guards=[only(ADMINISTRATION)])
async def new_topic(request: WebRequest, form: Form) -> Template:
    return page(request, "topics/edit.html", form=form, initial={"place": 500})


@post("/topics/new", guards=[only(ADMINISTRATION)])
@else_show(new_topic)
async def add_topic(session: Session, command: AddTopic, now: Now) -> Redirect:
    await actions.add(session, command, now)
    return see_other("/topics")


@get("/topics/{topic:str}/edit", guards=[only(ADMINISTRATION)])
async def show_topic(request: WebRequest, session: Session, topic: FromPath[str], form: Form) -> Template:
    row = await actions.topic(session, topic)
    return page(request, "topics/edit.html", row, form=form, initial=fields_of(row, SaveTopic))


@post("/topics/{topic:str}/edit", guards=[only(ADMINISTRATION)])
@else_show(show_topic)
async def edit_topic(session: Session, topic: FromPath[str], command: SaveTopic, now: Now) -> Redirect:
    await actions.edit(session, topic, command, now)
    return see_other("/topics")


ROUTES = [list_topics, new_topic, add_topic, show_topic, edit_topic]
