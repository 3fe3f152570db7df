"""Counting in SQL: a row for each request with its keys, its kind and its days, and their sums.

The expressions here say in SQL what `measures` says in Python; tests compare the two for every
combination of days around every boundary, and for random histories as they were known on any day.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    inspect,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement, Grouping

from rti.calendars.queries import calendar_of
from rti.campaigns.queries import in_target_areas
from rti.core.roles import Person
from rti.core.visibility import counted_for
from rti.core.wallclock import HOME_ZONE, end_of
from rti.law.status import RequestStatus
from rti.law.statutes import Statute
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import FormerStandingRow, RequestRow
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, Unit
from rti.statistics.measures import State
from rti.statistics.method import Kind, Method, Phase
from rti.statutes.queries import newest, newest_of


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
    by_then = func.jsonb_path_query_array(
        request.outcomes,
        cast("strict $[*] ? (@[0] <= $day)", JSONPATH),
        func.jsonb_build_object("day", cut_off.isoformat()),
    )
    last = by_then.op("->")(-1).op("->>")(1)
    several = case((request.outcomes.is_not(None), last), else_=type_coerce(request.outcome, Text))
    return case((answered_by(request, cut_off), several))


def known(row: Any, day: date) -> ColumnElement[bool]:
    """Whether a row of `request` or `former_standing` holds what was known at the end of a day."""
    until = getattr(row, "known_until", None)
    return row.known_from <= day if until is None else and_(row.known_from <= day, until > day)


def standings(known_on: date | None) -> Any:
    """The requests as they stand, or as they were known at the end of a day: a table, or rows called like it."""
    if known_on is None:
        return RequestRow
    parts = [
        select(key.label("id"), *(getattr(row, name) for name in _COUNTED)).where(known(row, known_on))
        for row, key in ((RequestRow, RequestRow.id), (FormerStandingRow, FormerStandingRow.request_id))
    ]
    return union_all(*parts).subquery("request").c


_COUNTED = [
    column.key
    for column in inspect(FormerStandingRow).columns
    if column.key not in {"request_id", "known_from", "known_until"}
]


KIND = Kind.__struct_fields__


async def facts_of(
    session: AsyncSession,
    person: Person | None,
    wanted: StatisticsQuery,
    cut_off: date,
    known_on: date | None,
) -> Select[Any]:
    """One row for each request that counts: its keys, its kind, and its days."""
    request, method = standings(known_on), wanted.of_method
    by_activity = method.by_activity
    if by_activity and wanted.until:
        cut_off = min(cut_off, wanted.until)
    begun_on = handed_over_on(request) if by_activity else begun(request)
    closed_on = case((request.closed_on <= cut_off, request.closed_on))
    answered_on = case((~request.undated, request.answered_on))
    days: dict[Basis, ColumnElement[date | None]] = {
        Basis.RECEIVED: type_coerce(begun_on, Date),
        Basis.DUE: type_coerce(request.due_on, Date),
        Basis.ANSWERED: answered_on,
        Basis.CLOSED: closed_on,
    }
    day = days[Basis.CLOSED if by_activity else wanted.basis]
    outcome = outcome_at(request, cut_off)
    keys = [
        key_of(request, dimension, day, outcome).label(f"key{place}")
        for place, dimension in enumerate(wanted.dimensions)
    ]
    end = case(
        (answered_by(request, cut_off), answered_on), (closed_on.is_not(None), closed_on), else_=cut_off
    )
    kind = _kind(request, wanted, cut_off, begun_on, closed_on)
    columns: list[Any] = [
        *keys,
        *(kind[name].label(name) for name in KIND),
        request.cbo_id.label("asker"),
        request.id.label("request"),
        (await _days(session, wanted, request, end, cut_off, known_on)).label("days"),
    ]
    query = (
        select(*columns)
        .join_from(_table_of(request), PublicBodyRow, PublicBodyRow.id == request.body_id)
        .where(begun_on <= cut_off, counted_for(person), request.duplicate_of.is_(None))
    )
    if Dimension.CAMPAIGN in wanted.dimensions:
        query = query.outerjoin(CampaignRow, CampaignRow.id == request.campaign_id)
    query = _filtered(query, request, wanted, begun_on <= cut_off)
    if by_activity:
        since = or_(closed_on.is_(None), closed_on >= wanted.since) if wanted.since else literal(True)
        return query.where(begun_on <= (wanted.until or cut_off), since)
    return _in_period(query, wanted, day, cut_off)


def _kind(
    request: Any,
    wanted: StatisticsQuery,
    cut_off: date,
    begun_on: ColumnElement[Any],
    closed_on: ColumnElement[Any],
) -> dict[str, ColumnElement[Any]]:
    """The fields of `method.Kind`."""
    answered, met_on = answered_by(request, cut_off), func.least(request.met_on, cut_off)
    prolonged = request.due_on > request.limit_on
    return {
        "state": state_at(request, cut_off, count_early=wanted.count_early),
        "outcome": outcome_at(request, cut_off),
        "not_taken": type_coerce(request.not_taken, Text),
        "ground": case((answered, type_coerce(request.ground, Text))),
        "extended": func.coalesce(prolonged & (met_on > request.limit_on), False),
        "received": func.coalesce(request.received_on <= cut_off, False),
        "begun": _phase(begun_on, wanted),
        "closed": _phase(closed_on, wanted),
        "urgent": request.urgent,
        "question_class": type_coerce(request.question_class, Text),
        "contest": type_coerce(request.contest, Text),
        "checked": answered & request.checked,
        "binding": request.binding,
        "statute_id": request.statute_id,
        "statute_version": request.statute_version,
    }


def _table_of(request: Any) -> Any:
    return request if request is RequestRow else request.id.table


def _phase(day: ColumnElement[Any], wanted: StatisticsQuery) -> ColumnElement[str]:
    """The phase of a day relative to the period; after it if it has not come."""
    cases: list[Any] = [(day.is_(None), Phase.AFTER.value)]
    if wanted.since:
        cases.append((day < wanted.since, Phase.BEFORE.value))
    if wanted.until:
        cases.append((day > wanted.until, Phase.AFTER.value))
    return case(*cases, else_=Phase.DURING.value)


FIRST_DAY = date(1990, 1, 1)
"""Working days are counted from here on."""


async def _days(
    session: AsyncSession,
    wanted: StatisticsQuery,
    request: Any,
    end: ColumnElement[Any],
    cut_off: date,
    known_on: date | None,
) -> ColumnElement[int | None]:
    """Days from receipt to an end: calendar days, or working days by a list of how many there were by each day.

    Working days are those of each request's statute, with the days off that were known.
    """
    received_on = request.received_on
    if not wanted.of_method.working_days:
        taken = type_coerce(end - received_on, Integer)
        return case((taken >= 0, taken))
    of_calendar: dict[tuple[tuple[str, ...], frozenset[int]], list[str]] = {}
    for statute in await _statutes(session, wanted):
        of_calendar.setdefault((statute.countries, statute.weekend), []).append(statute.id)
    known_at = end_of(known_on, HOME_ZONE) if known_on else None
    length, worked = (cut_off - FIRST_DAY).days + 1, []
    for (countries, weekend), ids in of_calendar.items():
        calendar = await calendar_of(session, countries, weekend, known_at)
        passed = [*accumulate(calendar.is_working(FIRST_DAY + timedelta(each)) for each in range(length))]
        days = listed(passed, Integer, end, FIRST_DAY) - listed(passed, Integer, received_on, FIRST_DAY)
        worked.append((request.statute_id.in_(ids) & (end >= received_on), days))
    return case(*worked) if worked else type_coerce(null(), Integer)


async def _statutes(session: AsyncSession, wanted: StatisticsQuery) -> Sequence[Statute]:
    """The newest versions of the statutes under which requests are, or were, assessed."""
    if wanted.statute_id:
        return [await newest_of(session, wanted.statute_id)]
    used = union(select(RequestRow.statute_id), select(FormerStandingRow.statute_id))
    ids = {*await session.scalars(used)}
    return [statute for statute in await newest(session) if statute.id in ids]


def listed(values: Sequence[Any], kind: type[Any], day: Any, first: date) -> ColumnElement[Any]:
    """The value of a day from a list with one for each day from `first` on; NULL for days beyond it."""
    of_all = Grouping(literal(values, ARRAY(kind)))
    return of_all[type_coerce(day - first, Integer) + 1]


def day_at_home(moment: Any) -> ColumnElement[date]:
    """The day at home on which a moment falls."""
    return func.date(func.timezone(HOME_ZONE, moment))


def begun(request: Any = RequestRow) -> ColumnElement[date]:
    """The day from which a request counts: of its receipt, else of what comes before that, else of its recording."""
    return func.coalesce(
        request.received_on,
        request.submitted_on,
        request.drafted_on,
        request.answered_on,
        day_at_home(request.created_at),
    )


def handed_over_on(request: Any) -> ColumnElement[date]:
    """The first day on which the body had the request, perfected or not; else the same as `begun`."""
    return func.coalesce(func.least(request.submitted_on, request.received_on), begun(request))


def _filtered(
    query: Select[Any], request: Any, wanted: StatisticsQuery, has_begun: ColumnElement[bool]
) -> Select[Any]:
    if wanted.unit is Unit.QUESTION:
        again = select(request.resubmission_of).where(request.resubmission_of.is_not(None), has_begun)
        query = query.where(request.id.not_in(again))
    if wanted.campaign_id:
        query = query.where(request.campaign_id == wanted.campaign_id)
    if wanted.statute_id:
        query = query.where(request.statute_id == wanted.statute_id)
    if wanted.province:
        query = query.where(PublicBodyRow.province_code == wanted.province)
    if wanted.target_of:
        targeted = select(PublicBodyRow.id).where(in_target_areas(wanted.target_of))
        query = query.where(request.body_id.in_(targeted))
    return query


def _in_period(
    query: Select[Any], wanted: StatisticsQuery, day: ColumnElement[date | None], cut_off: date
) -> Select[Any]:
    """Keep to requests that have the day of the basis, in the period; a due day alone may lie ahead."""
    query = query.where(day.is_not(None)) if wanted.basis is Basis.DUE else query.where(day <= cut_off)
    if wanted.since:
        query = query.where(day >= wanted.since)
    return query.where(day <= wanted.until) if wanted.until else query


def key_of(
    request: Any, dimension: Dimension, day: ColumnElement[date | None], outcome: ColumnElement[str | None]
) -> ColumnElement[str | None]:
    area, known_body = PublicBodyRow.area_code, request.body_known
    keys: dict[Dimension, Any] = {
        Dimension.BODY_KIND: case((known_body, type_coerce(PublicBodyRow.kind, Text))),
        Dimension.PROVINCE: case((known_body, PublicBodyRow.province_code)),
        Dimension.DISTRICT: case((known_body & (func.length(area) >= 4), func.left(area, 4))),
        Dimension.COMMUNE: case((known_body & (func.length(area) >= 6), func.left(area, 6))),
        Dimension.QUARTER: func.to_char(day, 'YYYY"-Q"Q'),
        Dimension.YEAR: func.to_char(day, "YYYY"),
        Dimension.STATUTE: request.statute_id,
        Dimension.BODY: case((known_body, PublicBodyRow.code)),
        Dimension.CAMPAIGN: CampaignRow.code.expression,
        Dimension.OUTCOME: outcome,
        Dimension.GROUND: case((outcome.is_not(None), type_coerce(request.ground, Text))),
        Dimension.SECTION: case((outcome.is_not(None), request.section)),
        Dimension.JUDGED_BY: case((request.binding, "deadline"), else_="benchmark"),
    }
    plain = {
        Dimension.TOPIC,
        Dimension.CHANNEL,
        Dimension.QUESTION_CLASS,
        Dimension.REQUESTER_PROFILE,
        Dimension.WAVE,
    }
    if dimension in plain:
        return type_coerce(getattr(request, dimension.value), Text)
    found: ColumnElement[str | None] = keys[dimension]
    return found


def askers_of(facts: Select[Any], dimensions: Sequence[Dimension]) -> Select[Any]:
    """Each organisation once for each kind of each group: by an identifier that this login cannot look up."""
    each = facts.subquery("each_request")
    keys = [each.c[f"key{place}"] for place in range(len(dimensions))]
    return select(*keys, *(each.c[name] for name in KIND), each.c.asker).distinct()


def fingerprints(facts: Select[Any], method: Method) -> Select[Any]:
    """Each request with a digest of all that a table makes of it.

    How an attempt failed counts only in a method that asks for it, so that releases from before it was told still hold.
    """
    each = facts.subquery("each_request")
    others = {"asker", "request"} | ({"not_taken"} - method.asks)
    made_of = [column for column in each.c if column.key not in others]
    return select(each.c.request, func.md5(cast(func.row(*made_of), Text)))


def grouped(facts: Select[Any], wanted: StatisticsQuery) -> Select[Any]:
    """Each kind of each group, with the days of its requests: its keys, the `fields` of the method, and an array.

    Sums are made of these rows in Python, which is faster than to have them made here.
    """
    each = facts.subquery("each_request")
    keys = (f"key{place}" for place in range(len(wanted.dimensions)))
    group = [each.c[name] for name in (*keys, *wanted.of_method.fields)]
    return select(*group, func.array_agg(each.c.days)).group_by(*group)
