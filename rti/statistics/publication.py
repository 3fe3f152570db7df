"""Disclosure monitoring: how much of what bodies should publish without being asked was found by monitors.

Counted are items of checklists, at the last visit to each body by the cut-off, or in each quarter where the table is
by quarter. Public bodies are not protected, and those who looked are: whoever sees no request is told by district,
commune and body only what campaign staff saw, exactly, and everything else by the rule of `disclosure`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.roles import Person
from rti.core.validation import Code
from rti.law.bilingual import BilingualName
from rti.law.explanations import N_
from rti.models.bodies import AreaLevel, BodyKind, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.visits import ChecklistRow, Finding, Subject, VisitRow
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import SMALLEST, Keys, coarsened, cut_off_of, is_coarse, quarter_name
from rti.statistics.in_sql import day_at_home
from rti.statistics.method import Column, Measure
from rti.statistics.names import Shown, names_of
from rti.statistics.tables import CountTable, Scheme, area_at, names_by, put_together
from rti.visits.checklists import shipped


class VisitDimension(StrEnum):
    """What findings are grouped by; the quarter is that of the visit, an item is one of a checklist."""

    ITEM = "item"
    SUBJECT = "subject"
    BODY_KIND = "body_kind"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    BODY = "body"
    QUARTER = "quarter"
    CAMPAIGN = "campaign"


_FINE = {VisitDimension.DISTRICT, VisitDimension.COMMUNE, VisitDimension.BODY}


class PublicationQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which visits to count, and by what; `since` and `until` limit the day of the visit, both included."""

    by: VisitDimension = VisitDimension.SUBJECT
    then_by: VisitDimension | None = None
    kind: BodyKind | None = None
    province: Code | None = None
    campaign_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    as_of: date | None = None

    @property
    def dimensions(self) -> tuple[VisitDimension, ...]:
        return (self.by, self.then_by) if self.then_by else (self.by,)

    @property
    def is_fine(self) -> bool:
        return bool(_FINE.intersection(self.dimensions))


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a visit, by the code of each item, and the place."""

    body_id: UUID
    body: str
    kind: BodyKind
    area_code: str | None
    campaign: str
    cbo_id: UUID | None
    visited_on: date
    findings: dict[str, Finding]

    @property
    def quarter(self) -> str:
        return quarter_name(self.visited_on)


PUBLISHED = Measure(
    id="published_rate",
    name=N_("Published"),
    question=N_("Of the items that should be published, how many were found?"),
    counts=N_("Items that were on the notice board or online, and up to date."),
    excludes=N_("Items that do not apply to the body, and visits that were withdrawn."),
    numerator=frozenset({Finding.BOARD, Finding.ONLINE, Finding.BOTH}),
    denominator=frozenset(Finding) - {Finding.NOT_APPLICABLE},
)
ONLINE = Measure(
    id="online_rate",
    name=N_("Online"),
    question=N_("Of the items that should be published, how many were online?"),
    counts=N_("Items that were online and up to date."),
    excludes=PUBLISHED.excludes,
    numerator=frozenset({Finding.ONLINE, Finding.BOTH}),
    denominator=PUBLISHED.denominator,
)
SCHEME = Scheme(
    id="publication",
    name=N_("What public bodies publish"),
    unit=N_("Items"),
    says=N_(
        "Items of checklists that monitors looked for. Each body counts with its last visit by the cut-off date, or "
        "with the last one in each quarter where the table is by quarter."
    ),
    version=1,
    columns=(
        Column(Finding.BOARD, Finding.BOARD),
        Column(Finding.ONLINE, Finding.ONLINE),
        Column(Finding.BOTH, Finding.BOTH),
        Column(Finding.OUTDATED, Finding.OUTDATED),
        Column(Finding.ABSENT, Finding.ABSENT),
    ),
    measures=(PUBLISHED, ONLINE),
)


class Change(StrEnum):
    """How the share that a body publishes changed from its first to its last visit."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    VISITED_ONCE = "visited_once"


@dataclass(frozen=True, slots=True)
class Publication:
    """The table that was asked for, and how many bodies publish more, as much or less than at their first visit."""

    wanted: PublicationQuery
    table: CountTable
    changes: Mapping[Change, int | None]


def published(findings: Mapping[str, Finding]) -> tuple[int, int]:
    """How many items were found, and how many should have been."""
    counts = Counter(findings.values())
    found, wanted = (
        [each for each in Finding if each in of] for of in (PUBLISHED.numerator, PUBLISHED.denominator)
    )
    return sum(counts[each] for each in found), sum(counts[each] for each in wanted)


def change(visits: Sequence[Visit]) -> Change:
    """From the first to the last of the visits to one body, by shares and not by numbers: lists change."""
    if len(visits) < 2:
        return Change.VISITED_ONCE
    (before, of_before), (after, of_after) = published(visits[0].findings), published(visits[-1].findings)
    difference = after * of_before - before * of_after
    return Change.BETTER if difference > 0 else Change.WORSE if difference < 0 else Change.SAME


def last_visits(visits: Iterable[Visit], *, each_quarter: bool) -> list[Visit]:
    """The last visit to each body, or the last in each quarter; `visits` are in the order of their days."""
    return [*{(visit.body_id, visit.quarter if each_quarter else ""): visit for visit in visits}.values()]


