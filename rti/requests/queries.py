"""Selecting requests; every query starts from what the person may see."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rti.campaigns.queries import in_target_areas
from rti.core.roles import REQUESTS, Person, Reader
from rti.core.visibility import own_requests, visible_to
from rti.law.events import Outcome
from rti.law.status import NEVER, UNFINISHED
from rti.models.batches import BatchBodyRow
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow, not_locked
from rti.models.requests import EventRow, Filing, RequestRow, SnoozeRow
from rti.models.search import Findable
from rti.requests.commands import RequestFilter, lines_of
from rti.search.queries import WHICH, looked_for


def visible(person: Reader) -> Select[RequestRow]:
    """The requests that this person may see: where every query begins."""
    return seen_by(visible_to(person))


def seen_by(rule: ColumnElement[bool]) -> Select[RequestRow]:
    """The requests for which a rule of `core.visibility` holds, and of no locked organisation."""
    return select(RequestRow).where(not_locked(RequestRow.cbo_id), rule)


class OfRequest(Protocol):
    """Anything that belongs to a request."""

    @property
    def request_id(self) -> UUID: ...


Item = TypeVar("Item", bound=OfRequest)


async def seen(session: AsyncSession, person: Person, items: Sequence[Item]) -> list[Item]:
    """Those items whose request this person may see."""
    if person.role not in REQUESTS:
        return []
    wanted = visible(person).where(RequestRow.id.in_([each.request_id for each in items]))
    ids = set(await session.scalars(wanted.with_only_columns(RequestRow.id)))
    return [each for each in items if each.request_id in ids]


def snoozed(request_id: InstrumentedAttribute[UUID], day: date) -> ColumnElement[bool]:
    """Whether nothing is to be said on a day about the request that a row is about."""
    row_of = (SnoozeRow.request_id == request_id, SnoozeRow.ended_at.is_(None), SnoozeRow.until > day)
    return select(SnoozeRow.id).where(*row_of).exists()


async def events_of(session: AsyncSession, request_id: UUID) -> Sequence[EventRow]:
    """The events of a request, in the order in which they happened."""
    found = await session.scalars(
        select(EventRow).where(EventRow.request_id == request_id).order_by(EventRow.happened_on, EventRow.id)
    )
    return found.all()


def matching(person: Reader, wanted: RequestFilter, today: date) -> Select[RequestRow]:
    """The requests that this person may see, filtered."""
    values = values_of(wanted)
    given = {name: values[name] for name in wanted.given}
    query = narrowed(visible(person), given, today)
    return query.params({name: values[name] for name in _DERIVED if name in values})


def values_of(wanted: RequestFilter) -> dict[str, Any]:
    """What a filter stands for, by the names of the parameters in `NARROWING`."""
    given = msgspec.structs.asdict(wanted)
    if wanted.only:
        given["references"] = lines_of(wanted.only)
    if wanted.q:
        given |= looked_for(wanted.q)
    return given


_STALLING = f"(request.status IN {tuple(map(str, UNFINISHED))} OR request.outcome = '{Outcome.UNKNOWN}')"
"""SQL: whether somebody has to take a request further; in the words of an index."""
_LAST: ColumnElement[str] = literal_column(f"chr({sys.maxunicode})", Text)
"""Behind every other character."""
_DERIVED = ("references", "words", "near_words")
"""Parameters that stand for more than a filter says."""


def narrowed(query: Select[RequestRow], wanted: Mapping[str, Any], today: Any) -> Select[RequestRow]:
    """A query with the filters that are given, each by its value or by the parameter that will have it."""
    conditions = (NARROWING[name](each, today) for name, each in wanted.items())
    return query.where(RequestRow.duplicate_of.is_(None), *conditions)


def _is(name: str) -> "Narrowing":
    return lambda value, _: getattr(RequestRow, name) == value


def _begins(value: Any, _: Any) -> ColumnElement[bool]:
    """Texts that begin with a prefix lie, byte by byte, between two others: from the first to before the second.

    Comparing tells nothing of a row: only by operators of this kind does row-level security let an index be used.
    """
    first = cast(value, Text)
    return and_(RequestRow.reference >= first, RequestRow.reference < first.concat(_LAST))


def _of_cbo(code: Any, _: Any) -> ColumnElement[bool]:
    """For a sealed request only its own people may know its organisation."""
    named = select(CboRow.id).where(CboRow.code == code).scalar_subquery()
    return and_(
        RequestRow.cbo_id == named, text(f"(request.filing <> '{Filing.SEALED}' OR {own_requests()})")
    )


def _with_words(_: Any, __: Any) -> ColumnElement[bool]:
    return RequestRow.id.in_(text(FOUND).columns(column("id", Uuid)))


def _in_target_areas(campaign_id: Any, _: Any) -> ColumnElement[bool]:
    return RequestRow.body_id.in_(select(PublicBodyRow.id).where(in_target_areas(campaign_id)))


def _in_area(code: Any, _: Any) -> ColumnElement[bool]:
    inside = func.starts_with(PublicBodyRow.area_code, cast(code, Text))
    return RequestRow.body_id.in_(select(PublicBodyRow.id).where(inside))


def _of_batch(batch_id: Any, _: Any) -> ColumnElement[bool]:
    return RequestRow.id.in_(select(BatchBodyRow.request_id).where(BatchBodyRow.batch_id == batch_id))


def _named(_: Any, __: Any) -> ColumnElement[bool]:
    return RequestRow.reference == func.any(bindparam("references", type_=ARRAY(Text)))


def _stalled(_: Any, today: Any) -> ColumnElement[bool]:
    last = today - (STALLED if isinstance(today, date) else literal_column(str(STALLED.days)))
    days = (RequestRow.answered_on, RequestRow.submitted_on, RequestRow.drafted_on, RequestRow.known_from)
    since = func.coalesce(*days)
    return and_(text(_STALLING), since < last)


def _due_soon(_: Any, today: Any) -> ColumnElement[bool]:
    in_a_week = today + (SOON if isinstance(today, date) else literal_column(str(SOON.days)))
    return RequestRow.next_due_on.between(today, in_a_week)


FOUND = WHICH.format(kind=Findable.REQUEST, most=10_000)
"""SQL: the requests that hold the words that are looked for, the newest of very many."""
SOON = timedelta(days=7)
"""How far the first page looks ahead."""
NEEDING = ("overdue", "due_soon", "stalled")
"""The filters by which a list needs attention; a request may be among several."""
STALLED = timedelta(days=14)
"""After so long a draft, a request without a receipt and one refused at the counter are stalled."""
Narrowing = Callable[[Any, Any], ColumnElement[bool]]
NARROWING: Mapping[str, Narrowing] = {
    **{name: _is(name) for name in ("status", "topic", "body_id", "campaign_id")},
    "province": _is("province_code"),
    "overdue": lambda _, today: overdue(today),
    "due_soon": _due_soon,
    "stalled": _stalled,
    "due_on": _is("next_due_on"),
    "reference": _begins,
    "only": _named,
    "cbo": _of_cbo,
    "target_of": _in_target_areas,
    "area": _in_area,
    "batch_id": _of_batch,
    "q": _with_words,
}
"""Each filter of `RequestFilter`: whether a request passes, by its value or parameter and the day."""


def overdue(day: Any) -> ColumnElement[bool]:
    """`law.status.overdue_on` of the clock that decides; while that runs, no later date is the next one."""
    return and_(
        RequestRow.next_due_on < day,
        RequestRow.due_on < day,
        RequestRow.met_on.is_(None),
        RequestRow.ended_on.is_(None),
    )


def next_due_on(table: str) -> str:
    """SQL: the next date; asyncpg stores the last day that Python knows as infinity, which JSON does not."""
    return f"least({table}.next_due_on, '{NEVER}')"
