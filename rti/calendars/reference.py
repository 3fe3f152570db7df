"""Days off out of the `holidays` package, stored as provisional lists until somebody confirms a year."""

from datetime import datetime
from importlib.metadata import version

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.published import published_days_off, published_years
from rti.calendars.tables import CalendarYearRow, DayOffRow
from rti.db import new_id
from rti.statutes.library import load_library

FIRST_YEAR = 2010


async def load_published_days(session: AsyncSession, now: datetime) -> None:
    """Load each year up to the next one that is missing; a loaded year is never touched again.

    The countries are those whose days off a shipped statute counts.
    """
    loaded = {
        tuple(row) for row in await session.execute(select(CalendarYearRow.country, CalendarYearRow.year))
    }
    source = f"holidays {version('holidays')}"
    for country in sorted({key for statute in load_library().values() for key in statute.countries}):
        covered = published_years(country)
        years = [
            year
            for year in range(FIRST_YEAR, now.year + 2)
            if year in covered and (country, year) not in loaded
        ]
        if not years:
            continue
        await session.execute(
            insert(CalendarYearRow),
            [
                {"country": country, "year": year, "confirmed": False, "source": source, "loaded_at": now}
                for year in years
            ],
        )
        await session.execute(
            insert(DayOffRow),
            [
                {
                    "id": new_id(),
                    "country": country,
                    "day": day,
                    "name_km": name.km,
                    "name_en": name.en,
                    "source": source,
                    "declared_at": now,
                }
                for day, name in published_days_off(country, years)
            ],
        )
