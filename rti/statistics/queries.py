"""Tables: counted in the database, then combined with their names."""

from asyncio import to_thread
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Select, cast, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.core.errors import Invalid
from rti.core.roles import Person
from rti.core.visibility import counted_for
from rti.law.statutes import Statute
from rti.models.figures import FiguresVersionRow
from rti.models.requests import FormerStandingRow, RequestRow
from rti.statistics.commands import StatisticsQuery
from rti.statistics.digest import digest_of, shares
from rti.statistics.disclosure import CoarseFigures, Keys, coarse, is_coarse, last_quarter, period_faults
from rti.statistics.figures import Figures, Tally
from rti.statistics.in_sql import KIND, askers_of, facts_of, grouped, known
from rti.statistics.measures import State
from rti.statistics.method import Kind
from rti.statistics.names import Shown, names_of
from rti.statistics.published import PublishedFigures
from rti.statutes.queries import version_of

Told = Figures | CoarseFigures | PublishedFigures
"""Figures in the form for people who see requests, for all others, and in a release."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group: a key and its name for each dimension; fewer than dimensions in a sub-total, none in the total."""

    keys: tuple[str | None, ...]
    names: tuple[Shown | None, ...]
    figures: Told


@dataclass(frozen=True, slots=True)
class Ground:
    """The statute under which requests in a table are assessed: a deadline if `binding`, else a benchmark."""

    statute: Statute
    binding: bool


@dataclass(frozen=True)
class Table:
    """Groups in their order, those of one first key followed by its sub-total; the total stands apart.

    `known_on` is the day until which entries were counted.
    """

    wanted: StatisticsQuery
    as_of: date
    known_on: date
    lines: Sequence[Line]
    total: Line
    grounds: Sequence[Ground]
    coarse: bool
    """Whether numbers are told as `disclosure` says."""

    @cached_property
    def digest(self) -> str:
        """Of the keys, counts, rates and days: see `digest_of`."""
        return digest_of(
            {
                "keys": line.keys,
                "counts": line.figures.counts,
                "rates": shares(line.figures.rates),
                "days": {each.id: days.median for each, days in line.figures.durations},
                "survival_median_days": line.figures.survival_median_days,
                "longest_days": line.figures.longest_days,
                "bands": dict(line.figures.bands),
                "judged_by": line.figures.judged_by,
            }
            for line in (*self.lines, self.total)
        )


async def table(
    session: AsyncSession,
    person: Person | None,
    wanted: StatisticsQuery,
    today: date,
    *,
    anew: bool = False,
) -> Table:
    """The figures that `person` may see, of all requests where there is no person (the command line).

    Counted `anew` they come from the rows whatever this process has kept.

    Raises Invalid for a period that is too fine for whoever sees no request.
    """
    if is_coarse(person) and (faults := period_faults(today, wanted.since, wanted.until, wanted.as_of)):
        raise Invalid(*faults)
    cut_off = wanted.as_of or (last_quarter(today) if is_coarse(person) else today)
    version = None if anew else await version_of_figures(session)
    if version is None:
        return await _counted(session, person, wanted, cut_off, today)
    key = (version, _scope(person), wanted, cut_off, today)
    if key not in _kept:
        _kept[key] = await _counted(session, person, wanted, cut_off, today)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


_ROOM = text("SELECT set_config('work_mem', '256MB', true), set_config('enable_sort', 'off', true)")
"""Memory for grouping identical requests by hash. PostgreSQL expects ten times as many groups as there are, and would sort
them by every column."""
KEPT = 12
"""Tables that a process keeps until something changes, those that were asked for last."""
_kept: OrderedDict[tuple[object, ...], Table] = OrderedDict()


async def version_of_figures(session: AsyncSession) -> tuple[int, int] | None:
    """The database, and how often the data behind the figures has changed in it.

    It is read before the rows are, so that what is kept under it is never older than it says. There is none in a
    transaction that has written: that may yet be undone.
    """
    oid = text("(SELECT CAST(oid AS bigint) FROM pg_database WHERE datname = current_database())")
    changes = select(func.coalesce(func.sum(FiguresVersionRow.number), 0)).scalar_subquery()
    wrote = func.pg_current_xact_id_if_assigned().is_not(None)
    found = (await session.execute(select(oid, cast(changes, BigInteger), wrote))).one()
    return None if found[2] else (found[0], found[1])


def _scope(person: Person | None) -> tuple[object, ...]:
    """The group of people who get the same figures."""
    return (person and person.cbo_id, is_coarse(person))


async def _counted(
    session: AsyncSession,
    person: Person | None,
    wanted: StatisticsQuery,
    cut_off: date,
    today: date,
) -> Table:
    known_on = wanted.known_on or await known_until(session, person, cut_off, today)
    facts = await facts_of(session, person, wanted, cut_off, known_on if known_on < today else None)
    await session.execute(_ROOM)
    rows = (await session.execute(grouped(facts, wanted))).all()
    tallies = await to_thread(_tallies, rows, wanted)
    names = [
        await names_of(
            session, dimension, {key for keys in tallies for key in keys[place : place + 1] if key}
        )
        for place, dimension in enumerate(wanted.dimensions)
    ]
    total = tallies.setdefault((), {})
    figures: Mapping[Keys, Figures | CoarseFigures] = {
        keys: Figures(wanted.of_method, tally) for keys, tally in tallies.items()
    }
    if is_coarse(person):
        figures = await _coarse(session, wanted, tallies, facts)
    return Table(
        wanted=wanted,
        as_of=cut_off,
        known_on=known_on,
        lines=await to_thread(_lines, figures, names),
        total=_line((), figures[()], names),
        grounds=await _grounds(session, total),
        coarse=is_coarse(person),
    )


