"""Participation: of the organisations that were mapped or are aimed at, how many filed, got an answer, complained.

Organisations are counted, each once. What they filed under seal is left out for everybody: who had filed nothing else
would be found by comparing with the list of requests. Of a locked organisation neither place nor kind is told.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from rti.core.roles import Person
from rti.core.visibility import counted_for
from rti.law.events import EventKind
from rti.law.explanations import N_
from rti.law.status import RequestStatus
from rti.models.bodies import AreaLevel
from rti.models.cbos import CboKind, CboRow, CboStandingRow
from rti.models.requests import EventRow, Filing, RequestRow
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import Keys, coarsened, cut_off_of, is_coarse, quarter_name
from rti.statistics.figures import Percentage
from rti.statistics.in_sql import answered_by, day_at_home, handed_over_on, standings
from rti.statistics.method import Column, Measure
from rti.statistics.names import Shown, names_of
from rti.statistics.queries import known_until
from rti.statistics.tables import CountTable, Scheme, area_at, names_by, put_together


class CboGroup(StrEnum):
    """The organisations counted: targets of the programme, mapped ones, or all."""

    TARGET = "target"
    MAPPED = "mapped"
    ALL = "all"


class CboDimension(StrEnum):
    """What participation is grouped by; `FIRST_FILED` is the quarter of the first request."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    CBO_KIND = "cbo_kind"
    FIRST_FILED = "first_filed"


class ParticipationQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which organisations to count, and by what; requests of a campaign alone, as known at the end of `as_of`."""

    group: CboGroup = CboGroup.TARGET
    by: CboDimension = CboDimension.PROVINCE
    then_by: CboDimension | None = None
    campaign_id: UUID | None = None
    as_of: date | None = None

    @property
    def dimensions(self) -> tuple[CboDimension, ...]:
        return (self.by, self.then_by) if self.then_by else (self.by,)


class Cbo(msgspec.Struct, frozen=True, kw_only=True):
    """The facts for participation: the days on which an organisation first filed, got an answer and complained."""

    area_code: str | None = None
    kind: CboKind | None = None
    mapped: bool = False
    target: bool = False
    filed_on: date | None = None
    answered_on: date | None = None
    complained_on: date | None = None

    def belongs_to(self, group: CboGroup) -> bool:
        return group is CboGroup.ALL or (self.target if group is CboGroup.TARGET else self.mapped)

    @property
    def column(self) -> str:
        if not self.filed_on:
            return "none"
        answered, complained = self.answered_on is not None, self.complained_on is not None
        if answered and complained:
            return "answered_complained"
        return "answered" if answered else "complained" if complained else "filed"

    def key(self, dimension: CboDimension) -> str | None:
        if dimension is CboDimension.CBO_KIND:
            return self.kind and self.kind.value
        if dimension is CboDimension.FIRST_FILED:
            return quarter_name(self.filed_on) if self.filed_on else None
        return area_at(self.area_code, AreaLevel(dimension.value))


_FILED = frozenset({"filed", "answered", "complained", "answered_complained"})
_EVERY = _FILED | {"none"}
_SEALED_OUT = N_("Requests that were filed under seal, drafts and duplicates.")

FILED = Measure(
    id="filed_rate",
    name=N_("Filed a request"),
    question=N_("Of these organisations, how many have filed a request?"),
    counts=N_("Organisations that handed over a request, or tried to, by the cut-off date."),
    excludes=_SEALED_OUT,
    numerator=_FILED,
    denominator=_EVERY,
)
ANSWERED = Measure(
    id="answered_rate",
    name=N_("Got an answer"),
    question=N_("Of those that filed, how many have got an answer?"),
    counts=N_("Organisations with an answer to one of their requests by the cut-off date, whatever it says."),
    excludes=_SEALED_OUT,
    numerator=frozenset({"answered", "answered_complained"}),
    denominator=_FILED,
)
COMPLAINED = Measure(
    id="complained_rate",
    name=N_("Complained"),
    question=N_("Of those that filed, how many have complained?"),
    counts=N_("Organisations that asked for a review, complained or appealed by the cut-off date."),
    excludes=_SEALED_OUT,
    numerator=frozenset({"complained", "answered_complained"}),
    denominator=_FILED,
)
SCHEME = Scheme(
    id="participation",
    name=N_("Participation"),
    unit=N_("Organisations"),
    says=N_(
        "Each organisation counts once, in the area and kind that were known at the cut-off date. Requests filed "
        "under seal are left out, because comparing them with the list of requests would reveal who filed them."
    ),
    version=1,
    columns=(
        Column("none", N_("No request yet")),
        Column("filed", N_("Filed, no answer yet")),
        Column("answered", N_("Got an answer")),
        Column("complained", N_("Complained, no answer yet")),
        Column("answered_complained", N_("Got an answer and complained")),
    ),
    measures=(FILED, ANSWERED, COMPLAINED),
)
_COMPLAINTS = (EventKind.REVIEW_REQUESTED, EventKind.COMPLAINT_FILED, EventKind.APPEAL_FILED)


@dataclass(frozen=True, slots=True)
class Participation:
    """The table that was asked for, how many filed of each group, and how many had by the end of each quarter."""

    wanted: ParticipationQuery
    table: CountTable
    groups: Mapping[CboGroup, Percentage]
    by_quarter: Sequence[tuple[str, Percentage]]


async def participation(
    session: AsyncSession, person: Person | None, wanted: ParticipationQuery, today: date
) -> Participation:
    """Raises Invalid; for `person` None of the command line, everything is told."""
    coarse, as_of = is_coarse(person), cut_off_of(wanted, person, today)
    cbos = await _cbos(session, person, wanted, as_of, today)
    tables = {
        group: await _table(session, [each for each in cbos if each.belongs_to(group)], wanted, as_of, coarse)
        for group in CboGroup
    }
    return Participation(
        wanted,
        tables[wanted.group],
        {group: table.total.rate(FILED) for group, table in tables.items()},
        _by_quarter([each for each in cbos if each.belongs_to(wanted.group)], coarse),
    )


async def _table(
    session: AsyncSession, cbos: Sequence[Cbo], wanted: ParticipationQuery, as_of: date, coarse: bool
) -> CountTable:
    numbers = Counter((tuple(map(cbo.key, wanted.dimensions)), cbo.column) for cbo in cbos)
    names = await names_by(wanted.dimensions, numbers, partial(_names, session))
    lines, total = put_together(SCHEME, numbers, names, coarse=coarse)
    campaign = str(wanted.campaign_id) if wanted.campaign_id else None
    rests_on = {"group": wanted.group.value, "campaign": campaign}
    return CountTable(SCHEME, wanted.dimensions, as_of, lines, total, coarse, rests_on)


async def _names(session: AsyncSession, dimension: CboDimension, keys: set[Any]) -> Mapping[str, Shown]:
    if dimension is CboDimension.CBO_KIND:
        return {kind.value: kind for kind in CboKind if kind.value in keys}
    if dimension is CboDimension.FIRST_FILED:
        return {key: key for key in sorted(keys)}
    return await names_of(session, Dimension(dimension.value), keys)


def _by_quarter(cbos: Sequence[Cbo], coarse: bool) -> list[tuple[str, Percentage]]:
    """How many had filed by the end of each quarter in which one filed first."""
    numbers: Counter[tuple[Keys, str]] = Counter(
        ((cbo.key(CboDimension.FIRST_FILED),), cbo.column) for cbo in cbos
    )
    lines, total = put_together(SCHEME, numbers, [{}], coarse=coarse)
    quarters = sorted((line for line in lines if line.keys[0]), key=lambda line: str(line.keys[0]))
    found, so_far, passed = [], 0, list[Keys]()
    for line in quarters:
        passed.append(line.keys)
        so_far += sum(line.exact.values())
        shown = line.hides is None or line.hides.shows_total(passed)
        number = so_far if line.hides is None else coarsened(so_far) if shown else None
        found.append((str(line.keys[0]), Percentage(number, total.all)))
    return found


async def _cbos(
    session: AsyncSession, person: Person | None, wanted: ParticipationQuery, as_of: date, today: date
) -> list[Cbo]:
    known_on = await known_until(session, person, as_of, today)
    standing = (
        select(CboStandingRow)
        .ext(distinct_on(CboStandingRow.cbo_id))
        .where(CboStandingRow.known_from <= known_on)
        .order_by(CboStandingRow.cbo_id, CboStandingRow.known_from.desc())
        .subquery("standing")
    )
    done = _first_days(wanted, person, as_of, known_on, today).subquery("done")
    shown = CboRow.locked_at.is_(None)
    found = await session.execute(
        select(
            case((shown, standing.c.area_code)).label("area_code"),
            case((shown, standing.c.kind)).label("kind"),
            standing.c.mapped,
            standing.c.target,
            done.c.filed_on,
            done.c.answered_on,
            done.c.complained_on,
        )
        .select_from(standing)
        .join(CboRow, CboRow.id == standing.c.cbo_id)
        .outerjoin(done, done.c.cbo_id == standing.c.cbo_id)
    )
    return [msgspec.convert(dict(row), Cbo) for row in found.mappings()]


def _first_days(
    wanted: ParticipationQuery, person: Person | None, as_of: date, known_on: date, today: date
) -> Select[Any]:
    """For each organisation the first days by the cut-off on which it filed, got an answer and complained."""
    request: Any = standings(known_on if known_on < today else None)
    handed = handed_over_on(request)
    filed_on = case((request.status != RequestStatus.DRAFT, handed))
    # Few have a contest, so the events of all others are left alone.
    complained_on = case((request.contest.is_not(None), _complained_on(request.id, known_on, today)))
    query = select(
        request.cbo_id.label("cbo_id"),
        func.min(filed_on).label("filed_on"),
        func.min(case((answered_by(request, as_of), request.answered_on))).label("answered_on"),
        func.min(case((complained_on <= as_of, complained_on))).label("complained_on"),
    )
    sealed = select(RequestRow.id).where(RequestRow.filing == Filing.SEALED)
    query = query.where(filed_on <= as_of, request.duplicate_of.is_(None), request.id.not_in(sealed))
    if wanted.campaign_id:
        query = query.where(request.campaign_id == wanted.campaign_id)
    return query.where(counted_for(person)).group_by(request.cbo_id)


def _complained_on(request_id: Any, known_on: date, today: date) -> ColumnElement[Any]:
    """The first day of a complaint that was known at the end of a day and stands."""
    later = aliased(EventRow, name="later")

    def known(event: Any) -> ColumnElement[bool]:
        return or_(literal(known_on >= today), day_at_home(event.recorded_at) <= known_on)

    voided = select(later.id).where(
        later.request_id == EventRow.request_id,
        later.details.op("->>")("voids") == cast(EventRow.id, Text),
        known(later),
    )
    return (
        select(func.min(EventRow.happened_on))
        .where(
            EventRow.request_id == request_id,
            EventRow.kind.in_(_COMPLAINTS),
            known(EventRow),
            ~voided.exists(),
        )
        .scalar_subquery()
    )
