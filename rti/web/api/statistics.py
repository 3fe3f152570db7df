"""Figures as JSON and as lines of a CSV file: every percentage with its two numbers beside it; and what if."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.rate_limits import LimitedCall
from rti.core import i18n
from rti.core.csv_export import Cell
from rti.core.roles import COMPARING, Person
from rti.core.validation import decode
from rti.law.bilingual import BilingualName
from rti.law.events import Outcome
from rti.statistics import queries
from rti.statistics.commands import Basis, StatisticsQuery, check
from rti.statistics.figures import Figures, Percentage
from rti.statistics.measures import MEASURES, VERSION, State
from rti.statistics.names import Shown
from rti.statistics.queries import Ground, Line, Table
from rti.statistics.what_if import ComparisonView, WhatIf, comparison_view, what_if
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Session, Today, Who
from rti.web.labels import label
from rti.web.templating import WebRequest, language_of

PLACES = 2
"""Decimal places of a percentage where a machine reads it."""


class RateView(msgspec.Struct, frozen=True, kw_only=True):
    """`percent` is null where there is nothing to divide by; `interval` is given for fewer than 30."""

    numerator: int
    denominator: int
    percent: float | None
    interval: tuple[float, float] | None


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A group by its keys; a sub-total has fewer of them, and the total none."""

    keys: Mapping[str, str | None]
    names: Mapping[str, str]
    counts: Mapping[str, int]
    outcomes: Mapping[str, int]
    rates: Mapping[str, RateView]
    median_days: float | None
    longest_days: int | None
    judged_by: str


class GroundView(msgspec.Struct, frozen=True, kw_only=True):
    """`dates` says what the due days under this statute are: "deadlines" or "benchmarks"."""

    statute_id: str
    statute_version: int
    name: str
    dates: str


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    as_of: date
    basis: Basis
    since: date | None
    until: date | None
    count_early: bool
    measure_version: int
    rounding: str
    judged_by: list[GroundView]
    lines: Sequence[LineView]
    total: LineView


def words(shown: Shown | None, language: str) -> str:
    """The name of a group in a language; nothing for a group that has none."""
    if isinstance(shown, BilingualName):
        return str(shown.in_language(language))
    if isinstance(shown, StrEnum):
        return i18n.translator(language)(label(shown))
    return shown or ""


async def table_answer(table: Table, language: str) -> Response[TableView]:
    """A table as JSON, written line by line beside the event loop: of all bodies by topics it is megabytes long."""
    content: Any = await asyncio.to_thread(lambda: msgspec.json.encode(table_view(table, language)))
    return Response(content, media_type=MediaType.JSON)


def table_view(table: Table, language: str) -> TableView:
    written: Iterator[Any] = (
        msgspec.Raw(msgspec.json.encode(_line_view(table, each, language))) for each in table.lines
    )
    wanted = table.wanted
    return TableView(
        as_of=table.as_of,
        basis=wanted.basis,
        since=wanted.since,
        until=wanted.until,
        count_early=wanted.count_early,
        measure_version=VERSION,
        rounding=f"half up, {PLACES} places",
        judged_by=[_ground_view(ground, language) for ground in table.grounds],
        lines=list(written),
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
        counts={state: figures.counts[state] for state in State},
        outcomes={outcome: figures.counts[outcome] for outcome in Outcome},
        rates={measure.id: _rate_view(rate) for measure, rate in figures.rates},
        median_days=figures.median_days,
        longest_days=figures.longest_days,
        judged_by=figures.judged_by,
    )


def _rate_view(rate: Percentage) -> RateView:
    percent, interval = rate.percent(PLACES), rate.interval(PLACES)
    return RateView(
        numerator=rate.numerator,
        denominator=rate.denominator,
        percent=None if percent is None else float(percent),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
    )


def csv_header(table: Table) -> list[str]:
    """One column for each key, name, count and part of a rate; what the figures rest on stands in every line."""
    rates = [
        f"{each.id}{part}"
        for each in MEASURES
        for part in ("", "_numerator", "_denominator", "_low", "_high")
    ]
    return [
        "line",
        *(f"{by}{part}" for by in table.wanted.dimensions for part in ("", "_name")),
        *State,
        *(f"answer_{outcome}" for outcome in Outcome),
        *rates,
        *("median_days", "longest_days", "judged_by"),
        *("as_of", "basis", "since", "until", "count_early", "statutes", "measure_version", "rounding"),
    ]


def csv_rows(table: Table, language: str) -> Iterator[list[Cell]]:
    """The groups, the sub-totals and the total, distinguished by the column `line`."""
    wanted = table.wanted
    statutes = sorted({f"{ground.statute.id} version {ground.statute.version}" for ground in table.grounds})
    ground: list[Cell] = [
        *(table.as_of, wanted.basis.value, wanted.since, wanted.until, _word(wanted.count_early)),
        *("; ".join(statutes), VERSION, f"half up, {PLACES} places"),
    ]
    for line in (*table.lines, table.total):
        yield [*_key_cells(table, line, language), *_figure_cells(line.figures), *ground]


def _key_cells(table: Table, line: Line, language: str) -> Iterator[Cell]:
    full = len(line.keys) == len(table.wanted.dimensions)
    yield "group" if full else "sub-total" if line.keys else "total"
    for place in range(len(table.wanted.dimensions)):
        known = place < len(line.keys)
        yield line.keys[place] if known else None
        yield words(line.names[place], language) if known else None


def _figure_cells(figures: Figures) -> Iterator[Cell]:
    yield from (figures.counts[each] for each in (*State, *Outcome))
    for _, rate in figures.rates:
        percent, interval = rate.percent(PLACES), rate.interval(PLACES)
        yield None if percent is None else float(percent)
        yield from (rate.numerator, rate.denominator)
        yield from (float(bound) for bound in interval) if interval else (None, None)
    yield from (figures.median_days, figures.longest_days, figures.judged_by)


def _word(flag: bool) -> str:
    return "yes" if flag else "no"


async def asked_table(request: WebRequest, session: AsyncSession, person: Person, today: date) -> Table:
    """The figures that an address asks for; raises Invalid."""
    wanted = decode(StatisticsQuery, dict(request.query_params))
    check(wanted, today)
    return await queries.table(session, person, wanted, today)


@get("/api/statistics", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def statistics_as_json(
    request: WebRequest, session: Session, person: Who, today: Today
) -> Response[TableView]:
    return await table_answer(await asked_table(request, session, person, today), language_of(request))


@get("/api/what-if", guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)])
async def what_if_as_json(request: WebRequest, session: Session, today: Today) -> ComparisonView:
    return comparison_view(await what_if(session, decode(WhatIf, dict(request.query_params)), today))


ROUTES = [statistics_as_json, what_if_as_json]
