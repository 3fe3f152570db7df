"""The pages of the directory."""

from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.bodies import actions, queries
from rti.bodies.commands import SaveBody
from rti.campaigns.queries import campaigns
from rti.core.roles import REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.requests.commands import RequestFilter
from rti.requests.queries import worklist
from rti.web import forms
from rti.web.guards import only, signed_in
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import Faults, WebRequest, page


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


async def _form(
    request: WebRequest, session: Session, body_id: UUID | None = None, sent: forms.Form | None = None
) -> Template:
    row = await queries.body(session, body_id) if body_id else None
    stored = {name: getattr(row, name) or "" for name in SaveBody.__struct_fields__} if row else {}
    return page(
        request,
        "bodies/edit.html",
        row,
        status=422 if sent else 200,
        kinds=BodyKind,
        form=sent.values if sent else stored,
        faults=Faults(sent.faults if sent else ()),
    )


@get("/bodies/new", guards=[only(SUPPORT)])
async def new_body(request: WebRequest, session: Session) -> Template:
    return await _form(request, session)


@post("/bodies/new", guards=[only(SUPPORT)])
async def add_body(request: WebRequest, session: Session, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        row = await actions.add(session, decode(SaveBody, sent.values), now)
    if sent.faults:
        return await _form(request, session, sent=sent)
    return Redirect(f"/bodies/{row.id}", status_code=303)


@get("/bodies/{body_id:uuid}/edit", guards=[only(SUPPORT)])
async def show_edit(request: WebRequest, session: Session, body_id: Id) -> Template:
    return await _form(request, session, body_id)


@post("/bodies/{body_id:uuid}/edit", guards=[only(SUPPORT)])
async def edit_body(request: WebRequest, session: Session, body_id: Id) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await actions.edit(session, body_id, decode(SaveBody, sent.values))
    if sent.faults:
        return await _form(request, session, body_id, sent)
    return Redirect(f"/bodies/{body_id}", status_code=303)


ROUTES = [list_bodies, show_body, new_body, add_body, show_edit, edit_body]
