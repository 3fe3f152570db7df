"""Days off as the `holidays` package publishes them: expected, and never confirmed.

What an official list fixes, such as the yearly Cambodian sub-decree, is recorded by people; the package
fills the years until then.
"""

import warnings
from collections.abc import Iterable
from datetime import date, datetime
from importlib.metadata import version

import holidays
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import new_id
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar, union
from rti.models.calendars import CalendarYearRow, DayOffRow


def published_days_off(key: str, years: Iterable[int]) -> list[tuple[date, BilingualName]]:
    """Days off of a country ("KH") or a part of one ("GB-SCT"), in order, with their names.

    Khmer names where the package has them. Raises ValueError for a key that it does not know.
    """
    country, part = _known(key)
    wanted = list(years)
    if not wanted:
        return []
    english = _days(country, part, wanted, "en")
    khmer = _days(country, part, wanted, "km")
    return [(day, BilingualName(name, khmer.get(day, ""))) for day, name in sorted(english.items())]


def published_years(key: str) -> range:
    """The years that the package covers for a key; of the others it knows nothing."""
    source = getattr(holidays, _known(key)[0])
    return range(source.start_year, source.end_year + 1)


def _known(key: str) -> tuple[str, str]:
    country, _, part = key.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise ValueError(
            f"no days off are published for {key[:40]!r}; write a country code such as KH or GB-SCT"
        )
    return country, part


def _days(country: str, part: str, years: list[int], language: str) -> dict[date, str]:
    """The names in one language; for English in the package's own language where it has none."""
    languages = getattr(holidays, country).supported_languages
    chosen = next((tag for tag in sorted(languages, reverse=True) if tag.startswith(language)), None)
    if chosen is None and language != "en":
        return {}
    with warnings.catch_warnings():
        # Some lists that follow the moon end early; such years are provisional like all the others.
        warnings.simplefilter("ignore")
        return dict(holidays.country_holidays(country, subdiv=part or None, years=years, language=chosen))


def published_calendar(keys: Iterable[str], years: Iterable[int], weekend: frozenset[int]) -> Calendar:
    """A calendar in which a day is off where it is off under any of the keys; no year of it is confirmed."""
    wanted = list(years)
    calendars = []
    for key in keys:
        covered = [year for year in wanted if year in published_years(key)]
        days_off = dict(published_days_off(key, covered))
        calendars.append(Calendar(weekend=weekend, days_off=days_off, provisional_years=frozenset(covered)))
    return union(calendars) if calendars else Calendar(weekend=weekend)


FIRST_YEAR = 2010


async def load_published_days(session: AsyncSession, countries: Iterable[str], now: datetime) -> None:
    """Load each year up to the next one that is missing; a loaded year is never touched again."""
    loaded = {
        tuple(row) for row in await session.execute(select(CalendarYearRow.country, CalendarYearRow.year))
    }
    source = f"holidays {version('holidays')}"
    for country in sorted(countries):
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
            # What is returned lets many rows be one statement, after which triggers run once and not for each.
            insert(DayOffRow).returning(DayOffRow.id),
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
