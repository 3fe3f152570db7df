"""The directory as JSON."""

from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.bodies import actions, queries
from rti.bodies.commands import SaveBody
from rti.core.attributes import from_attributes
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.web.guards import only, signed_in
from rti.web.inject import Id, Now, Session
from rti.web.templating import WebRequest


class BodyView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    kind: BodyKind
    name_km: str
    name_en: str
    area_code: str | None
    country: str
    address: str
    phone: str
    email: str


class BodyList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    bodies: list[BodyView]
    next: str | None


@get("/api/bodies", guards=[signed_in])
async def list_bodies(request: WebRequest, session: Session) -> BodyList:
    found = await queries.directory(session, decode(queries.BodyFilter, dict(request.query_params)))
    return BodyList(bodies=[from_attributes(BodyView, row) for row in found.items], next=found.next)


@get("/api/bodies/{body_id:uuid}", guards=[signed_in])
async def show_body(session: Session, body_id: Id) -> BodyView:
    return from_attributes(BodyView, await queries.body(session, body_id))


@post("/api/bodies", guards=[only(SUPPORT)])
async def add_body(data: JSONBody[SaveBody], session: Session, now: Now) -> BodyView:
    return from_attributes(BodyView, await actions.add(session, data, now))


@put("/api/bodies/{body_id:uuid}", guards=[only(SUPPORT)])
async def edit_body(body_id: Id, data: JSONBody[SaveBody], session: Session) -> BodyView:
    return from_attributes(BodyView, await actions.edit(session, body_id, data))


ROUTES = [list_bodies, show_body, add_body, edit_body]
