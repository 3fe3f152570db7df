"""The pages of the directory."""

from litestar import get
from litestar.response import Template

from rti.accounts.policy import REQUESTS
from rti.bodies import queries
from rti.bodies.kinds import BodyKind
from rti.intake import decode
from rti.requests.commands import RequestFilter
from rti.requests.queries import worklist
from rti.web.guards import signed_in
from rti.web.inject import Id, Session, Today, Who
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


ROUTES = [list_bodies, show_body]
