"""Figures as JSON and as lines of a CSV file: every percentage with its two numbers beside it."""

from asyncio import to_thread
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.rate_limits import LimitedCall
from rti.audit.record import record
from rti.core import i18n
from rti.core.csv_export import Cell
from rti.core.roles import Person
from rti.core.validation import decode
from rti.labels import label
from rti.law.bilingual import BilingualName
from rti.models.audit import AuditAction
from rti.statistics import queries
from rti.statistics.commands import Basis, StatisticsQuery, Unit, check
from rti.statistics.disclosure import SMALLEST, CoarseDays
from rti.statistics.figures import Days, Percentage, round_half_up
from rti.statistics.identities import require_identities
from rti.statistics.method import Duration, Method
from rti.statistics.methods import METHODS
from rti.statistics.methods.own import OUTCOMES
from rti.statistics.names import Shown
from rti.statistics.published import PublishedDays
from rti.statistics.queries import Ground, Line, Table, Told
from rti.web.guards import rate_limited, signed_in
from rti.web.inject import Reading, Today, Who
from rti.web.templating import WebRequest, language_of

PLACES = 2
"""Decimal places of a percentage where a machine reads it."""
ROUNDING = f"half up, {PLACES} places"
ANSWERS = OUTCOMES.id
"""The section whose columns have names that others have, too."""


class RateView(msgspec.Struct, frozen=True, kw_only=True):
    """`percent` is null where there is nothing to divide by, or a number is not told; `interval` is given for fewer than 30."""

    numerator: int | None
    denominator: int | None
    percent: float | None
    interval: tuple[float, float] | None


