"""Which requests somebody sees and wants; every query begins at what the person may see."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rti.campaigns.queries import in_target_areas
from rti.core.roles import REQUESTS, Person, Reader
from rti.core.visibility import visible_to
from rti.models.batches import BatchBodyRow
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import not_locked
from rti.models.requests import NEVER, EventRow, RequestRow, SnoozeRow
from rti.requests.commands import RequestFilter


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


def matching(person: Person, wanted: RequestFilter, today: date) -> Select[RequestRow]:
    """The requests that this person may see and wants to."""
    given = {name: each for name, each in values_of(wanted).items() if each}
    return narrowed(visible(person), given, today)


def values_of(wanted: RequestFilter) -> dict[str, Any]:
    """What a filter stands for, by the names that `narrowed` knows.

    Texts that begin with a prefix lie, byte by byte, between two others: from the first to before the second.
    """
    given = msgspec.structs.asdict(wanted)
    if wanted.reference:
        given["reference_end"] = wanted.reference + chr(sys.maxunicode)
    return given


def narrowed(query: Select[RequestRow], wanted: Mapping[str, Any], today: Any) -> Select[RequestRow]:
    """A query with the filters that are given, each by its value or by the parameter that will have it."""
    query = query.where(RequestRow.duplicate_of.is_(None))
    for name in ("status", "topic", "body_id", "campaign_id"):
        if name in wanted:
            query = query.where(getattr(RequestRow, name) == wanted[name])
    if wanted.get("overdue"):
        query = query.where(overdue(today))
    if "reference" in wanted:
        begins, ends = wanted["reference"], wanted.get("reference_end", bindparam("reference_end"))
        # Operators that tell nothing of a row: only by those does row-level security let an index be used.
        query = query.where(RequestRow.reference.op("~>=~")(begins), RequestRow.reference.op("~<~")(ends))
    if "batch_id" in wanted:
        of_batch = select(BatchBodyRow.request_id).where(BatchBodyRow.batch_id == wanted["batch_id"])
        query = query.where(RequestRow.id.in_(of_batch))
    if {"province", "target_of", "area"} & {*wanted}:
        query = query.where(RequestRow.body_id.in_(narrowed_bodies(select(PublicBodyRow.id), wanted)))
    return query


def narrowed_bodies(query: Select[Any], wanted: Mapping[str, Any]) -> Select[Any]:
    """The bodies of a province or another area, and of the target areas of a campaign."""
    if "province" in wanted:
        query = query.where(PublicBodyRow.province_code == wanted["province"])
    if "area" in wanted:
        query = query.where(func.starts_with(PublicBodyRow.area_code, cast(wanted["area"], Text)))
    if "target_of" in wanted:
        query = query.where(in_target_areas(wanted["target_of"]))
    return query


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
