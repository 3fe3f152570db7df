"""What was answered, question by question: verdicts on which two readers agree or that a third decided, and their agreement.

Counted is each question of each answer that somebody has read. Questions that two people have not settled yet stand
apart, so that no figure rests on one reader.
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
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.coding.agreement import Agreement, agreement, settled
from rti.coding.commands import Found
from rti.coding.questions import questions
from rti.core.roles import Person
from rti.law.bilingual import BilingualName
from rti.law.explanations import N_
from rti.models.bodies import AreaLevel, PublicBodyRow
from rti.models.coding import ReadingRow, Verdict
from rti.models.requests import RequestRow
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import Keys, cut_off_of, is_coarse
from rti.statistics.in_sql import day_at_home
from rti.statistics.method import Column, Measure
from rti.statistics.names import Shown, names_of
from rti.statistics.tables import CountTable, Scheme, area_at, names_by, note_asker, put_together


class AnswerDimension(StrEnum):
    """What readings are grouped by; a value is the code of what was answered."""

    QUESTION = "question"
    VALUE = "value"
    BODY = "body"
    BODY_KIND = "body_kind"
    PROVINCE = "province"
    DISTRICT = "district"


class AnswersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which campaign's answers to count, and by what; as known at the end of `as_of`."""

    campaign_id: UUID
    by: AnswerDimension = AnswerDimension.QUESTION
    then_by: AnswerDimension | None = None
    as_of: date | None = None

    @property
    def dimensions(self) -> tuple[AnswerDimension, ...]:
        return (self.by, self.then_by) if self.then_by else (self.by,)


UNSETTLED = "unsettled"
_SETTLED = frozenset(verdict.value for verdict in Verdict)
ANSWERED = Measure(
    id="answered_rate",
    name=N_("Answered"),
    question=N_("Of the questions that were read, how many were answered?"),
    counts=N_("Questions that the answer answers in full, as two readers found or a third decided."),
    excludes=N_(
        "Questions that fewer than two people have read, or on which they differ and nobody has decided."
    ),
    numerator=frozenset({Verdict.ANSWERED.value}),
    denominator=_SETTLED,
)
AT_LEAST_PARTLY = Measure(
    id="partly_rate",
    name=N_("Answered at least in part"),
    question=N_("Of the questions that were read, how many were answered in full or in part?"),
    counts=N_(
        "Questions that the answer answers in full or in part, as two readers found or a third decided."
    ),
    excludes=ANSWERED.excludes,
    numerator=frozenset({Verdict.ANSWERED.value, Verdict.PARTLY.value}),
    denominator=_SETTLED,
)
SCHEME = Scheme(
    id="answers",
    name=N_("What was answered"),
    unit=N_("Questions"),
    says=N_(
        "Each question of each answer counts as two readers found who did not see each other, or as a third decided "
        "where they differ."
    ),
    version=1,
    columns=(
        *(Column(verdict.value, verdict) for verdict in Verdict),
        Column(UNSETTLED, N_("Not settled yet")),
    ),
    measures=(ANSWERED, AT_LEAST_PARTLY),
)


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """The readings of one answer, in their order, and of whom and to whom the request was."""

    body: str
    kind: str
    area_code: str | None
    asker: UUID
    readings: Sequence[Mapping[str, Found]]


@dataclass(frozen=True, slots=True)
class Answers:
    """The table, the questions, and how far the first two readers agree: over all, and for each question."""

    wanted: AnswersQuery
    table: CountTable
    names: Mapping[str, BilingualName]
    agreement: Agreement
    by_question: Mapping[str, Agreement]


async def answers(session: AsyncSession, person: Person | None, wanted: AnswersQuery, today: date) -> Answers:
    """Raises Invalid."""
    coarse, as_of = is_coarse(person), cut_off_of(wanted, person, today)
    read = await _read(session, wanted.campaign_id, as_of)
    numbers, askers = _numbers(read, wanted.dimensions)
    listed = await questions(session, wanted.campaign_id)
    named = {each.code: each.named() for each in listed.items}
    names = await names_by(wanted.dimensions, numbers, partial(_names, session, named=named))
    lines, total = put_together(SCHEME, numbers, names, coarse=coarse, askers=askers)
    rests_on = {"campaign": str(wanted.campaign_id)}
    table = CountTable(SCHEME, wanted.dimensions, as_of, lines, total, coarse, rests_on)
    pairs = _pairs(read)
    every = [pair for of_question in pairs.values() for pair in of_question]
    by_question = {
        code: agreement(pairs[code]) for code in [*named, *(pairs.keys() - named)] if code in pairs
    }
    return Answers(wanted, table, named, agreement(every), by_question)