class DurationView(msgspec.Struct, frozen=True, kw_only=True):
    """Days of some requests, as the method counts them; null where there are none, or they are not told."""

    median: float | None
    mean: float | None
    lowest: int | None
    highest: int | None


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A group by its keys; a sub-total has fewer of them, and the total none.

    `survival_median_days` counts those who still wait, too (Kaplan-Meier).
    """

    keys: Mapping[str, str | None]
    names: Mapping[str, str]
    counts: Mapping[str, int | None]
    outcomes: Mapping[str, int | None]
    rates: Mapping[str, RateView]
    median_days: float | None
    survival_median_days: float | None
    longest_days: int | None
    durations: Mapping[str, DurationView]
    bands: Mapping[str, int | None]
    judged_by: str


class GroundView(msgspec.Struct, frozen=True, kw_only=True):
    """`dates` says what the due days under this statute are: "deadlines" or "benchmarks"."""

    statute_id: str
    statute_version: int
    name: str
    dates: str


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    """The figures; to readers who see no request numbers of fewer than `smallest_cell` askers are null, as are those that
    would give them away, and every other one is rounded to a multiple of it. To all others `smallest_cell` is null.

    `known_on` is the day until which entries count. `digest` is the SHA-256 of keys, counts, rates and
    days, the same in every language and kind of file.
    """

    method: str
    source: str
    as_of: date
    known_on: date
    basis: Basis
    since: date | None
    until: date | None
    count_early: bool
    measure_version: int
    unit: Unit
    rounding: str
    digest: str
    smallest_cell: int | None
    judged_by: list[GroundView]
    lines: list[LineView]
    total: LineView


Words = Callable[[Any], str]
"""How a name is said in the language of the reader: of a group, a column, or a text."""


def words(shown: Shown | None, language: str) -> str:
    """The name of a group in a language; nothing for a group that has none."""
    if isinstance(shown, BilingualName):
        return str(shown.in_language(language))
    if isinstance(shown, StrEnum):
        return i18n.translator(language)(label(shown))
    return i18n.translator(language)(shown) if shown else ""


def table_view(table: Table, language: str) -> TableView:
    wanted = table.wanted
    return TableView(
        method=wanted.method,
        source=i18n.translator(language)(wanted.of_method.source),
        as_of=table.as_of,
        known_on=table.known_on,
        basis=wanted.basis,
        since=wanted.since,
        until=wanted.until,
        count_early=wanted.count_early,
        measure_version=wanted.of_method.version,
        unit=wanted.unit,
        rounding=ROUNDING,
        digest=table.digest,
        smallest_cell=SMALLEST if table.coarse else None,
        judged_by=[_ground_view(ground, language) for ground in table.grounds],
        lines=[_line_view(table, line, language) for line in table.lines],
        total=_line_view(table, table.total, language),
    )


def _ground_view(ground: Ground, language: str) -> GroundView:
    return GroundView(
        statute_id=ground.statute.id,
        statute_version=ground.statute.version,
        name=words(ground.statute.name, language),
        dates="deadlines" if ground.binding else "benchmarks",
    )


def _line_view(table: Table, line: Line, language: str) -> LineView:
    figures, dimensions = line.figures, table.wanted.dimensions
    return LineView(
        keys=dict(zip(dimensions, line.keys, strict=False)),
        names={by: words(name, language) for by, name in zip(dimensions, line.names, strict=False)},
        counts={
            column.id: figures.counts[column.id]
            for section in figures.method.sections
            if section.id != ANSWERS
            for column in section.columns
        },
        outcomes={
            column.id: figures.counts[column.id]
            for section in figures.method.sections
            if section.id == ANSWERS
            for column in section.columns
        },
        rates={measure.id: rate_view(rate) for measure, rate in figures.rates},
        median_days=figures.median_days,
        survival_median_days=figures.survival_median_days,
        longest_days=figures.longest_days,
        durations={duration.id: _duration_view(days) for duration, days in figures.durations},
        bands=dict(figures.bands),
        judged_by=figures.judged_by,
    )


def _duration_view(days: Days | CoarseDays | PublishedDays) -> DurationView:
    mean = None if days.mean is None else float(round_half_up(days.mean, PLACES))
    return DurationView(median=days.median, mean=mean, lowest=days.lowest, highest=days.highest)


def rate_view(rate: Percentage) -> RateView:
    percent, interval = rate.percent(PLACES), rate.interval(PLACES)
    return RateView(
        numerator=rate.numerator,
        denominator=rate.denominator,
        percent=None if percent is None else float(percent),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
    )


GROUND = (
    *("method", "as_of", "known_on", "basis", "since", "until", "count_early", "unit", "statutes"),
    *("measure_version", "rounding", "digest"),
)
"""What figures rest on: the last cells of every line."""


def csv_header(table: Table) -> list[str]:
    """One column for each key, name, count and part of a rate; what the figures rest on stands in every line."""
    method = table.wanted.of_method
    rates = [
        f"{each.id}{part}"
        for each in method.measures
        for part in ("", "_numerator", "_denominator", "_low", "_high")
    ]
    return [
        "line",
        *(f"{by}{part}" for by in table.wanted.dimensions for part in ("", "_name")),
        *(
            f"answer_{column.id}" if section.id == ANSWERS else column.id
            for section in method.sections
            for column in section.columns
        ),
        *rates,
        *("median_days", "survival_median_days", "longest_days"),
        *(f"{each.id}_{part}" for each in _more(method) for part in ("median", "mean", "lowest", "highest")),
        *(f"days_{band}" for band, _ in table.total.figures.bands),
        *("judged_by", "hidden"),
        *GROUND,
    ]


def _more(method: Method) -> tuple[Duration, ...]:
    """The durations of a method beside that of all answers."""
    return () if len(method.durations) == 1 else method.durations


def csv_rows(table: Table, language: str) -> Iterator[list[Cell]]:
    """The groups, the sub-totals and the total, distinguished by the column `line`."""
    require_identities(table)
    ground = ground_of(table)
    for line in (*table.lines, table.total):
        figures = [*_figure_cells(line.figures)]
        yield [*_key_cells(table, line, language), *figures, _hidden(line.figures), *ground]


def ground_of(table: Table) -> list[Cell]:
    """What the figures rest on: the cells of `GROUND`."""
    wanted = table.wanted
    statutes = sorted({f"{ground.statute.id} version {ground.statute.version}" for ground in table.grounds})
    return [
        *(wanted.method, table.as_of, table.known_on, wanted.basis.value, wanted.since, wanted.until),
        *(_word(wanted.count_early), wanted.unit.value, "; ".join(statutes)),
        *(wanted.of_method.version, ROUNDING, table.digest),
    ]


def _key_cells(table: Table, line: Line, language: str) -> Iterator[Cell]:
    full = len(line.keys) == len(table.wanted.dimensions)
    yield "group" if full else "sub-total" if line.keys else "total"
    for place in range(len(table.wanted.dimensions)):
        known = place < len(line.keys)
        yield line.keys[place] if known else None
        yield words(line.names[place], language) if known else None


def _hidden(figures: Told) -> str:
    """Why cells of a line are empty: which numbers are hidden, and what cannot be divided."""
    small = [name for name, count in figures.counts.items() if count is None]
    mixed = [measure.id for measure, rate in figures.rates if rate.mixed]
    reasons = [("not shown", small), ("deadlines and benchmarks", mixed)]
    return "; ".join(f"{reason}: {', '.join(names)}" for reason, names in reasons if names)


def _figure_cells(figures: Told) -> Iterator[Cell]:
    yield from (figures.counts[column.id] for column in figures.method.columns)
    for _, rate in figures.rates:
        percent, interval = rate.percent(PLACES), rate.interval(PLACES)
        yield None if percent is None else float(percent)
        yield from (rate.numerator, rate.denominator)
        yield from (float(bound) for bound in interval) if interval else (None, None)
    yield from (figures.median_days, figures.survival_median_days, figures.longest_days)
    if _more(figures.method):
        for _, days in figures.durations:
            yield from msgspec.structs.astuple(_duration_view(days))
    yield from (count for _, count in figures.bands)
    yield figures.judged_by


def _word(flag: bool) -> str:
    return "yes" if flag else "no"


async def asked_table(
    request: WebRequest,
    session: AsyncSession,
    person: Person,
    today: date,
    asked: Mapping[str, object] | None = None,
) -> Table:
    """The figures that an address asks for, or those of `asked`; raises Invalid."""
    wanted = decode(StatisticsQuery, asked or dict(request.query_params))
    check(wanted, today)
    return await queries.table(session, person, wanted, today)


async def exported_table(
    request: WebRequest,
    session: AsyncSession,
    reading: AsyncSession,
    person: Person,
    today: date,
    now: datetime,
) -> Table:
    """The same for a downloaded file, which the audit log records."""
    table = await asked_table(request, reading, person, today)
    record(session, AuditAction.EXPORTED, now, about="statistics", cbo_id=person.cbo_id)
    return table


def _in_json(table: Table, language: str) -> bytes:
    """A `TableView`, written line by line, between which others get their turn."""
    view = table_view(table, language)
    lines = [msgspec.Raw(msgspec.json.encode(line)) for line in view.lines]
    return msgspec.json.encode(msgspec.structs.asdict(view) | {"lines": lines})


async def asked_view(
    request: WebRequest, session: AsyncSession, person: Person, today: date
) -> Response[TableView]:
    """The same as JSON, put together off the event loop; raises Invalid."""
    table = await asked_table(request, session, person, today)
    written: Any = await to_thread(_in_json, table, language_of(request))
    return Response(written, media_type=MediaType.JSON)


async def asked_methods(
    request: WebRequest, session: AsyncSession, person: Person, today: date
) -> list[Table]:
    """The same requests by every method, each as one total; raises Invalid."""
    wanted = decode(StatisticsQuery, dict(request.query_params))
    check(wanted, today)
    return [
        await queries.table(session, person, msgspec.structs.replace(wanted, method=method), today)
        for method in METHODS
    ]


class MethodView(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a method for the same requests; `differs` says why its figures differ from those of others."""

    method: str
    name: str
    source: str
    differs: str
    version: int
    total: LineView


@get("/api/statistics/methods", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def methods_as_json(
    request: WebRequest, reading: Reading, person: Who, today: Today
) -> list[MethodView]:
    language = language_of(request)
    return [
        MethodView(
            method=method.id,
            name=words(method.name, language),
            source=words(method.source, language),
            differs=words(method.differs, language),
            version=method.version,
            total=_line_view(table, table.total, language),
        )
        for table in await asked_methods(request, reading, person, today)
        for method in (table.wanted.of_method,)
    ]


@get("/api/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_as_json(
    request: WebRequest, reading: Reading, person: Who, today: Today
) -> Response[TableView]:
    return await asked_view(request, reading, person, today)


ROUTES = [statistics_as_json, methods_as_json]
