"""The answers to read, and the readings of one.

Row security shows a reader the readings of others only when two people have read; before that not even that there
is one is told, but as a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Integer, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.coding.agreement import differing
from rti.coding.commands import Found, ReadingFilter
from rti.coding.questions import QuestionList, questions
from rti.core.errors import NotFound
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, page_of
from rti.core.roles import Person
from rti.core.validation import parse_date
from rti.law.status import RequestStatus
from rti.models.bodies import PublicBodyRow
from rti.models.coding import QuestionListRow, ReadingRow
from rti.models.requests import RequestRow
from rti.requests.queries import visible
from rti.requests.requester import not_hidden_from

DECIDING = 3
"""The place of the reader who decides where the first two differ."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer with the questions of its campaign, and what may be seen of its readings, in their order.

    `own` is whether this person has read it; `place` is that of whoever reads next, None where nobody has to.
    `is_there` is whether there is an answer, and a question to it.
    """

    request: RequestRow
    body: PublicBodyRow
    is_there: bool
    questions: QuestionList
    readings: Sequence[Mapping[str, Found]]
    own: bool
    place: int | None


@dataclass(frozen=True, slots=True)
class ToRead:
    """An answer in the list: how many have read it, and whether this person has."""

    request: RequestRow
    body: PublicBodyRow
    readings: int
    own: bool


def _read_by(request_id: Any) -> ColumnElement[int]:
    """How many people have read an answer, counted by a function because row security hides the readings."""
    return func.rti.readings_of(request_id, type_=Integer)


def _readable(person: Person) -> Any:
    """Answered requests of campaigns that have questions; those that are sealed from the person have no papers to read."""
    asked = select(QuestionListRow.campaign_id)
    answered = and_(RequestRow.status == RequestStatus.ANSWERED, RequestRow.duplicate_of.is_(None))
    return visible(person).where(answered, RequestRow.campaign_id.in_(asked), not_hidden_from(person))


async def to_read(session: AsyncSession, person: Person, wanted: ReadingFilter) -> Page[ToRead]:
    """A page of answers, the oldest first."""
    own = aliased(ReadingRow)
    mine = select(own.id).where(own.request_id == RequestRow.id, own.reader_id == person.id).exists()
    query = (
        _readable(person)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .with_only_columns(RequestRow, PublicBodyRow, _read_by(RequestRow.id), mine)
    )
    if wanted.campaign_id:
        query = query.where(RequestRow.campaign_id == wanted.campaign_id)
    order = (RequestRow.answered_on, RequestRow.id)
    if wanted.after:
        query = query.where(tuple_(*order) > decode_cursor(wanted.after, parse_date, UUID))
    rows = [ToRead(*row) for row in await session.execute(query.order_by(*order).limit(PAGE_SIZE + 1))]
    return page_of(rows, PAGE_SIZE, lambda each: [str(each.request.answered_on), str(each.request.id)])


async def reading_of(session: AsyncSession, request_id: UUID, person: Person) -> Reading:
    """The answer to a request as this person may read it; raises NotFound where its papers are not for this person."""
    row = (
        await session.execute(
            visible(person)
            .where(not_hidden_from(person))
            .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
            .where(RequestRow.id == request_id)
            .with_only_columns(RequestRow, PublicBodyRow, _read_by(RequestRow.id))
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    request, body, number = row
    seen = (
        await session.scalars(
            select(ReadingRow).where(ReadingRow.request_id == request_id).order_by(ReadingRow.place)
        )
    ).all()
    readings = [by_question(each) for each in seen]
    listed = await questions(session, request.campaign_id) if request.campaign_id else QuestionList()
    is_there = request.status is RequestStatus.ANSWERED and bool(listed.items)
    return Reading(
        request=request,
        body=body,
        is_there=is_there,
        questions=listed,
        readings=readings if number > 1 else [],
        own=any(each.reader_id == person.id for each in seen),
        place=_next(number, readings) if is_there else None,
    )


def _next(number: int, readings: Sequence[Mapping[str, Found]]) -> int | None:
    if number < DECIDING - 1:
        return number + 1
    return DECIDING if number == DECIDING - 1 and differing(*readings) else None


def by_question(row: ReadingRow) -> dict[str, Found]:
    """What somebody read, by the code of each question."""
    return {each.question: each for each in msgspec.convert(row.findings, list[Found])}
