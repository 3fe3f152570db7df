"""The calendar of a country as it stands now."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.tables import CalendarYearRow, DayOffRow
from rti.law.calendars import Calendar, union
from rti.law.names import Name


async def calendar_of(session: AsyncSession, countries: Sequence[str], weekend: frozenset[int]) -> Calendar:
    """The union of the calendars of `countries` (keys such as KH or GB-SCT)."""
    days = (
        await session.scalars(
            select(DayOffRow).where(DayOffRow.country.in_(countries), DayOffRow.withdrawn_at.is_(None))
        )
    ).all()
    years = (await session.scalars(select(CalendarYearRow).where(CalendarYearRow.country.in_(countries)))).all()
    return union(
        [
            Calendar(
                weekend=weekend,
                days_off={row.day: Name(row.name_en, row.name_km) for row in days if row.country == country},
                confirmed_years=frozenset(y.year for y in years if y.country == country and y.confirmed),
                provisional_years=frozenset(y.year for y in years if y.country == country and not y.confirmed),
            )
            for country in countries
        ]
    )


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
