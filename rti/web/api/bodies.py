"""The directory as JSON."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.bodies import actions, merging, queries
from rti.bodies.commands import CloseBody, MergeBody, RenameBody, SaveBody
from rti.core.attributes import from_attributes
from rti.core.roles import SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.web.guards import Connection, only, signed_in
from rti.web.inject import Found, Id, Now, Recomputing, Session, Today
from rti.web.templating import chosen_language
from rti.web.transfers import READS


class FormerNameView(msgspec.Struct, frozen=True, kw_only=True):
    """A code with names that the body had until a day, or that one had which was merged into it."""

    code: str
    name_km: str
    name_en: str
    until: date


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
    note: str
    closed_on: date | None
    former_names: list[FormerNameView] | msgspec.UnsetType = msgspec.UNSET


class BodyList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it, `previous` into `before`."""

    bodies: list[BodyView]
    next: str | None
    previous: str | None


def directory(connection: Connection) -> queries.Directory:
    wanted = decode(queries.BodyFilter, dict(connection.query_params))
    return queries.Directory(wanted, chosen_language(connection))


@get("/api/bodies", guards=[signed_in], opt={READS: directory})
async def list_bodies(found: Found[queries.Listed]) -> BodyList:
    return BodyList(
        bodies=[from_attributes(BodyView, each) for each in found.page.items],
        next=found.page.next,
        previous=found.page.previous,
    )


@get("/api/bodies/{body_id:uuid}", guards=[signed_in])
async def show_body(session: Session, body_id: Id) -> BodyView:
    former = [from_attributes(FormerNameView, each) for each in await merging.former_names(session, body_id)]
    return from_attributes(BodyView, await queries.body(session, body_id), former_names=former)


@post("/api/bodies", guards=[only(SUPPORT)])
async def add_body(data: JSONBody[SaveBody], session: Session, now: Now) -> BodyView:
    return from_attributes(BodyView, await actions.add(session, data, now))


@put("/api/bodies/{body_id:uuid}", guards=[only(SUPPORT)])
async def edit_body(body_id: Id, data: JSONBody[SaveBody], session: Session) -> BodyView:
    return from_attributes(BodyView, await actions.edit(session, body_id, data))


@post("/api/bodies/{body_id:uuid}/rename", guards=[only(SUPPORT)], status_code=200)
async def rename_body(
    body_id: Id, data: JSONBody[RenameBody], session: Session, now: Now, today: Today
) -> BodyView:
    """Rename a body from a day on; it is still found by its old name and code."""
    return from_attributes(BodyView, await merging.rename(session, body_id, data, now, today))


@post("/api/bodies/{body_id:uuid}/close", guards=[only(SUPPORT)], status_code=200)
async def close_body(body_id: Id, data: JSONBody[CloseBody], session: Session, now: Now) -> BodyView:
    """Close a body after a day; without a day it is open again."""
    return from_attributes(BodyView, await merging.close(session, body_id, data, now))


@post("/api/bodies/{body_id:uuid}/merge", guards=[only(SUPPORT)], status_code=200)
async def merge_body(
    body_id: Id, data: JSONBody[MergeBody], recalculating: Recomputing, now: Now, today: Today
) -> BodyView:
    """Move its requests to the body with the code `into`, of which it becomes a former name; the body that is kept."""
    return from_attributes(BodyView, await merging.merge(recalculating, body_id, data, now, today))


ROUTES = [list_bodies, show_body, add_body, edit_body, rename_body, close_body, merge_body]
