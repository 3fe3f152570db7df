"""The calendar of a country as it stands now."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import is_busy
from rti.core.errors import Message, invalid, say
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar, union
from rti.models.calendars import CalendarYearRow, DayOffRow

HOME = "KH"
WARN_FROM_MONTH = 10


PATIENCE = 2_000
"""Milliseconds for which a filing waits for a change of the calendar."""
_CHANGES = 7426_02
"""Key of the advisory lock between those who count by the calendars and those who change one."""


async def count_undisturbed(session: AsyncSession) -> None:
    """Let no calendar change until this transaction ends; called before a computed date is stored.

    A date counted by the old calendar could otherwise be stored after the change had moved all others.
    A change that is being made is waited for, but not for long, since everybody who waits holds a
    connection; then it raises Invalid, so that a form is shown again with all that it holds.
    """
    try:
        async with session.begin_nested():
            await session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}ms'"))
            await session.execute(select(func.pg_advisory_xact_lock_shared(_CHANGES)))
            await session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
    except DBAPIError as error:
        if not is_busy(error):
            raise
        message = say("A calendar change is being applied. Nothing is lost; try again in a minute")
        raise invalid("calendar", message) from None


async def change_alone(session: AsyncSession) -> None:
    """Let nobody store a counted date or change a calendar until this transaction ends; pages still read."""
    await session.execute(select(func.pg_advisory_xact_lock(_CHANGES)))


async def calendar_of(
    session: AsyncSession,
    countries: Sequence[str],
    weekend: frozenset[int],
    known_at: datetime | None = None,
) -> Calendar:
    """The union of the calendars of `countries` (keys such as KH or GB-SCT), as it was known at a moment."""
    query = select(DayOffRow).where(DayOffRow.country.in_(countries))
    kept = DayOffRow.withdrawn_at.is_(None)
    if known_at:
        query = query.where(DayOffRow.declared_at <= known_at, kept | (DayOffRow.withdrawn_at > known_at))
    else:
        query = query.where(kept)
    days = (await session.scalars(query)).all()
    years = (
        await session.scalars(select(CalendarYearRow).where(CalendarYearRow.country.in_(countries)))
    ).all()
    confirmed = [y for y in years if y.confirmed and (known_at is None or y.loaded_at <= known_at)]
    return union(
        [
            Calendar(
                weekend=weekend,
                days_off={
                    row.day: BilingualName(row.name_en, row.name_km) for row in days if row.country == country
                },
                confirmed_years=frozenset(y.year for y in years if y.country == country and y in confirmed),
                provisional_years=frozenset(
                    y.year for y in years if y.country == country and y not in confirmed
                ),
            )
            for country in countries
        ]
    )


async def countries(session: AsyncSession) -> Sequence[str]:
    """The keys of the countries of which days off are stored, Cambodia first."""
    stored = await session.scalars(select(CalendarYearRow.country).distinct())
    return sorted(stored, key=lambda key: (key != HOME, key))


async def year_of(session: AsyncSession, country: str, year: int) -> CalendarYearRow | None:
    """What is known about the list of one year; None where no list is loaded."""
    return await session.get(CalendarYearRow, (country, year))


async def warning(session: AsyncSession, today: date, country: str = HOME) -> Message | None:
    """From October on, what the list of the next year lacks; the sub-decree is published about then."""
    if today.month < WARN_FROM_MONTH:
        return None
    coming = await year_of(session, country, today.year + 1)
    if coming is None:
        return say(
            "The days off for {year} are missing. Add them before any due date falls in that year",
            year=today.year + 1,
        )
    if not coming.confirmed:
        return say(
            "The days off for {year} are provisional. Confirm them when the official list is published",
            year=today.year + 1,
        )
    return None


async def days_off(session: AsyncSession, country: str, year: int) -> Sequence[DayOffRow]:
    """The list of one year, in order."""
    found = await session.scalars(
        select(DayOffRow)
        .where(
            DayOffRow.country == country,
            DayOffRow.withdrawn_at.is_(None),
            DayOffRow.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(DayOffRow.day)
    )
    return found.all()
