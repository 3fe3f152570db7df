"""Keeps `search` up to date with its sources: with every flush of a session, in the same transaction.

What is written without a session is found once `complete` was there, which every upgrade runs.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import (
    Connection,
    Executable,
    Text,
    Uuid,
    bindparam,
    event,
    exists,
    func,
    inspect,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from rti.core.db import Base, Database
from rti.models.bodies import AreaRow, FormerNameRow, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import RequestRow
from rti.models.search import Findable, SearchRow
from rti.search.words import marks

_AT_ONCE = 1000
_FINDABLE: Mapping[Findable, type[PublicBodyRow] | type[CboRow] | type[RequestRow]] = {
    # Requests last: they are found by the names of the others, too.
    Findable.BODY: PublicBodyRow,
    Findable.CBO: CboRow,
    Findable.REQUEST: RequestRow,
}
_NAMED = ("code", "name_km", "name_en")
_READ: Mapping[type[Base], tuple[Findable, tuple[str, ...]]] = {
    PublicBodyRow: (Findable.BODY, (*_NAMED, "area_code")),
    FormerNameRow: (Findable.BODY, _NAMED),
    CboRow: (Findable.CBO, _NAMED),
    RequestRow: (Findable.REQUEST, ("title", "question", "reference")),
}
"""The columns that, when they change, need the row to be indexed again."""


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _: object) -> None:
    changed: dict[Findable, set[UUID]] = {kind: set() for kind in _TEXTS}
    for row in (*session.new, *session.dirty):
        kind, columns = _READ.get(type(row), (None, ()))
        if kind and any(inspect(row).attrs[name].history.has_changes() for name in columns):
            changed[kind].add(row.body_id if isinstance(row, FormerNameRow) else row.id)
    for kind, ids in changed.items():
        if ids:
            _index(session.connection(), kind, ids)


async def complete(database: Database) -> int:
    """Index everything that is not indexed yet; returns how many. A batch is a transaction, so an interrupted run can continue."""
    done = 0
    for kind, table in _FINDABLE.items():
        last = UUID(int=0)
        while True:
            async with database.transaction() as session:
                without = ~exists().where(SearchRow.id == table.id)
                batch = select(table.id).where(without, table.id > last).order_by(table.id).limit(_AT_ONCE)
                if table is CboRow:
                    batch = batch.where(CboRow.shredded_at.is_(None))
                ids = (await session.scalars(batch)).all()
                if not ids:
                    break
                await (await session.connection()).run_sync(_index, kind, set(ids))
            last = ids[-1]
            done += len(ids)
    return done


def _index(connection: Connection, kind: Findable, ids: set[UUID]) -> None:
    found: dict[UUID, tuple[UUID | None, set[str]]] = {}
    for row_id, cbo_id, *texts in connection.execute(_TEXTS[kind](ids)):
        _, known = found.setdefault(row_id, (cbo_id, set()))
        known.update(marks("\n".join(filter(None, texts))))
    rows = [
        {"id": row_id, "kind": kind, "cbo_id": cbo_id, "marks": sorted(words)}
        for row_id, (cbo_id, words) in found.items()
    ]
    if rows:
        connection.execute(_KEEP, rows)


_KEEP = insert(SearchRow).values(
    id=bindparam("id"),
    kind=bindparam("kind"),
    cbo_id=bindparam("cbo_id"),
    words=func.array_to_tsvector(bindparam("marks", type_=ARRAY(Text))),
)
_KEEP = _KEEP.on_conflict_do_update(index_elements=["id"], set_={"words": _KEEP.excluded.words})


def _texts_of_bodies(ids: set[UUID]) -> Executable:
    """The names that bodies have and had, with those of their province, district and commune."""
    body = PublicBodyRow
    within = AreaRow.code.in_([func.left(body.area_code, length) for length in (2, 4, 6)])
    now = select(
        body.id, null().cast(Uuid), body.code, body.name_km, body.name_en, AreaRow.name_km, AreaRow.name_en
    )
    former = FormerNameRow
    before = select(
        former.body_id, null().cast(Uuid), former.code, former.name_km, former.name_en, null(), null()
    )
    return union_all(
        now.outerjoin(AreaRow, within).where(body.id.in_(ids)), before.where(former.body_id.in_(ids))
    )


def _texts_of_cbos(ids: set[UUID]) -> Executable:
    cbo = CboRow
    kept = cbo.id.in_(ids) & cbo.shredded_at.is_(None)
    return select(cbo.id, cbo.id, cbo.code, cbo.name_km, cbo.name_en).where(kept)


def _texts_of_requests(ids: set[UUID]) -> Executable:
    request = RequestRow
    columns = (request.id, request.cbo_id, request.title, request.question, request.reference)
    return select(*columns).where(request.id.in_(ids))


_TEXTS: Mapping[Findable, Callable[[set[UUID]], Executable]] = {
    Findable.BODY: _texts_of_bodies,
    Findable.CBO: _texts_of_cbos,
    Findable.REQUEST: _texts_of_requests,
}
"""The texts by which a kind is found: rows of id, organisation and texts."""
