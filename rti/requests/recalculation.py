"""Projecting open and answered requests again when a calendar changes.

Only requests with a clock, running or met, whose window holds one of the changed days are looked at. The database
groups them by what happened to them, one of each group is projected, and the projections are joined back to the
requests: a few statements whatever their number, which write only what differs. The rows that a page
reads are never locked against reading.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable, DropTable

from rti.calendars.queries import calendar_of
from rti.core.db import Choice
from rti.core.wallclock import HOME_ZONE, day_of
from rti.law.deadlines import ClockState
from rti.law.rules import ClockKind
from rti.models.requests import DateChangeRow, DeadlineRow, RequestRow
from rti.requests.actions import deadline_values
from rti.requests.batch_projection import AT_ONCE, Law, project_samples, whole_story_of
from rti.statutes.queries import of_country

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Move:
    """A date of a request that moves."""

    request_id: UUID
    reference: str
    kind: ClockKind
    old: date | None
    new: date | None


@dataclass(slots=True)
class Moves:
    """The effect of a calendar change on requests.

    `become_in_time` and `become_late` count answered ones whose verdict changes. `requests` counts those of which a date moves, `rewritten` those of which anything is stored anew (the
    date is no longer provisional, say, or its steps name another day). `first` holds the first 50 moves,
    `tally` all of them.
    """

    looked_at: int = 0
    requests: int = 0
    rewritten: int = 0
    become_in_time: int = 0
    become_late: int = 0
    first: list[Move] = field(default_factory=list)
    tally: Counter[tuple[date | None, date | None]] = field(default_factory=Counter)


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


_CLOCK = tuple(
    column for column in DeadlineRow.__table__.columns if column.name not in {"request_id", "cbo_id", "kind"}
)
_STANDING = ("due_on", "limit_on", "binding", "soft", "provisional", "confirmed", "next_due_on")
"""The columns of a request that a calendar can change."""
_LOOKED_AT = _temporary(
    "looked_at",
    Column("request_id", Uuid),
    Column("statute_id", Text),
    Column("statute_version", DeadlineRow.epoch.type),
    Column("story", Text),
)
_PROJECTION = _temporary(
    "new_projection",
    Column("statute_id", Text),
    Column("statute_version", DeadlineRow.epoch.type),
    Column("story", Text),
    *(Column(name, RequestRow.__table__.c[name].type) for name in _STANDING),
)
_NEW_CLOCK = _temporary(
    "new_clock",
    Column("statute_id", Text),
    Column("statute_version", DeadlineRow.epoch.type),
    Column("story", Text),
    Column("kind", Choice(ClockKind)),
    *(Column(column.name, column.type) for column in _CLOCK),
)
_CHANGED = _temporary(
    "changed_clock",
    Column("statute_id", Text),
    Column("statute_version", DeadlineRow.epoch.type),
    Column("story", Text),
    Column("request_id", Uuid),
    Column("kind", Choice(ClockKind)),
    Column("old_due_on", Date),
    Column("new_due_on", Date),
)
_TABLES = (_LOOKED_AT, _PROJECTION, _NEW_CLOCK, _CHANGED)
_GROUP = ("statute_id", "statute_version", "story")
_MOVED = and_(
    _CHANGED.c.old_due_on.is_not(None), _CHANGED.c.old_due_on.is_distinct_from(_CHANGED.c.new_due_on)
)


async def recompute(
    session: AsyncSession,
    country: str,
    first: date,
    last: date,
    *,
    cause: str = "",
    now: datetime | None = None,
    write: bool = False,
) -> Moves:
    """Project again what the days from `first` to `last` of a calendar may touch; with `write` store what differs.

    The caller sees to it that no request is filed or projected meanwhile (`calendars.queries.change_alone`).
    """
    laws: dict[tuple[str, int], Law] = {
        (each.id, each.version): (each, await calendar_of(session, each.countries, each.weekend))
        for each in await of_country(session, country)
    }
    if not laws:
        return Moves()
    for table in _TABLES:
        await session.execute(CreateTable(table))
    await _look_at(session, touched(list(laws), first, last))
    await _project(session, laws)
    await _compare(session)
    moves = await _counted(session)
    if write and now:
        await _write(session, cause, now)
    for table in _TABLES:
        await session.execute(DropTable(table))
    return moves


def touched(statutes: Sequence[tuple[str, int]], first: date, last: date) -> Select[UUID]:
    """The ids of requests with a clock, running or met, whose window holds a day from `first` to `last`.

    A count may begin before its clock starts, at the latest with the receipt; no day after the due
    day has a say in it.
    """
    began = func.least(DeadlineRow.starts_on, RequestRow.received_on, RequestRow.submitted_on)
    return (
        select(RequestRow.id)
        .join(DeadlineRow, DeadlineRow.request_id == RequestRow.id)
        .where(
            tuple_(RequestRow.statute_id, RequestRow.statute_version).in_(statutes),
            DeadlineRow.state.in_((ClockState.RUNNING, ClockState.MET)),
            DeadlineRow.due_on >= first,
            began <= last,
        )
        .distinct()
    )


async def _look_at(session: AsyncSession, ids: Select[UUID]) -> None:
    columns: list[Any] = [RequestRow.id, RequestRow.statute_id, RequestRow.statute_version, whole_story_of()]
    chosen = select(*columns).where(RequestRow.id.in_(ids))
    await _filled(session, _LOOKED_AT, chosen)


async def _filled(session: AsyncSession, table: Table, chosen: Select[Any]) -> None:
    """Fill a temporary table and analyze it."""
    await session.execute(insert(table).from_select(list(table.columns), chosen))
    await session.execute(text(f"ANALYZE {table.name}"))


async def _project(session: AsyncSession, laws: Mapping[tuple[str, int], Law]) -> None:
    """Project one request of each group."""
    group = [_LOOKED_AT.c[name] for name in _GROUP]
    sample = func.min(cast(_LOOKED_AT.c.request_id, Text)).label("sample")
    groups = (await session.execute(select(*group, sample).group_by(*group))).all()
    for start in range(0, len(groups), AT_ONCE):
        part = groups[start : start + AT_ONCE]
        projections = await project_samples(
            session, [(UUID(row.sample), laws[row.statute_id, row.statute_version]) for row in part]
        )
        keys = [dict(zip(_GROUP, row, strict=False)) for row in part]
        pairs = list(zip(keys, projections, strict=True))
        standings = [
            {**key, **{name: getattr(projection, name) for name in _STANDING}} for key, projection in pairs
        ]
        await session.execute(insert(_PROJECTION), standings)
        await session.execute(
            insert(_NEW_CLOCK),
            [
                {**key, **deadline_values(clock)}
                for key, projection in pairs
                for clock in projection.deadlines
            ],
        )
    for table in (_PROJECTION, _NEW_CLOCK):
        await session.execute(text(f"ANALYZE {table.name}"))


def _same_group(table: Table, other: Table = _LOOKED_AT) -> Any:
    return and_(*(table.c[name] == other.c[name] for name in _GROUP))


async def _compare(session: AsyncSession) -> None:
    """Note the clocks of which anything is to be stored anew."""
    new = _NEW_CLOCK.c
    stored = tuple_(*_CLOCK)
    chosen = (
        select(
            *(new[name] for name in _GROUP),
            DeadlineRow.request_id,
            DeadlineRow.kind,
            DeadlineRow.due_on,
            new.due_on,
        )
        .join(_LOOKED_AT, _LOOKED_AT.c.request_id == DeadlineRow.request_id)
        .join(_NEW_CLOCK, and_(_same_group(_NEW_CLOCK), new.kind == DeadlineRow.kind))
        .where(stored.is_distinct_from(tuple_(*(new[column.name] for column in _CLOCK))))
    )
    await _filled(session, _CHANGED, chosen)


async def _counted(session: AsyncSession) -> Moves:
    changed = _CHANGED.c
    looked_at = await session.scalar(select(func.count()).select_from(_LOOKED_AT))
    each = func.count(changed.request_id.distinct())
    rewritten, requests = (await session.execute(select(each, each.filter(_MOVED)))).one()
    days = (changed.old_due_on, changed.new_due_on)
    tally = await session.execute(select(*days, func.count()).where(_MOVED).group_by(*days))
    first = await session.execute(
        select(changed.request_id, RequestRow.reference, changed.kind, *days)
        .join(RequestRow, RequestRow.id == changed.request_id)
        .where(_MOVED)
        .order_by(changed.request_id, changed.kind)
        .limit(SHOWN)
    )
    met, old, new = RequestRow.met_on, RequestRow.due_on, _PROJECTION.c.due_on
    verdicts = select(
        func.count().filter(met > old, met <= new), func.count().filter(met <= old, met > new)
    ).select_from(RequestRow)
    verdicts = verdicts.join(_LOOKED_AT, _LOOKED_AT.c.request_id == RequestRow.id)
    become_in_time, become_late = (
        await session.execute(verdicts.join(_PROJECTION, _same_group(_PROJECTION)))
    ).one()
    return Moves(
        become_in_time=become_in_time,
        become_late=become_late,
        looked_at=looked_at or 0,
        requests=requests,
        rewritten=rewritten,
        first=[Move(*row) for row in first],
        tally=Counter({(old, new): count for old, new, count in tally}),
    )


async def _write(session: AsyncSession, cause: str, now: datetime) -> None:
    """Store the clocks that differ, the requests whose columns do, and each move with its cause."""
    changed, new = _CHANGED.c, _NEW_CLOCK.c
    clocks = update(DeadlineRow).where(
        DeadlineRow.request_id == changed.request_id,
        DeadlineRow.kind == changed.kind,
        new.kind == changed.kind,
        _same_group(_NEW_CLOCK, _CHANGED),
    )
    clocks = clocks.values({column.name: new[column.name] for column in _CLOCK})
    stored = tuple_(*(getattr(RequestRow, name) for name in _STANDING))
    requests = update(RequestRow).where(
        RequestRow.id == _LOOKED_AT.c.request_id,
        _same_group(_PROJECTION),
        stored.is_distinct_from(tuple_(*(_PROJECTION.c[name] for name in _STANDING))),
    )
    requests = requests.values(
        {name: _PROJECTION.c[name] for name in _STANDING} | {"known_from": day_of(now, HOME_ZONE)}
    )
    for statement in (clocks, requests):
        await session.execute(statement.execution_options(synchronize_session=False))
    moved = select(
        func.new_id(),
        RequestRow.cbo_id,
        changed.request_id,
        changed.kind,
        changed.old_due_on,
        changed.new_due_on,
        literal(cause),
        literal(now, DateChangeRow.changed_at.type),
    )
    moved = moved.join(RequestRow, RequestRow.id == changed.request_id).where(_MOVED)
    table = DateChangeRow.__table__
    columns = ("id", "cbo_id", "request_id", "kind", "old_due_on", "new_due_on", "cause", "changed_at")
    await session.execute(insert(DateChangeRow).from_select([table.c[name] for name in columns], moved))
