"""Changing the calendar: every open date that it touches moves in the same transaction, or none does."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.kinds import What
from rti.audit.telling import tell
from rti.calendars.commands import Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.calendars.queries import change_alone, countries, days_off
from rti.calendars.tables import CalendarYearRow, DayOffRow
from rti.db import new_id, unique
from rti.errors import invalid, say
from rti.requests.causes import day_off, day_off_withdrawn, year_confirmed
from rti.requests.recomputing import Moves, recompute


@dataclass(frozen=True, slots=True)
class _Touched:
    """The days on which a change may have a say, and the cause that timelines show."""

    first: date
    last: date
    cause: str


async def preview(session: AsyncSession, command: Command, now: datetime) -> Moves:
    """Which dates would move; the change is made and undone again."""
    nested = await session.begin_nested()
    try:
        touched = await _write(session, command, None, now)
        return await recompute(session, command.country, touched.first, touched.last)
    finally:
        await nested.rollback()


async def change(session: AsyncSession, command: Command, by: UUID | None, now: datetime) -> Moves:
    """Change the calendar and move what follows from it; `by` is None on the command line."""
    await change_alone(session)
    touched = await _write(session, command, by, now)
    tell(session, What.CALENDAR_CHANGED, now, about=command.country, cause=touched.cause)
    return await recompute(
        session, command.country, touched.first, touched.last, cause=touched.cause, now=now, write=True
    )


async def _write(session: AsyncSession, command: Command, by: UUID | None, now: datetime) -> _Touched:
    if command.country not in await countries(session):
        raise invalid("country", say("No days off are stored for {country}", country=command.country))
    if isinstance(command, ConfirmYear):
        return await _confirm(session, command, now)
    if isinstance(command, WithdrawDay):
        return await _withdraw(session, command, now)
    return await _declare(session, command, by, now)


async def _declare(session: AsyncSession, command: DeclareDay, by: UUID | None, now: datetime) -> _Touched:
    async with unique(session, invalid("day", say("This day is off already"))):
        session.add(
            DayOffRow(
                id=new_id(),
                country=command.country,
                day=command.day,
                name_km=command.name_km,
                name_en=command.name_en,
                source=command.source,
                declared_at=now,
                declared_by=by,
            )
        )
    return _Touched(command.day, command.day, day_off(command.day))


async def _withdraw(session: AsyncSession, command: WithdrawDay, now: datetime) -> _Touched:
    row = await session.scalar(
        select(DayOffRow)
        .where(
            DayOffRow.country == command.country,
            DayOffRow.day == command.day,
            DayOffRow.withdrawn_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise invalid("day", say("This day is not in the list of days off"))
    row.withdrawn_at = now
    await session.flush()
    return _Touched(command.day, command.day, day_off_withdrawn(command.day))


async def _confirm(session: AsyncSession, command: ConfirmYear, now: datetime) -> _Touched:
    if not await days_off(session, command.country, command.year):
        raise invalid(
            "year", say("No day off of {year} is listed yet; declare them first", year=command.year)
        )
    row = await session.get(CalendarYearRow, (command.country, command.year))
    if row is None:
        row = CalendarYearRow(country=command.country, year=command.year)
        session.add(row)
    row.confirmed, row.source, row.loaded_at = True, command.source, now
    await session.flush()
    return _Touched(date(command.year, 1, 1), date(command.year, 12, 31), year_confirmed(command.year))
