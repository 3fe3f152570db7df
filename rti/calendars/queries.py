"""The calendar of a country as it stands now."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.tables import CalendarYearRow, DayOffRow
from rti.errors import Message, say
from rti.law.calendars import Calendar, union
from rti.law.names import Name

HOME = "KH"
WARN_FROM_MONTH = 10


async def calendar_of(session: AsyncSession, countries: Sequence[str], weekend: frozenset[int]) -> Calendar:
    """The union of the calendars of `countries` (keys such as KH or GB-SCT)."""
    days = (
        await session.scalars(
            select(DayOffRow).where(DayOffRow.country.in_(countries), DayOffRow.withdrawn_at.is_(None))
        )
    ).all()
    years = (
        await session.scalars(select(CalendarYearRow).where(CalendarYearRow.country.in_(countries)))
    ).all()
    return union(
        [
            Calendar(
                weekend=weekend,
                days_off={row.day: Name(row.name_en, row.name_km) for row in days if row.country == country},
                confirmed_years=frozenset(y.year for y in years if y.country == country and y.confirmed),
                provisional_years=frozenset(
                    y.year for y in years if y.country == country and not y.confirmed
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
            "The days off of {year} are missing; add them before dates reach that year", year=today.year + 1
        )
    if not coming.confirmed:
        return say(
            "The days off of {year} are only expected; confirm them as soon as the official list is published",
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
