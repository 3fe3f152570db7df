"""Counting in the database: one scan puts every request into its state and adds up the groups.

The expressions here say in SQL what `measures` says in Python; a test compares the two for every
combination of days around every boundary.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from rti.campaigns.queries import in_target_areas
from rti.core.roles import Person
from rti.core.visibility import counted_for
from rti.core.wallclock import HOME_ZONE
from rti.law.events import Outcome
from rti.law.status import RequestStatus
from rti.law.statutes import Statute
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import RequestRow
from rti.statistics.commands import Basis, Dimension, StatisticsQuery
from rti.statistics.figures import Figures
from rti.statistics.measures import JUDGED, State
from rti.statistics.names import Shown, names_of
from rti.statutes.queries import version_of

AT_ONCE = 200
"""Groups that are fetched together."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group: a key and its name for each dimension; fewer than dimensions in a sub-total, none in the total."""

    keys: tuple[str | None, ...]
    names: tuple[Shown | None, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Ground:
    """By what requests in a table are judged: a deadline where `binding`, else a benchmark."""

    statute: Statute
    binding: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Groups in their order, those of one first key followed by its sub-total; the total stands apart."""

    wanted: StatisticsQuery
    as_of: date
    lines: Sequence[Line]
    total: Line
    grounds: Sequence[Ground]


def answered_by(request: Any, cut_off: date) -> ColumnElement[bool]:
    """`measures.answered_by` in SQL, for a table or row set with the columns of `Facts`."""
    before_end = or_(request.ended_on.is_(None), request.answered_on <= request.ended_on)
    return func.coalesce(and_(request.answered_on <= cut_off, before_end), False)


def state_at(request: Any, cut_off: date, *, count_early: bool) -> ColumnElement[str]:
    """`measures.state_at` in SQL: the same questions in the same order."""
    due, met, ended = request.due_on, request.met_on, request.ended_on
    kept = met <= func.least(due, cut_off)
    handed_over = func.coalesce(
        func.least(request.submitted_on, request.received_on) <= cut_off,
        request.status != RequestStatus.DRAFT,
    )
    unanswered = case(
        (~handed_over, State.DRAFT.value),
        (and_(ended <= cut_off, or_(due.is_(None), kept, ended <= due)), State.WITHDRAWN.value),
        (and_(due.is_(None), request.status == RequestStatus.PAUSED), State.PAUSED.value),
        (due.is_(None), State.NO_DATE.value),
        (kept, State.REPLIED.value),
        (due >= cut_off, State.NOT_YET_DUE.value),
        (or_(met <= cut_off, ended <= cut_off), State.LAPSED.value),
        else_=State.SILENT.value,
    )
    return case(
        (request.status == RequestStatus.NOT_SUBMITTED, State.NOT_SUBMITTED.value),
        (and_(request.undated, handed_over, request.answered_on.is_(None)), State.WITHDRAWN.value),
        (and_(request.undated, handed_over), State.NO_DATE.value),
        (~answered_by(request, cut_off), unanswered),
        (due.is_(None), State.NO_DATE.value),
        (func.coalesce(met > due, True), State.LATE.value),
        (and_(due >= cut_off, literal(not count_early)), State.EARLY.value),
        else_=State.IN_TIME.value,
    )


def outcome_at(request: Any, cut_off: date) -> ColumnElement[str | None]:
    """The outcome of the last answer that had come by the cut-off; `outcomes` holds those of several answers."""
    answers = func.jsonb_array_elements(request.outcomes).table_valued("value").lateral()
    each = answers.c.value.op("->>")
    last = (
        select(each(1))
        .select_from(answers)
        .where(each(0) <= cut_off.isoformat())
        .order_by(each(0).desc())
        .limit(1)
        .scalar_subquery()
    )
    several = case((request.outcomes.is_not(None), last), else_=type_coerce(request.outcome, Text))
    return case((answered_by(request, cut_off), several))


async def table(session: AsyncSession, person: Person | None, wanted: StatisticsQuery, today: date) -> Table:
    """The figures that `person` may see, of all requests where there is no person (the command line)."""
    cut_off = wanted.as_of or today
    facts = _facts(person, wanted, cut_off)
    rows = await _some_at_a_time(session, _grouped(facts, wanted.dimensions))
    names = [
        await names_of(session, dimension, {row[f"key{place}"] for row in rows} - {None})
        for place, dimension in enumerate(wanted.dimensions)
    ]
    lines = await asyncio.to_thread(_in_order, rows, names)
    return Table(
        wanted=wanted,
        as_of=cut_off,
        lines=lines[:-1],
        total=lines[-1],
        grounds=await _grounds(session, facts),
    )


async def _some_at_a_time(session: AsyncSession, query: Select[Any]) -> list[RowMapping]:
    """The rows, between which others get their turn: a table of all bodies by quarters has thousands."""
    found = await session.stream(query.execution_options(yield_per=AT_ONCE))
    return [row async for rows in found.mappings().partitions() for row in rows]


def _in_order(rows: Sequence[RowMapping], names: Sequence[Mapping[str, Shown]]) -> list[Line]:
    ranks = [{key: rank for rank, key in enumerate(of_dimension)} for of_dimension in names]
    return sorted((_line(row, names) for row in rows), key=lambda line: _order(line, ranks))


def _facts(person: Person | None, wanted: StatisticsQuery, cut_off: date) -> Select[Any]:
    """One row for each request that counts: its keys, its state, and what is measured of it."""
    begun_on = begun()
    answered_on = case((~RequestRow.undated, RequestRow.answered_on))
    days: dict[Basis, ColumnElement[date | None]] = {
        Basis.RECEIVED: type_coerce(begun_on, Date),
        Basis.DUE: RequestRow.due_on.expression,
        Basis.ANSWERED: answered_on,
    }
    day = days[wanted.basis]
    answered = answered_by(RequestRow, cut_off)
    outcome = outcome_at(RequestRow, cut_off)
    keys = [
        _key(dimension, day, outcome).label(f"key{place}")
        for place, dimension in enumerate(wanted.dimensions)
    ]
    taken = answered_on - RequestRow.received_on
    columns: list[Any] = [
        *keys,
        state_at(RequestRow, cut_off, count_early=wanted.count_early).label("state"),
        outcome.label("outcome"),
        case((answered, type_coerce(taken, Integer))).label("days"),
        RequestRow.binding,
        RequestRow.statute_id,
        RequestRow.statute_version,
    ]
    query = (
        select(*columns)
        .select_from(RequestRow)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .where(begun_on <= cut_off, counted_for(person))
    )
    if Dimension.CAMPAIGN in wanted.dimensions:
        query = query.outerjoin(CampaignRow, CampaignRow.id == RequestRow.campaign_id)
    return _in_period(_filtered(query, wanted), wanted, day, cut_off)


def begun() -> ColumnElement[date]:
    """The day from which a request counts: of its receipt, else of what comes before that, else of its recording."""
    recorded = func.date(func.timezone(HOME_ZONE, RequestRow.created_at))
    return func.coalesce(
        RequestRow.received_on,
        RequestRow.submitted_on,
        RequestRow.drafted_on,
        RequestRow.answered_on,
        recorded,
    )


def _filtered(query: Select[Any], wanted: StatisticsQuery) -> Select[Any]:
    if wanted.campaign_id:
        query = query.where(RequestRow.campaign_id == wanted.campaign_id)
    if wanted.statute_id:
        query = query.where(RequestRow.statute_id == wanted.statute_id)
    if wanted.province:
        query = query.where(PublicBodyRow.province_code == wanted.province)
    if wanted.target_of:
        targeted = select(PublicBodyRow.id).where(in_target_areas(wanted.target_of))
        query = query.where(RequestRow.body_id.in_(targeted))
    return query


def _in_period(
    query: Select[Any], wanted: StatisticsQuery, day: ColumnElement[date | None], cut_off: date
) -> Select[Any]:
    """Keep to requests that have the day of the basis, in the period; a due day alone may lie ahead."""
    query = query.where(day.is_not(None)) if wanted.basis is Basis.DUE else query.where(day <= cut_off)
    if wanted.since:
        query = query.where(day >= wanted.since)
    return query.where(day <= wanted.until) if wanted.until else query


def _key(
    dimension: Dimension, day: ColumnElement[date | None], outcome: ColumnElement[str | None]
) -> ColumnElement[str | None]:
    area, known = PublicBodyRow.area_code, RequestRow.body_known
    keys: dict[Dimension, ColumnElement[Any]] = {
        Dimension.BODY_KIND: case((known, type_coerce(PublicBodyRow.kind, Text))),
        Dimension.PROVINCE: case((known, PublicBodyRow.province_code)),
        Dimension.DISTRICT: case((known & (func.length(area) >= 4), func.left(area, 4))),
        Dimension.TOPIC: type_coerce(RequestRow.topic, Text),
        Dimension.QUARTER: func.to_char(day, 'YYYY"-Q"Q'),
        Dimension.YEAR: func.to_char(day, "YYYY"),
        Dimension.STATUTE: RequestRow.statute_id.expression,
        Dimension.BODY: case((known, PublicBodyRow.code)),
        Dimension.CAMPAIGN: CampaignRow.code.expression,
        Dimension.OUTCOME: outcome,
    }
    return keys[dimension]


def _grouped(facts: Select[Any], dimensions: Sequence[Dimension]) -> Select[Any]:
    """Groups, sub-totals by the first dimension, and the total, each out of its own rows."""
    each = facts.subquery("each_request")
    keys = [each.c[f"key{place}"] for place in range(len(dimensions))]
    sets = [tuple_(*keys[:length]) for length in range(len(keys), -1, -1)]
    return select(
        *keys,
        func.grouping(*keys).label("folded"),
        *(func.count().filter(each.c.state == state.value).label(state) for state in State),
        *(func.count().filter(each.c.outcome == outcome.value).label(outcome) for outcome in Outcome),
        func.count().filter(each.c.binding, each.c.state.in_(sorted(JUDGED))).label("binding"),
        func.percentile_cont(0.5).within_group(each.c.days).label("median_days"),
        func.max(each.c.days).label("longest_days"),
    ).group_by(func.grouping_sets(*sets))


async def _grounds(session: AsyncSession, facts: Select[Any]) -> list[Ground]:
    each = facts.where(RequestRow.due_on.is_not(None)).subquery("each_request")
    found = await session.execute(
        select(each.c.statute_id, each.c.statute_version, each.c.binding)
        .distinct()
        .order_by(each.c.statute_id, each.c.statute_version, each.c.binding)
    )
    return [
        Ground(await version_of(session, name, version), binding) for name, version, binding in found.all()
    ]


def _line(row: RowMapping, names: Sequence[Mapping[str, Shown]]) -> Line:
    """`folded` has a bit for each dimension that the row adds up."""
    keys = tuple(row[f"key{place}"] for place in range(len(names) - row["folded"].bit_count()))
    return Line(
        keys=keys,
        names=tuple(
            of_dimension.get(key, key) if key else None
            for of_dimension, key in zip(names, keys, strict=False)
        ),
        figures=Figures(
            counts={each: row[each.value] for each in (*State, *Outcome)},
            binding=row["binding"],
            median_days=row["median_days"],
            longest_days=row["longest_days"],
        ),
    )


def _order(line: Line, ranks: Sequence[Mapping[str, int]]) -> tuple[tuple[int, int], ...]:
    """Groups as their names are ordered, unknown ones after them, and every sum behind what it adds up."""
    places = [
        (0, of_dimension.get(key, 0)) if key else (1, 0)
        for of_dimension, key in zip(ranks, line.keys, strict=False)
    ]
    return (*places, *[(2, 0)] * (len(ranks) - len(places)))
