"""Days off out of the `holidays` package, stored as provisional lists until somebody confirms a year."""

from datetime import datetime
from importlib.metadata import version

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.published import published_days_off
from rti.calendars.tables import CalendarYearRow, DayOffRow
from rti.db import new_id

FIRST_YEAR = 2010
COUNTRIES = ("KH",)


async def load_published_days(session: AsyncSession, now: datetime) -> None:
    """Load each year up to the next one that is missing; a loaded year is never touched again."""
    loaded = {tuple(row) for row in await session.execute(select(CalendarYearRow.country, CalendarYearRow.year))}
    source = f"holidays {version('holidays')}"
    for country in COUNTRIES:
        years = [y for y in range(FIRST_YEAR, now.year + 2) if (country, y) not in loaded]
        for year in years:
            session.add(CalendarYearRow(country=country, year=year, confirmed=False, source=source, loaded_at=now))
        for day, name in published_days_off(country, years):
            session.add(
                DayOffRow(
                    id=new_id(),
                    country=country,
                    day=day,
                    name_km=name.km,
                    name_en=name.en,
                    source=source,
                    declared_at=now,
                )
            )
    await session.flush()
