"""Organisations, and the switch for all their messages, as JSON."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.cbos import actions, queries
from rti.cbos.commands import CboFilter, LockCbo, SaveCbo, SetSending, ShredCbo, UnlockCbo
from rti.core.attributes import from_attributes
from rti.core.roles import ADMINISTRATION, LEADS, LOCKING, ORGANISATIONS, SUPPORT
from rti.core.validation import decode
from rti.models.cbos import CboKind, CboRow
from rti.safety import lock_and_shred
from rti.web.guards import interactive_only, only, recently_authenticated
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest, language_of


class CboView(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation; what it is called and counted by is null while it is locked, and for ever once it is shredded.

    `scrubbed_at` is when what was shredded was gone from the disk of the database, too.
    """

    id: UUID
    code: str | None
    name_km: str | None
    name_en: str | None
    area_code: str | None
    kind: CboKind | None
    mapped: bool | None
    target: bool | None
    locked_at: datetime | None
    shredded_at: datetime | None
    scrubbed_at: datetime | None


class CboList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it, `previous` into `before`."""

    cbos: list[CboView]
    next: str | None
    previous: str | None


def cbo_view(row: CboRow) -> CboView:
    hidden = SaveCbo.__struct_fields__ if row.locked_at else ()
    return from_attributes(CboView, row, **dict.fromkeys(hidden))


@get("/api/cbos", guards=[only(ORGANISATIONS)])
async def list_cbos(request: WebRequest, session: Session, person: Who) -> CboList:
    wanted = decode(CboFilter, dict(request.query_params))
    found = await queries.known_to(session, person, wanted, language_of(request))
    return CboList(cbos=[cbo_view(row) for row in found.items], next=found.next, previous=found.previous)


@get("/api/cbos/{cbo_id:uuid}", guards=[only(ORGANISATIONS)])
async def show_cbo(cbo_id: Id, session: Session, person: Who) -> CboView:
    return cbo_view((await queries.one(session, person, cbo_id)).cbo)


@post("/api/cbos/{cbo_id:uuid}/lock", guards=[only(LOCKING)], status_code=200)
async def lock_cbo(cbo_id: Id, data: JSONBody[LockCbo], session: Session, person: Who, now: Now) -> CboView:
    return cbo_view(await lock_and_shred.lock(session, cbo_id, data, person, now))


@post("/api/cbos/{cbo_id:uuid}/unlock", guards=[only(ADMINISTRATION), interactive_only], status_code=200)
async def unlock_cbo(
    cbo_id: Id, data: JSONBody[UnlockCbo], session: Session, person: Who, now: Now
) -> CboView:
    return cbo_view(await lock_and_shred.unlock(session, cbo_id, data, person, now))


@post(
    "/api/cbos/{cbo_id:uuid}/shred",
    guards=[only(LOCKING), interactive_only, recently_authenticated],
    status_code=200,
)
async def shred_cbo(cbo_id: Id, data: JSONBody[ShredCbo], session: Session, person: Who, now: Now) -> CboView:
    """`shredded_at` stays null until the second of two people has asked for it."""
    return cbo_view(await lock_and_shred.shred(session, cbo_id, data, person, now))


@get("/api/me/organisation", guards=[only(LEADS)])
async def show_sending(session: Session, person: Who) -> SetSending:
    return SetSending(sends_messages=(await actions.own_cbo(session, person)).sends_messages)


@put("/api/me/organisation", guards=[only(LEADS)])
async def set_sending(data: JSONBody[SetSending], session: Session, person: Who, now: Now) -> SetSending:
    row = await actions.set_sending(session, person, data, now)
    return SetSending(sends_messages=row.sends_messages)


@post("/api/cbos", guards=[only(SUPPORT)])
async def add_cbo(data: JSONBody[SaveCbo], session: Session, now: Now) -> CboView:
    return cbo_view(await actions.add(session, data, now))


@put("/api/cbos/{cbo_id:uuid}", guards=[only(SUPPORT)])
async def edit_cbo(cbo_id: Id, data: JSONBody[SaveCbo], session: Session, now: Now) -> CboView:
    """Replace the whole record; a locked organisation counts as not found."""
    return cbo_view(await actions.edit(session, cbo_id, data, now))


ROUTES = [list_cbos, show_cbo, add_cbo, edit_cbo, show_sending, set_sending]
SAFETY = [lock_cbo, unlock_cbo, shred_cbo]