async def _coarse(
    session: AsyncSession, wanted: StatisticsQuery, tallies: Mapping[Keys, Tally], facts: Select[Any]
) -> dict[Keys, CoarseFigures]:
    """In a table so fine that few may stand behind many requests, those who asked are counted, and not the requests."""
    figures = {keys: Figures(wanted.of_method, tally) for keys, tally in tallies.items()}
    askers = await _askers(session, wanted, facts)
    return await to_thread(coarse, figures, askers)


async def askers(session: AsyncSession, of: Table, today: date) -> dict[Keys, dict[str, set[UUID]]]:
    """Who is behind each column of each line of a table of everybody's, by identifiers, where that is what is protected."""
    return await _askers(session, of.wanted, await facts_behind(session, of, today))


async def facts_behind(session: AsyncSession, of: Table, today: date) -> Select[Any]:
    """A row for each request that a table over all organisations counts."""
    return await facts_of(session, None, of.wanted, of.as_of, of.known_on if of.known_on < today else None)


async def _askers(
    session: AsyncSession, wanted: StatisticsQuery, facts: Select[Any]
) -> dict[Keys, dict[str, set[UUID]]]:
    askers: dict[Keys, dict[str, set[UUID]]] = {}
    if wanted.is_fine:
        found = await session.stream(askers_of(facts, wanted.dimensions).execution_options(yield_per=1_000))
        async for part in found.partitions():
            await to_thread(_note_askers, wanted, part, askers)
    return askers


def _note_askers(
    wanted: StatisticsQuery, rows: Sequence[Any], askers: dict[Keys, dict[str, set[UUID]]]
) -> None:
    for row in rows:
        kind = msgspec.convert(dict(zip(KIND, row[len(wanted.dimensions) : -1], strict=True)), Kind)
        for length in range(len(wanted.dimensions) + 1):
            line = askers.setdefault(tuple(row[:length]), {})
            for column in wanted.of_method.places(kind):
                line.setdefault(column, set()).add(row[-1])


async def known_until(session: AsyncSession, person: Person | None, cut_off: date, today: date) -> date:
    """The day until which entries count: the cut-off, or today if nothing at all had been recorded by then."""
    if cut_off >= today:
        return today
    earlier = (
        select(literal(True)).where(known(row, cut_off), counted_for(person)).limit(1)
        for row in (RequestRow, aliased(FormerStandingRow, name="request"))
    )
    for query in earlier:
        if await session.scalar(query):
            return cut_off
    return today


def _tallies(rows: Iterable[Any], wanted: StatisticsQuery) -> dict[Keys, dict[Kind, Counter[int | None]]]:
    """Of the rows of `grouped`: each group, each sum of groups by their first dimensions, and the total."""
    dimensions, names = len(wanted.dimensions), wanted.of_method.fields
    kinds: dict[tuple[Any, ...], Kind] = {}
    groups: dict[Keys, dict[Kind, Counter[int | None]]] = {}
    for row in rows:
        fields = tuple(row[dimensions:-1])
        kind = kinds.get(fields)
        if kind is None:
            kind = kinds[fields] = msgspec.convert(dict(zip(names, fields, strict=True)), Kind)
        groups.setdefault(tuple(row[:dimensions]), {})[kind] = Counter(row[-1])
    found = dict(groups)
    while any(groups):
        sums: dict[Keys, dict[Kind, Counter[int | None]]] = {}
        for keys, tally in groups.items():
            above = sums.setdefault(keys[:-1], {})
            for kind, days in tally.items():
                above.setdefault(kind, Counter()).update(days)
        found |= sums
        groups = sums
    return found


async def _grounds(session: AsyncSession, total: Tally) -> list[Ground]:
    dated = {
        (kind.statute_id, kind.statute_version, kind.binding) for kind in total if kind.state not in _UNDATED
    }
    return [
        Ground(await version_of(session, name, version), binding) for name, version, binding in sorted(dated)
    ]


_UNDATED = {State.DRAFT, State.NOT_SUBMITTED, State.PAUSED, State.NO_DATE}
"""States of requests that usually have no due day."""


def _lines(figures: Mapping[Keys, Told], names: Sequence[Mapping[str, Shown]]) -> list[Line]:
    """All groups in their order."""
    ranks = [{key: rank for rank, key in enumerate(of_dimension)} for of_dimension in names]
    lines = [_line(keys, line, names) for keys, line in figures.items() if keys]
    return sorted(lines, key=lambda line: _order(line, ranks))


def _line(keys: Keys, figures: Told, names: Sequence[Mapping[str, Shown]]) -> Line:
    return Line(
        keys=keys,
        names=tuple(
            of_dimension.get(key, key) if key else None
            for of_dimension, key in zip(names, keys, strict=False)
        ),
        figures=figures,
    )


def _order(line: Line, ranks: Sequence[Mapping[str, int]]) -> tuple[tuple[int, int], ...]:
    """Groups as their names are ordered, unknown ones after them, and every sum behind what it adds up."""
    places = [
        (0, of_dimension.get(key, 0)) if key else (1, 0)
        for of_dimension, key in zip(ranks, line.keys, strict=False)
    ]
    return (*places, *[(2, 0)] * (len(ranks) - len(places)))
