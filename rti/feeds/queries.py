"""The dates and changes of a feed; row-level security leaves what its reader may see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Person
from rti.law.deadlines import ClockState
from rti.models.bodies import PublicBodyRow
from rti.models.requests import DateChangeRow, DeadlineRow, EventRow, RequestRow
from rti.requests.queries import snoozed, visible

MOST_DATES, MOST_CHANGES = 500, 50
PASSED = timedelta(days=31)
"""How long a missed date stays in a calendar."""


Told = TypeVar("Told", EventRow, DateChangeRow)


@dataclass(frozen=True, slots=True)
class DueDate:
    """A running clock, how often its date was moved, and when it last was."""

    clock: DeadlineRow
    request: RequestRow
    body: PublicBodyRow
    moves: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A recorded event or a recomputed date, with its request."""

    entry: EventRow | DateChangeRow
    at: datetime
    request: RequestRow
    body: PublicBodyRow


def _expected(person: Person, today: date) -> Select[DeadlineRow]:
    """The dates that are expected, and none of a request that is snoozed or met."""
    mine = visible(person).where(RequestRow.duplicate_of.is_(None)).with_only_columns(RequestRow.id)
    return select(DeadlineRow).where(
        DeadlineRow.state == ClockState.RUNNING,
        DeadlineRow.due_on >= today - PASSED,
        DeadlineRow.request_id.in_(mine),
        ~snoozed(DeadlineRow.request_id, today),
    )


async def due_dates(session: AsyncSession, person: Person, today: date) -> list[DueDate]:
    """The dates that are expected, the soonest first; those to come before those that have passed lately."""
    moved = (DateChangeRow.request_id == DeadlineRow.request_id, DateChangeRow.kind == DeadlineRow.kind)
    moves = select(func.count()).select_from(DateChangeRow).where(*moved).scalar_subquery()
    last_move = select(func.max(DateChangeRow.changed_at)).where(*moved).scalar_subquery()
    passed = DeadlineRow.due_on < today
    found = await session.execute(
        _expected(person, today)
        .join(RequestRow, RequestRow.id == DeadlineRow.request_id)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .add_columns(RequestRow, PublicBodyRow, moves, func.coalesce(last_move, RequestRow.created_at))
        .order_by(passed, func.abs(DeadlineRow.due_on - today))
        .order_by(DeadlineRow.request_id, DeadlineRow.kind, DeadlineRow.epoch)
        .limit(MOST_DATES)
    )
    return [DueDate(*row) for row in found]


async def left_out(session: AsyncSession, person: Person, today: date) -> int:
    """How many dates do not fit into a calendar: those that passed longest ago, then those furthest ahead."""
    expected = _expected(person, today).with_only_columns(func.count())
    return max(await session.scalar(expected) or 0, MOST_DATES) - MOST_DATES


async def left_out_for(database: Database, person: Person, today: date) -> int:
    """The same, under the login that reads the requests of this person."""
    async with database.under(login_of(person)).transaction(person.id) as session:
        return await left_out(session, person, today)


async def changes(session: AsyncSession, person: Person) -> list[Change]:
    """Recorded events and recomputed dates, the newest first."""
    return sorted(
        [
            *await _newest(session, person, EventRow, EventRow.recorded_at),
            *await _newest(session, person, DateChangeRow, DateChangeRow.changed_at),
        ],
        key=lambda change: (change.at, change.entry.id),
        reverse=True,
    )[:MOST_CHANGES]


async def _newest(
    session: AsyncSession, person: Person, table: type[Told], moment: InstrumentedAttribute[datetime]
) -> list[Change]:
    """The newest rows of a table; identifiers are made in the order of time."""
    mine = visible(person).with_only_columns(RequestRow.id)
    rows = await session.execute(
        select(table, moment, RequestRow, PublicBodyRow)
        .join(RequestRow, RequestRow.id == table.request_id)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .where(table.request_id.in_(mine))
        .order_by(table.id.desc())
        .limit(MOST_CHANGES)
    )
    return [Change(*row) for row in rows]
