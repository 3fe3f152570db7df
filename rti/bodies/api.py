"""The directory as JSON."""

from uuid import UUID

import msgspec
from litestar import get

from rti.bodies import queries
from rti.bodies.kinds import BodyKind
from rti.bodies.tables import PublicBodyRow
from rti.intake import decode
from rti.web.guards import signed_in
from rti.web.inject import Id, Session
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


def body_view(row: PublicBodyRow) -> BodyView:
    return BodyView(**{name: getattr(row, name) for name in BodyView.__struct_fields__})


@get("/api/bodies", guards=[signed_in])
async def list_bodies(request: WebRequest, session: Session) -> BodyList:
    found = await queries.directory(session, decode(queries.BodyFilter, dict(request.query_params)))
    return BodyList(bodies=[body_view(row) for row in found.items], next=found.next)


@get("/api/bodies/{body_id:uuid}", guards=[signed_in])
async def show_body(session: Session, body_id: Id) -> BodyView:
    return body_view(await queries.body(session, body_id))


ROUTES = [list_bodies, show_body]