def _pairs(read: Iterable[AnswerRead]) -> dict[str, list[tuple[Verdict, Verdict]]]:
    """The verdicts of the first and the second reader, by question."""
    pairs: dict[str, list[tuple[Verdict, Verdict]]] = {}
    for each in read:
        if len(each.readings) > 1:
            first, second = each.readings[:2]
            for code in first.keys() & second.keys():
                pairs.setdefault(code, []).append((first[code].verdict, second[code].verdict))
    return pairs


def _numbers(
    read: Iterable[AnswerRead], dimensions: Sequence[AnswerDimension]
) -> tuple[Counter[tuple[Keys, str]], Mapping[Keys, Mapping[str | None, int]]]:
    """Questions by group and column, and the different organisations behind each number and sum."""
    numbers: Counter[tuple[Keys, str]] = Counter()
    behind: dict[Keys, dict[str | None, set[UUID]]] = {}
    for each in read:
        for code, found in settled(each.readings).items():
            keys = tuple(_key(each, code, found, dimension) for dimension in dimensions)
            column = found.verdict.value if found else UNSETTLED
            numbers[keys, column] += 1
            note_asker(behind, keys, column, each.asker)
    return numbers, {
        keys: {column: len(who) for column, who in line.items()} for keys, line in behind.items()
    }


def _key(each: AnswerRead, code: str, found: Found | None, dimension: AnswerDimension) -> str | None:
    return {
        AnswerDimension.QUESTION: code,
        AnswerDimension.VALUE: found.value if found else None,
        AnswerDimension.BODY: each.body,
        AnswerDimension.BODY_KIND: each.kind,
        AnswerDimension.PROVINCE: area_at(each.area_code, AreaLevel.PROVINCE),
        AnswerDimension.DISTRICT: area_at(each.area_code, AreaLevel.DISTRICT),
    }[dimension]


async def _read(session: AsyncSession, campaign_id: UUID, as_of: date) -> list[AnswerRead]:
    """Every answer that somebody had read by the cut-off, each with its readings in their order."""
    day = day_at_home(ReadingRow.read_at)
    found = await session.execute(
        select(
            ReadingRow.request_id,
            PublicBodyRow.code,
            PublicBodyRow.kind,
            func.coalesce(PublicBodyRow.area_code, PublicBodyRow.province_code),
            ReadingRow.cbo_id,
            ReadingRow.findings,
        )
        .join(RequestRow, RequestRow.id == ReadingRow.request_id)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .where(ReadingRow.campaign_id == campaign_id, day <= as_of, RequestRow.duplicate_of.is_(None))
        .order_by(ReadingRow.request_id, ReadingRow.place)
    )
    of_request: dict[UUID, tuple[Any, ...]] = {}
    readings: dict[UUID, list[Mapping[str, Found]]] = {}
    for request_id, *about, findings in found:
        of_request[request_id] = tuple(about)
        one = {each.question: each for each in msgspec.convert(findings, list[Found])}
        readings.setdefault(request_id, []).append(one)
    return [
        AnswerRead(body, kind.value, area, asker, readings[request_id])
        for request_id, (body, kind, area, asker) in of_request.items()
    ]


async def _names(
    session: AsyncSession,
    dimension: AnswerDimension,
    keys: set[Any],
    named: Mapping[str, BilingualName],
) -> Mapping[str, Shown]:
    if dimension is AnswerDimension.QUESTION:
        return {code: name for code, name in named.items() if code in keys}
    if dimension is AnswerDimension.VALUE:
        return {key: key for key in sorted(keys)}
    return await names_of(session, Dimension(dimension.value), keys)
