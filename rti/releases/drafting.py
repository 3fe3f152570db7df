"""Making the tables of a release: count, protect, audit and check them."""

from asyncio import to_thread
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import md5, sha256

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import days_off
from rti.law.explanations import N_
from rti.models.calendars import CalendarYearRow
from rti.releases.audit import Shown
from rti.releases.commands import DraftRelease, queries
from rti.releases.content import (
    CalendarVersion,
    Content,
    Finding,
    Kept,
    PublishedTable,
    StatuteVersion,
    population,
)
from rti.releases.findings import findings
from rti.releases.protection import Exact, StillLeaks, protected
from rti.statistics.commands import StatisticsQuery
from rti.statistics.disclosure import last_quarter
from rti.statistics.in_sql import fingerprints
from rti.statistics.queries import Table, askers, facts_behind, table


@dataclass(frozen=True, slots=True)
class Earlier:
    """A release that is approved already."""

    code: str
    content: Content
    shown: Sequence[Shown]


async def drafted(
    session: AsyncSession,
    wanted: DraftRelease,
    earlier: Sequence[Earlier],
    today: date,
    progress: Callable[[int], None],
) -> tuple[Content, Kept]:
    """The tables as they are told today. `session` counts: it may read what figures are made of."""
    as_of = wanted.as_of or last_quarter(today)
    first = await table(session, None, queries(wanted, as_of, wanted.known_on)[0], today)
    counted = await exact_tables(session, queries(wanted, as_of, first.known_on), today, progress)
    exact = [await _exact(session, each, today) for each in counted]
    found: list[Finding] = []
    shown: Sequence[Shown]
    try:
        shown = await to_thread(
            protected, exact, [each for one in earlier for each in one.shown], wanted.threshold
        )
    except StillLeaks as leaking:
        shown = [Shown(each.population, each.dimensions, each.method, ()) for each in exact]
        places = {"/".join(place.dimensions) for place in leaking.places}
        found.append(
            Finding(
                "disclosure",
                True,
                N_(
                    "Small numbers could be worked out from this and earlier releases: {tables}. Choose fewer or coarser tables, or a later cut-off date"
                ),
                {"tables": ", ".join(sorted(places))},
            )
        )
    content = Content(
        as_of=as_of,
        known_on=first.known_on,
        threshold=wanted.threshold,
        tables=[
            _published(each, published)
            for each, published in zip(counted, shown, strict=True)
            if published.lines
        ],
        calendars=await _calendars(session, counted),
    )
    if content.tables:
        found += findings(exact, content, [(each.code, each.content) for each in earlier], today)
    kept = Kept(
        requests=await fingerprints_of(session, counted, today),
        small=[list(each.small) for each in shown if each.lines],
        findings=found,
    )
    return content, kept


async def exact_tables(
    session: AsyncSession,
    wanted: Iterable[StatisticsQuery],
    today: date,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Table]:
    counted = []
    for each in wanted:
        counted.append(await table(session, None, each, today, anew=True))
        progress(len(counted))
    return counted


async def fingerprints_of(session: AsyncSession, counted: Iterable[Table], today: date) -> dict[bytes, bytes]:
    """By its identifier, eight bytes that say what all tables make of a request."""
    found: dict[bytes, bytes] = {}
    for each in counted:
        rows = await session.stream(
            fingerprints(await facts_behind(session, each, today), each.wanted.of_method).execution_options(
                yield_per=1_000
            )
        )
        async for part in rows.partitions():
            for request, made in part:
                before = found.get(request.bytes, b"")
                found[request.bytes] = md5(before + made.encode(), usedforsecurity=False).digest()[:8]
    return found


async def _exact(session: AsyncSession, counted: Table, today: date) -> Exact:
    lines = [*counted.lines, counted.total]
    return Exact(
        population(counted.wanted, counted.as_of, counted.known_on),
        counted.wanted.dimensions,
        counted.wanted.of_method,
        {line.keys: line.figures for line in lines},  # type: ignore[misc]
        {line.keys: line.names for line in lines},
        await askers(session, counted, today),
    )


def _published(counted: Table, published: Shown) -> PublishedTable:
    lines = list(published.lines)
    return PublishedTable(
        query=msgspec.structs.replace(counted.wanted, as_of=counted.as_of, known_on=counted.known_on),
        version=counted.wanted.of_method.version,
        statutes=[
            StatuteVersion(ground.statute.id, ground.statute.version, ground.binding)
            for ground in counted.grounds
        ],
        lines=[line for line in lines if line.keys],
        total=next(line for line in lines if not line.keys),
    )


async def _calendars(session: AsyncSession, counted: Iterable[Table]) -> list[CalendarVersion]:
    countries = {
        country for each in counted for ground in each.grounds for country in ground.statute.countries
    }
    rows = await session.scalars(
        select(CalendarYearRow)
        .where(CalendarYearRow.country.in_(countries))
        .order_by(CalendarYearRow.country, CalendarYearRow.year)
    )
    return [
        CalendarVersion(
            row.country,
            row.year,
            row.confirmed,
            sha256(
                ",".join(str(day.day) for day in await days_off(session, row.country, row.year)).encode()
            ).hexdigest(),
        )
        for row in rows.all()
    ]
