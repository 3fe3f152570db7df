"""The pages of the directory."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.bodies import actions, queries
from rti.bodies.commands import SaveBody
from rti.campaigns.queries import campaigns
from rti.core.roles import REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.requests.commands import RequestFilter
from rti.requests.queries import worklist
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only, signed_in
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/bodies", guards=[signed_in])
async def list_bodies(request: WebRequest, session: Session) -> Template:
    wanted = decode(queries.BodyFilter, dict(request.query_params))
    return page(
        request,
        "bodies/list.html",
        await queries.directory(session, wanted),
        wanted=wanted,
        kinds=BodyKind,
        area_path=await queries.path_to(session, wanted.area),
        areas_below=await queries.areas_below(session, wanted.area),
        campaigns=await campaigns(session),
    )


@get("/bodies/{body_id:uuid}", guards=[signed_in])
async def show_body(
    request: WebRequest, session: Session, person: Who, body_id: Id, today: Today
) -> Template:
    body = await queries.body(session, body_id)
    asked = None
    if person.role in REQUESTS:
        asked = await worklist(session, person, RequestFilter(body_id=body_id), today)
    return page(
        request,
        "bodies/detail.html",
        body,
        area_path=await queries.path_to(session, body.area_code),
        requests=asked,
        today=today,
    )


@get("/bodies/new", guards=[only(SUPPORT)])
async def new_body(request: WebRequest, form: Form) -> Template:
    return page(request, "bodies/edit.html", form=form, kinds=BodyKind)


@post("/bodies/new", guards=[only(SUPPORT)])
@else_show(new_body)
async def add_body(session: Session, command: SaveBody, now: Now) -> Redirect:
    row = await actions.add(session, command, now)
    return see_other(f"/bodies/{row.id}")


@get("/bodies/{body_id:uuid}/edit", guards=[only(SUPPORT)])
async def show_edit(request: WebRequest, session: Session, body_id: Id, form: Form) -> Template:
    row = await queries.body(session, body_id)
    return page(request, "bodies/edit.html", row, form=form, initial=fields_of(row, SaveBody), kinds=BodyKind)


@post("/bodies/{body_id:uuid}/edit", guards=[only(SUPPORT)])
@else_show(show_edit)
async def edit_body(session: Session, body_id: Id, command: SaveBody) -> Redirect:
    await actions.edit(session, body_id, command)
    return see_other(f"/bodies/{body_id}")


ROUTES = [list_bodies, show_body, new_body, add_body, show_edit, edit_body]
