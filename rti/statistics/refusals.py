"""Grounds of refusal: the sections cited, whether the law has them, and how often.

Counted are answers that refused, in whole or in part, by the cut-off. The section is looked for in the law under which
the request was made; sections of other laws are told as they were cited, and not judged.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Fault, say
from rti.core.roles import Person
from rti.core.visibility import counted_for
from rti.law.citations import Citation, judged, section_of, sections_known
from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import RequestRow
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import Keys, cut_off_of, is_coarse
from rti.statistics.in_sql import answered_by, key_of, outcome_at, standings
from rti.statistics.method import Column, Measure
from rti.statistics.names import Shown, names_of
from rti.statistics.queries import known_until
from rti.statistics.tables import CountTable, Scheme, names_by, note_asker, put_together

GROUPS = (
    *(Dimension.SECTION, Dimension.GROUND, Dimension.STATUTE, Dimension.OUTCOME, Dimension.BODY_KIND),
    *(Dimension.PROVINCE, Dimension.TOPIC, Dimension.CAMPAIGN, Dimension.YEAR, Dimension.QUARTER),
)
"""What refusals can be grouped by; year and quarter are those of the answer."""
_REFUSING = (Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.PARTIAL)


class RefusalQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which refusals to count, and by what; `since` and `until` limit the day of the answer, both included."""

    by: Dimension = Dimension.SECTION
    then_by: Dimension | None = None
    campaign_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    as_of: date | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.by, self.then_by) if self.then_by else (self.by,)


_ALL = frozenset(Citation)
CITED = Measure(
    id="cited_rate",
    name=N_("A section was cited"),
    question=N_("Of the refusals, how many cite a section?"),
    counts=N_("Refusals in whole or in part for which a section was recorded."),
    excludes=N_("Silence, “not held”, referrals and answers that do not address the question."),
    numerator=_ALL - {Citation.NONE},
    denominator=_ALL,
)
EXISTS = Measure(
    id="exists_rate",
    name=N_("The cited section exists"),
    question=N_("Of the sections that could be checked, how many does the law have?"),
    counts=N_("Cited sections that the law under which the request was made has."),
    excludes=N_("Sections of other laws, texts that are no section, and laws whose sections are not known."),
    numerator=frozenset({Citation.GROUND, Citation.NO_GROUND}),
    denominator=frozenset({Citation.GROUND, Citation.NO_GROUND, Citation.MISSING}),
)
RESTS = Measure(
    id="ground_rate",
    name=N_("It is a ground for refusing"),
    question=N_("Of the sections that could be checked, how many allow a refusal?"),
    counts=N_("Cited sections on which the law lets a refusal rest."),
    excludes=EXISTS.excludes,
    numerator=frozenset({Citation.GROUND}),
    denominator=EXISTS.denominator,
)
SCHEME = Scheme(
    id="refusals",
    name=N_("Grounds of refusal"),
    unit=N_("Refusals"),
    says=N_(
        "Refusals in whole or in part, by the section that was cited. Whether a section exists is looked up in the "
        "law, draft or standard under which the request was made; the numbers of these sections must be checked by a lawyer."
    ),
    version=1,
    columns=(
        Column(Citation.GROUND, N_("Exists, allows a refusal")),
        Column(Citation.NO_GROUND, N_("Exists, allows no refusal")),
        Column(Citation.MISSING, N_("Does not exist in that law")),
        Column(Citation.UNCHECKED, N_("Could not be checked")),
        Column(Citation.NONE, N_("No section cited")),
    ),
    measures=(CITED, EXISTS, RESTS),
)


async def refusals(
    session: AsyncSession, person: Person | None, wanted: RefusalQuery, today: date
) -> CountTable:
    """Raises Invalid."""
    choices = ", ".join(GROUPS)
    others = [
        Fault(name, say("Choose one of: {choices}", choices=choices))
        for name, by in (("by", wanted.by), ("then_by", wanted.then_by))
        if by and by not in GROUPS
    ]
    coarse, as_of = is_coarse(person), cut_off_of(wanted, person, today, others)
    known_on = await known_until(session, person, as_of, today)
    found = await session.execute(_rows(wanted, person, as_of, known_on if known_on < today else None))
    numbers, askers = _numbers(found, wanted)
    names = await names_by(wanted.dimensions, numbers, partial(_names, session))
    lines, total = put_together(SCHEME, numbers, names, coarse=coarse, askers=askers)
    campaign = str(wanted.campaign_id) if wanted.campaign_id else None
    rests_on = {"campaign": campaign, "since": wanted.since, "until": wanted.until}
    return CountTable(SCHEME, wanted.dimensions, as_of, lines, total, coarse, rests_on)


def _rows(wanted: RefusalQuery, person: Person | None, as_of: date, known_on: date | None) -> Select[Any]:
    """One row for each refusal of an organisation that is like others."""
    request: Any = standings(known_on)
    outcome, day = outcome_at(request, as_of), request.answered_on
    keys = [
        key_of(request, dimension, day, outcome).label(f"key{place}")
        for place, dimension in enumerate(wanted.dimensions)
    ]
    columns = [*keys, request.statute_id, type_coerce(request.ground, Text), request.section, request.cbo_id]
    query = (
        select(*columns, func.count().label("number"))
        .join_from(
            request if request is RequestRow else request.id.table,
            PublicBodyRow,
            PublicBodyRow.id == request.body_id,
        )
        .outerjoin(CampaignRow, CampaignRow.id == request.campaign_id)
        .where(answered_by(request, as_of), outcome.in_(_REFUSING), request.duplicate_of.is_(None))
        .where(counted_for(person))
    )
    if wanted.campaign_id:
        query = query.where(request.campaign_id == wanted.campaign_id)
    if wanted.since:
        query = query.where(day >= wanted.since)
    if wanted.until:
        query = query.where(day <= wanted.until)
    return query.group_by(*columns)


def _numbers(
    found: Iterable[Any], wanted: RefusalQuery
) -> tuple[Counter[tuple[Keys, str]], Mapping[Keys, Mapping[str | None, int]]]:
    """Refusals by group and column, and the different organisations behind each number and sum."""
    numbers: Counter[tuple[Keys, str]] = Counter()
    behind: dict[Keys, dict[str | None, set[UUID]]] = {}
    for *keys, statute_id, ground, section, asker, number in found:
        if ground == Ground.NONE:
            section = None  # noqa: PLW2901 -- a row that says that none was given
        column = judged(section, sections_known().get(statute_id))
        place = tuple(
            _written(section) if dimension is Dimension.SECTION else key
            for dimension, key in zip(wanted.dimensions, keys, strict=True)
        )
        numbers[place, column.value] += number
        note_asker(behind, place, column.value, asker)
    return numbers, {
        keys: {column: len(who) for column, who in line.items()} for keys, line in behind.items()
    }


def _written(section: str | None) -> str | None:
    """A section as all write it; what is none stays as it was cited."""
    found = section_of(section) if section else None
    return found[1] if found else (section or "").strip() or None


async def _names(session: AsyncSession, dimension: Dimension, keys: set[Any]) -> Mapping[str, Shown]:
    if dimension is Dimension.SECTION:
        return {key: key for key in sorted(keys, key=lambda key: (section_of(key) or (10_000, ""), key))}
    return await names_of(session, dimension, keys)