async def publication(
    session: AsyncSession, person: Person | None, wanted: PublicationQuery, today: date
) -> Publication:
    """Raises Invalid."""
    coarse, as_of = is_coarse(person), cut_off_of(wanted, person, today)
    visits = await _visits(session, wanted, as_of, staff_only=coarse and wanted.is_fine)
    counted = last_visits(visits, each_quarter=VisitDimension.QUARTER in wanted.dimensions)
    items = await _items(session)
    numbers = _numbers(counted, wanted.dimensions, items)
    names = await names_by(wanted.dimensions, numbers, partial(_names, session, items=items))
    hides = coarse and not wanted.is_fine
    lines, total = put_together(SCHEME, numbers, names, coarse=hides)
    campaign = str(wanted.campaign_id) if wanted.campaign_id else None
    rests_on: dict[str, str | date | None] = {
        "kind": wanted.kind,
        "province": wanted.province,
        "campaign": campaign,
        "since": wanted.since,
        "until": wanted.until,
    }
    table = CountTable(SCHEME, wanted.dimensions, as_of, lines, total, hides, rests_on)
    return Publication(wanted, table, _changes(visits, coarse=hides))


def _numbers(
    visits: Iterable[Visit],
    dimensions: Sequence[VisitDimension],
    items: Mapping[str, tuple[BilingualName, Subject]],
) -> Counter[tuple[Keys, str]]:
    numbers: Counter[tuple[Keys, str]] = Counter()
    for visit in visits:
        for code, finding in visit.findings.items():
            if finding is not Finding.NOT_APPLICABLE:
                item = f"{visit.kind}:{code}"
                keys = tuple(_key(visit, item, items, dimension) for dimension in dimensions)
                numbers[keys, finding.value] += 1
    return numbers


def _key(
    visit: Visit, item: str, items: Mapping[str, tuple[BilingualName, Subject]], dimension: VisitDimension
) -> str | None:
    subject = items[item][1].value if item in items else None
    return {
        VisitDimension.ITEM: item,
        VisitDimension.SUBJECT: subject,
        VisitDimension.BODY_KIND: visit.kind.value,
        **{VisitDimension(level.value): area_at(visit.area_code, level) for level in AreaLevel},
        VisitDimension.BODY: visit.body,
        VisitDimension.QUARTER: visit.quarter,
        VisitDimension.CAMPAIGN: visit.campaign,
    }[dimension]


def _changes(visits: Iterable[Visit], *, coarse: bool) -> dict[Change, int | None]:
    of_body: dict[UUID, list[Visit]] = {}
    for visit in visits:
        of_body.setdefault(visit.body_id, []).append(visit)
    counts = Counter(map(change, of_body.values()))
    if coarse and any(0 < count < SMALLEST for count in counts.values()):
        return dict.fromkeys(Change)
    return {each: coarsened(counts[each]) if coarse else counts[each] for each in Change}


async def _visits(
    session: AsyncSession, wanted: PublicationQuery, as_of: date, *, staff_only: bool
) -> list[Visit]:
    """The visits that count, in the order of their days: recorded by the cut-off, and not withdrawn by then."""
    query = (
        select(
            VisitRow.body_id,
            PublicBodyRow.code.label("body"),
            PublicBodyRow.kind,
            func.coalesce(PublicBodyRow.area_code, PublicBodyRow.province_code).label("area_code"),
            CampaignRow.code.label("campaign"),
            VisitRow.cbo_id,
            VisitRow.visited_on,
            VisitRow.findings,
        )
        .join(PublicBodyRow, PublicBodyRow.id == VisitRow.body_id)
        .join(CampaignRow, CampaignRow.id == VisitRow.campaign_id)
        .where(VisitRow.visited_on <= as_of, day_at_home(VisitRow.recorded_at) <= as_of)
        .where(or_(VisitRow.withdrawn_at.is_(None), day_at_home(VisitRow.withdrawn_at) > as_of))
        .order_by(VisitRow.visited_on, VisitRow.id)
    )
    if wanted.kind:
        query = query.where(PublicBodyRow.kind == wanted.kind)
    if wanted.province:
        query = query.where(PublicBodyRow.province_code == wanted.province)
    if wanted.campaign_id:
        query = query.where(VisitRow.campaign_id == wanted.campaign_id)
    if wanted.since:
        query = query.where(VisitRow.visited_on >= wanted.since)
    if wanted.until:
        query = query.where(VisitRow.visited_on <= wanted.until)
    if staff_only:
        query = query.where(VisitRow.cbo_id.is_(None))
    found = await session.execute(query)
    return [msgspec.convert(dict(row), Visit) for row in found.mappings()]


async def _items(session: AsyncSession) -> dict[str, tuple[BilingualName, Subject]]:
    """The newest words and the subject of each item, by type of body and code, in the order of the lists."""
    found = {
        f"{kind}:{item.code}": (item.named(), item.subject)
        for kind, items in shipped().items()
        for item in items
    }
    own = await session.scalars(select(ChecklistRow).order_by(ChecklistRow.added_at, ChecklistRow.version))
    for row in own:
        for item in row.items:
            name = BilingualName(en=item["en"], km=item["km"])
            found[f"{row.kind}:{item['code']}"] = (name, Subject(item["subject"]))
    return found


async def _names(
    session: AsyncSession,
    dimension: VisitDimension,
    keys: set[Any],
    items: Mapping[str, tuple[BilingualName, Subject]],
) -> Mapping[str, Shown]:
    if dimension is VisitDimension.ITEM:
        return {key: name for key, (name, _) in items.items() if key in keys}
    if dimension is VisitDimension.SUBJECT:
        return {each.value: each for each in Subject if each.value in keys}
    return await names_of(session, Dimension(dimension.value), keys)
