"""Folding open requests anew when a calendar changed.

Only requests with a running clock whose window holds one of the changed days are read, in batches of a
bounded size, and only what differs is written, many rows in one statement. Requests to which the same
things happened on the same days share one fold.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.db import new_id
from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState
from rti.law.rules import ClockKind
from rti.law.statutes import Statute
from rti.requests.actions import deadline_values
from rti.requests.folding import Folded, fold, to_law
from rti.requests.tables import NEVER, DateChangeRow, DeadlineRow, EventRow, RequestRow
from rti.statutes.queries import of_country

BATCH = 2_000
SHOWN = 50
_REMEMBERED = 20_000

_EVENT = (
    EventRow.id,
    EventRow.request_id,
    EventRow.kind,
    EventRow.happened_on,
    EventRow.happened_at,
    EventRow.recorded_at,
    EventRow.outcome,
    EventRow.details,
)
_CLOCK = (
    DeadlineRow.request_id,
    DeadlineRow.kind,
    DeadlineRow.epoch,
    DeadlineRow.due_on,
    DeadlineRow.due_at,
    DeadlineRow.provisional,
    DeadlineRow.steps,
)
_REQUEST = (
    RequestRow.id,
    RequestRow.cbo_id,
    RequestRow.reference,
    RequestRow.statute_id,
    RequestRow.statute_version,
)
AnyRow = Row[*tuple[Any, ...]]
Clocks = Mapping[ClockKind, Mapping[str, Any]]


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
    """What a change of a calendar does to open requests.

    `requests` counts those of which a date moves, `rewritten` those of which anything is stored anew (the
    date is no longer provisional, say, or its steps name another day). `first` holds the first 50 moves, `tally` all of them.
    """

    looked_at: int = 0
    requests: int = 0
    rewritten: int = 0
    first: list[Move] = field(default_factory=list)
    tally: Counter[tuple[date | None, date | None]] = field(default_factory=Counter)


@dataclass(slots=True)
class Folder:
    """Folds under given statutes and calendars, and remembers: many requests have the same events."""

    statutes: Mapping[tuple[str, int], Statute]
    calendars: Mapping[tuple[str, int], Calendar]
    remembered: dict[tuple[object, ...], tuple[Folded, Clocks]] = field(default_factory=dict)

    def fold(
        self, statute: tuple[str, int], request_id: UUID, events: Sequence[AnyRow]
    ) -> tuple[Folded, Clocks]:
        """`events` have the columns that `events_of` reads."""
        corrected = any("voids" in (event.details or ()) for event in events)
        happened = [
            (e.kind, e.happened_on, e.happened_at, e.outcome, tuple(sorted((e.details or {}).items())))
            for e in events
        ]
        key = (request_id,) if corrected else (statute, *happened)
        if key not in self.remembered:
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.clear()
            # The rows have the columns of an EventRow that the law asks for.
            known = [to_law(cast("EventRow", event)) for event in events]
            folded = fold(self.statutes[statute], self.calendars[statute], known)
            self.remembered[key] = folded, {clock.kind: deadline_values(clock) for clock in folded.deadlines}
        return self.remembered[key]


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
    """Fold again what the days from `first` to `last` of a calendar may touch; with `write` store what differs."""
    statutes = {(each.id, each.version): each for each in await of_country(session, country)}
    moves = Moves()
    if not statutes:
        return moves
    calendars = {
        key: await calendar_of(session, each.countries, each.weekend) for key, each in statutes.items()
    }
    folder = Folder(statutes, calendars)
    found = await session.stream_scalars(
        touched(list(statutes), first, last).execution_options(yield_per=BATCH)
    )
    async for ids in found.partitions():
        written = await _batch(session, folder, ids, moves, lock=write)
        if write and now:
            await _write(session, written, cause, now)
    return moves


def touched(statutes: Sequence[tuple[str, int]], first: date, last: date) -> Select[Any]:
    """The ids of requests with a running clock whose window holds a day from `first` to `last`.

    A count may begin before its clock starts, at the latest with the receipt; no day after the due
    day has a say in it.
    """
    began = func.least(DeadlineRow.starts_on, RequestRow.received_on, RequestRow.submitted_on)
    return select(RequestRow.id).where(
        tuple_(RequestRow.statute_id, RequestRow.statute_version).in_(statutes),
        exists().where(
            DeadlineRow.request_id == RequestRow.id,
            DeadlineRow.state == ClockState.RUNNING,
            DeadlineRow.due_on >= first,
            began <= last,
        ),
    )


@dataclass(slots=True)
class _Changed:
    """A request of which something is to be stored anew."""

    request: AnyRow
    folded: Folded
    clocks: list[tuple[ClockKind, Mapping[str, Any]]]
    moved: list[Move]


async def _batch(
    session: AsyncSession, folder: Folder, ids: Sequence[UUID], moves: Moves, *, lock: bool
) -> list[_Changed]:
    query = select(*_REQUEST).where(RequestRow.id.in_(ids))
    requests = (await session.execute(query.with_for_update() if lock else query)).all()
    events = await events_of(session, ids)
    stored = _by_request(await session.execute(select(*_CLOCK).where(DeadlineRow.request_id.in_(ids))))
    found = []
    for request in requests:
        folded, clocks = folder.fold(
            (request.statute_id, request.statute_version), request.id, events.get(request.id, [])
        )
        changed = _compare(request, folded, clocks, stored.get(request.id, []))
        moves.looked_at += 1
        moves.rewritten += bool(changed.clocks)
        moves.requests += bool(changed.moved)
        moves.tally.update((move.old, move.new) for move in changed.moved)
        moves.first.extend(changed.moved[: SHOWN - len(moves.first)])
        if changed.clocks:
            found.append(changed)
    return found


async def events_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    """The events of some requests, as far as the law asks for them."""
    query = select(*_EVENT).where(EventRow.request_id.in_(ids)).order_by(EventRow.happened_on, EventRow.id)
    return _by_request(await session.execute(query))


def _by_request(rows: Any) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.request_id, []).append(row)
    return found


def _compare(request: AnyRow, folded: Folded, clocks: Clocks, stored: Sequence[AnyRow]) -> _Changed:
    changed = _Changed(request, folded, [], [])
    before = {row.kind: row for row in stored}
    for kind, new in clocks.items():
        old = before.get(kind)
        if old is None or any(getattr(old, column.key) != new[column.key] for column in _CLOCK[1:]):
            changed.clocks.append((kind, new))
        if old and old.due_on and old.due_on != new["due_on"]:
            changed.moved.append(Move(request.id, request.reference, kind, old.due_on, new["due_on"]))
    return changed


async def _write(session: AsyncSession, changed: Sequence[_Changed], cause: str, now: datetime) -> None:
    """Store one batch; the columns of the request that no calendar can change stay as they are."""
    if not changed:
        return
    clocks = [(each.request, kind, values) for each in changed for kind, values in each.clocks]
    of_clocks = tuple_(DeadlineRow.request_id, DeadlineRow.kind).in_(
        [(row.id, kind) for row, kind, _ in clocks]
    )
    await session.execute(delete(DeadlineRow).where(of_clocks).execution_options(synchronize_session=False))
    await session.execute(
        insert(DeadlineRow),
        [{"request_id": row.id, "cbo_id": row.cbo_id, **values} for row, _, values in clocks],
    )
    await session.execute(
        update(RequestRow),
        [
            {
                "id": each.request.id,
                "due_on": each.folded.due_on,
                "binding": each.folded.binding,
                "provisional": each.folded.provisional,
                "next_due_on": each.folded.next_due_on or NEVER,
            }
            for each in changed
        ],
    )
    moved = [
        {
            "id": new_id(),
            "cbo_id": each.request.cbo_id,
            "request_id": each.request.id,
            "kind": move.kind,
            "old_due_on": move.old,
            "new_due_on": move.new,
            "cause": cause,
            "changed_at": now,
        }
        for each in changed
        for move in each.moved
    ]
    if moved:
        await session.execute(insert(DateChangeRow), moved)
