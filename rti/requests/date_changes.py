"""Calendar changes with the dates they move, and the cause of a move as `date_change.cause` stores it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.calendars.commands import Command, ConfirmYear, DeclareDay, WithdrawDay
from rti.calendars.queries import change_alone, countries, days_off
from rti.core.db import new_id, unique
from rti.core.errors import invalid, say
from rti.law.explanations import EVENTS, N_
from rti.models.audit import AuditAction
from rti.models.calendars import CalendarYearRow, DayOffRow
from rti.requests.recalculation import Moves, recompute


@dataclass(frozen=True, slots=True)
class _Touched:
    """The days on which a change may have a say, and the cause that timelines show."""

    first: date
    last: date
    cause: str


async def preview(session: AsyncSession, command: Command, now: datetime) -> Moves:
    """The dates that would move; the change is made and rolled back."""
    nested = await session.begin_nested()
    try:
        touched = await _write(session, command, None, now)
        return await recompute(session, command.country, touched.first, touched.last)
    finally:
        await nested.rollback()


async def change(session: AsyncSession, command: Command, by: UUID | None, now: datetime) -> Moves:
    """Change the calendar and move the dates that depend on it; `by` is None on the command line."""
    await change_alone(session)
    touched = await _write(session, command, by, now)
    record(session, AuditAction.CALENDAR_CHANGED, now, about=command.country, cause=touched.cause)
    return await recompute(
        session, command.country, touched.first, touched.last, cause=touched.cause, now=now, write=True
    )


async def _write(session: AsyncSession, command: Command, by: UUID | None, now: datetime) -> _Touched:
    if command.country not in await countries(session):
        raise invalid("country", say("There are no days off for {country}", country=command.country))
    if isinstance(command, ConfirmYear):
        return await _confirm(session, command, now)
    if isinstance(command, WithdrawDay):
        return await _withdraw(session, command, now)
    return await _declare(session, command, by, now)


async def _declare(session: AsyncSession, command: DeclareDay, by: UUID | None, now: datetime) -> _Touched:
    async with unique(session, invalid("day", say("This date is already a day off"))):
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
        raise invalid("day", say("This date is not in the list of days off"))
    row.withdrawn_at = now
    await session.flush()
    return _Touched(command.day, command.day, day_off_withdrawn(command.day))


async def _confirm(session: AsyncSession, command: ConfirmYear, now: datetime) -> _Touched:
    if not await days_off(session, command.country, command.year):
        raise invalid(
            "year", say("There are no days off for {year} yet. Declare them first", year=command.year)
        )
    row = await session.get(CalendarYearRow, (command.country, command.year))
    if row is None:
        row = CalendarYearRow(country=command.country, year=command.year)
        session.add(row)
    row.confirmed, row.source, row.loaded_at = True, command.source, now
    await session.flush()
    return _Touched(date(command.year, 1, 1), date(command.year, 12, 31), year_confirmed(command.year))


CALENDAR: Mapping[str, str] = {
    "day_off": N_("Day off declared: {day}"),
    "day_off_withdrawn": N_("Day off withdrawn: {day}"),
    "year_confirmed": N_("Days off for {day} confirmed"),
}
SENTENCES: Mapping[str, str] = {
    **CALENDAR,
    "upgrade": N_("Recalculated by a newer version of this system"),
    **{str(kind): words for kind, words in EVENTS.items()},
}


def cause_text(cause: str, translate: Callable[[str], str], format_day: Callable[[date], str]) -> str:
    """The sentence for a cause that is kept."""
    code, _, of = cause.partition(" ")
    day = format_day(date.fromisoformat(of)) if "-" in of else of
    return translate(SENTENCES[code]).format(day=day)


def day_off(day: date) -> str:
    return f"day_off {day}"


def day_off_withdrawn(day: date) -> str:
    return f"day_off_withdrawn {day}"


def year_confirmed(year: int) -> str:
    return f"year_confirmed {year}"
