"""The pages of the directory."""

import msgspec
from litestar import get, post
from litestar.response import Redirect, Template

from rti.bodies import actions, merging, queries
from rti.bodies.commands import CloseBody, MergeBody, RenameBody, SaveBody
from rti.bodies.reference import SOURCE, SOURCE_DAY
from rti.core.roles import REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.requests.commands import RequestFilter
from rti.requests.listing import worklist
from rti.web.api.bodies import directory
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only, signed_in
from rti.web.inject import Form, Found, Id, Now, Recomputing, Session, Today, Who
from rti.web.templating import WebRequest, page, today_of
from rti.web.transfers import READS


@get("/bodies", guards=[signed_in], opt={READS: directory})
async def list_bodies(request: WebRequest, found: Found[queries.Listed]) -> Template:
    return page(
        request,
        "bodies/list.html",
        found.page,
        wanted=msgspec.structs.replace(
            decode(queries.BodyFilter, dict(request.query_params)), after="", before=""
        ),
        today=today_of(request),
        kinds=BodyKind,
        area_path=found.path,
        areas_below=found.below,
        campaigns=found.campaigns,
        code_source=SOURCE,
        code_day=SOURCE_DAY,
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
        former=await merging.former_names(session, body_id),
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


@get("/bodies/{body_id:uuid}/change", guards=[only(SUPPORT)])
async def show_change(
    request: WebRequest, session: Session, body_id: Id, form: Form, today: Today
) -> Template:
    """Renaming, closing and merging a body; `edit` corrects mistakes in its entry."""
    row = await queries.body(session, body_id)
    return page(
        request, "bodies/change.html", row, form=form, initial=fields_of(row, RenameBody), today=today
    )


@post("/bodies/{body_id:uuid}/rename", guards=[only(SUPPORT)])
@else_show(show_change)
async def rename_body(session: Session, body_id: Id, command: RenameBody, now: Now, today: Today) -> Redirect:
    await merging.rename(session, body_id, command, now, today)
    return see_other(f"/bodies/{body_id}")


@post("/bodies/{body_id:uuid}/close", guards=[only(SUPPORT)])
@else_show(show_change)
async def close_body(session: Session, body_id: Id, command: CloseBody, now: Now) -> Redirect:
    await merging.close(session, body_id, command, now)
    return see_other(f"/bodies/{body_id}")


@post("/bodies/{body_id:uuid}/merge", guards=[only(SUPPORT)])
@else_show(show_change)
async def merge_body(
    recalculating: Recomputing, body_id: Id, command: MergeBody, now: Now, today: Today
) -> Redirect:
    kept = await merging.merge(recalculating, body_id, command, now, today)
    return see_other(f"/bodies/{kept.id}")


ROUTES = [
    list_bodies,
    show_body,
    new_body,
    add_body,
    show_edit,
    edit_body,
    show_change,
    rename_body,
    close_body,
    merge_body,
]
