"""The calendar of a country as it stands now."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache

import msgspec
from sqlalchemy import Date, Integer, Text, bindparam, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.commands import CalendarFilter
from rti.core.asking import ForAll, Statement, compiled, decoder, selected, together
from rti.core.db import is_busy
from rti.core.errors import Message, invalid, say
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar, union
from rti.models.calendars import CalendarYearRow, DayOffRow

HOME = "KH"
WARN_FROM_MONTH = 10


PATIENCE = 2_000
"""Milliseconds that filing waits for a calendar change."""
_CHANGES = 7426_02
"""Key of the advisory lock between those who count by the calendars and those who change one."""


async def count_undisturbed(session: AsyncSession) -> None:
    """Block calendar changes until this transaction ends; called before a computed date is stored.

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
    """Block storing dates and changing calendars until this transaction ends; pages can still read."""
    await session.execute(select(func.pg_advisory_xact_lock(_CHANGES)))


async def calendar_of(
    session: AsyncSession,
    countries: Sequence[str],
    weekend: frozenset[int],
    known_at: datetime | None = None,
) -> Calendar:
    """The union of the calendars of `countries` (keys such as KH or GB-SCT), as it was known at a moment.

    Lists that were there from the start count as known before, since nobody noted when they became known.
    """
    stored = await session.scalar(_STORED, {"countries": list(countries), "known_at": known_at})
    return _union(stored, tuple(countries), weekend)


_STORED = text("""
    SELECT CAST(json_build_array(
        (SELECT json_agg(json_build_array(country, day, name_en, name_km) ORDER BY country, day)
         FROM day_off LEFT JOIN (
             SELECT country, min(declared_at) AS first FROM day_off
             WHERE country = ANY (CAST(:countries AS text[])) AND CAST(:known_at AS timestamptz) IS NOT NULL
             GROUP BY country) began USING (country)
         WHERE country = ANY (CAST(:countries AS text[])) AND CASE WHEN CAST(:known_at AS timestamptz) IS NULL
            THEN withdrawn_at IS NULL
            ELSE (withdrawn_at IS NULL OR withdrawn_at > :known_at) AND declared_at <= greatest(:known_at, first) END),
        (SELECT json_agg(json_build_array(country, year, confirmed
            AND (CAST(:known_at AS timestamptz) IS NULL OR loaded_at <= :known_at)) ORDER BY country, year)
         FROM calendar_year WHERE country = ANY (CAST(:countries AS text[])))) AS text)
""")
_Stored = tuple[list[tuple[str, date, str, str]] | None, list[tuple[str, int, bool]] | None]


@lru_cache(maxsize=50)
def _union(stored: str, countries: tuple[str, ...], weekend: frozenset[int]) -> Calendar:
    """The calendar of these rows, cached by their content."""
    days, years = decoder(_Stored)(stored)

    def of(country: str) -> Calendar:
        known = [(year, confirmed) for key, year, confirmed in years or () if key == country]
        return Calendar(
            weekend=weekend,
            days_off={day: BilingualName(en, km) for key, day, en, km in days or () if key == country},
            confirmed_years=frozenset(year for year, confirmed in known if confirmed),
            provisional_years=frozenset(year for year, confirmed in known if not confirmed),
        )

    return union([of(country) for country in countries])


async def countries(session: AsyncSession) -> Sequence[str]:
    """The keys of the countries of which days off are stored, Cambodia first."""
    return home_first(await session.scalars(select(CalendarYearRow.country).distinct()))


def home_first(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: (key != HOME, key))


class ListedDay(msgspec.Struct, frozen=True):
    """A day off as it stands in the list of a year."""

    day: date
    name_km: str
    name_en: str
    source: str


class ListedYear(msgspec.Struct, frozen=True):
    confirmed: bool
    source: str


class YearRead(msgspec.Struct):
    """The list of a year, `known` if one is loaded; the countries with lists, and whether next year's list for Cambodia is confirmed."""

    days: list[ListedDay]
    years: list[ListedYear]
    countries: list[str]
    confirmed: bool | None

    @property
    def known(self) -> ListedYear | None:
        return self.years[0] if self.years else None


def list_of(wanted: CalendarFilter, today: date) -> ForAll[YearRead]:
    """What the page of a year shows."""
    year = wanted.year or today.year
    span = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    return ForAll(
        YearRead, _list(), {"country": wanted.country, "year": year, "coming": today.year + 1, **span}
    )


@cache
def _list() -> Statement:
    country = bindparam("country", type_=Text)
    first, last = (bindparam(name, type_=Date) for name in ("first", "last"))
    days = select(DayOffRow).where(
        DayOffRow.country == country, DayOffRow.withdrawn_at.is_(None), DayOffRow.day.between(first, last)
    )
    years = select(CalendarYearRow).where(
        CalendarYearRow.country == country, CalendarYearRow.year == bindparam("year", type_=Integer)
    )
    return together(
        days=selected(ListedDay, days.order_by(DayOffRow.day), DayOffRow),
        years=selected(ListedYear, years, CalendarYearRow),
        countries=Statement("(SELECT coalesce(json_agg(DISTINCT country), '[]') FROM calendar_year)"),
        confirmed=compiled(CONFIRMED),
    )


async def year_of(session: AsyncSession, country: str, year: int) -> CalendarYearRow | None:
    """What is known about the list of one year; None where no list is loaded."""
    return await session.get(CalendarYearRow, (country, year))


async def warning(session: AsyncSession, today: date) -> Message | None:
    """From October on, what is missing in next year's list for Cambodia."""
    return lacking(today, await session.scalar(CONFIRMED, {"coming": today.year + 1}))


CONFIRMED = select(CalendarYearRow.confirmed).where(
    CalendarYearRow.country == literal_column(f"'{HOME}'"), CalendarYearRow.year == bindparam("coming")
)
"""Whether the list of a coming year is confirmed; None where there is none."""


def lacking(today: date, confirmed: bool | None) -> Message | None:
    """From October on, what the list of the next year lacks; the sub-decree is published about then."""
    if today.month < WARN_FROM_MONTH or confirmed:
        return None
    if confirmed is None:
        return say(
            "The days off for {year} are missing. Add them before any due date falls in that year",
            year=today.year + 1,
        )
    return say(
        "The days off for {year} are provisional. Confirm them when the official list is published",
        year=today.year + 1,
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
