"""How many requests of a list need attention, by where they went and who asked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Integer, Select, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.roles import Person
from rti.models.batches import BatchBodyRow, BatchRow
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter
from rti.requests.queries import NARROWING, NEEDING, SOON, matching
from rti.requests.requester import not_hidden_from

MOST_GROUPS = 100


class CountBy(StrEnum):
    """What the requests of a list are counted by: each is a filter of the same name."""

    PROVINCE = "province"
    BODY_ID = "body_id"
    CBO = "cbo"
    CAMPAIGN_ID = "campaign_id"
    BATCH_ID = "batch_id"


class CountRequests(RequestFilter, frozen=True, kw_only=True):
    """Which requests to count, and by what."""

    by: CountBy = CountBy.PROVINCE


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that have something in common: the value of the filter that lists them, None where there is no such filter.

    `place_km` and `place_en` tell bodies of one name apart.
    """

    value: str | None
    name_km: str
    name_en: str
    place_km: str = ""
    place_en: str = ""
    overdue: int
    due_soon: int
    stalled: int


class DueMonth(RequestFilter, frozen=True, kw_only=True):
    """Which requests to count day by day, in the month of a day."""

    month: date | None = None


class DueDay(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests have their next date on a day."""

    day: date
    count: int


async def due_days(session: AsyncSession, person: Person, wanted: DueMonth, today: date) -> list[DueDay]:
    """The days of a month on which anything is due."""
    first, following = months(wanted, today)[1:]
    in_month = (RequestRow.next_due_on >= first, RequestRow.next_due_on < following)
    query = matching(person, wanted, today).where(*in_month).group_by(RequestRow.next_due_on)
    rows = await session.execute(
        query.with_only_columns(RequestRow.next_due_on, func.count()).order_by(RequestRow.next_due_on)
    )
    return [DueDay(day=day, count=count) for day, count in rows]


def months(wanted: DueMonth, today: date) -> tuple[date, date, date]:
    """The first days of the month before, of the month itself, and of the one after it."""
    first = (wanted.month or today).replace(day=1)
    return (first - timedelta(1)).replace(day=1), first, (first + timedelta(31)).replace(day=1)


async def counted(
    session: AsyncSession, person: Person, wanted: CountRequests, today: date
) -> Sequence[Group]:
    """The `MOST_GROUPS` groups with the most overdue requests. Sealed requests of others are in the one without an organisation."""
    rows = (await session.execute(needing(person, wanted, today))).all()
    named = await _named(session, wanted.by, [row.key for row in rows if row.key])
    none = {"value": None, "name_km": "", "name_en": ""}
    return [
        Group(**named.get(row.key, none), **{name: getattr(row, name) for name in NEEDING}) for row in rows
    ]


def needing(person: Person, wanted: CountRequests, today: date) -> Select[Any]:
    """The query of what the requests of a group have in common, and of how many need attention."""
    key, query = _key(wanted.by, person, matching(person, wanted, today))
    of_days = {name: func.count().filter(NARROWING[name](True, today)) for name in ("overdue", "due_soon")}
    # One after the other, because each is read from an index of its own.
    parts = union_all(
        _tallied(query.where(RequestRow.next_due_on <= today + SOON), key, **of_days),
        _tallied(query.where(NARROWING["stalled"](True, today)), key, stalled=func.count()),
    ).subquery()
    sums = [func.sum(parts.c[name]).cast(Integer).label(name) for name in NEEDING]
    groups = select(parts.c.key, *sums).group_by(parts.c.key).having(or_(*(each > 0 for each in sums)))
    return groups.order_by(*(each.desc() for each in sums), parts.c.key).limit(MOST_GROUPS)


def _tallied(query: Select[RequestRow], key: Any, **tallies: Any) -> Select[Any]:
    """How many requests of each group need attention; none by what is not among the tallies."""
    named = [tallies.get(name, literal(0)).label(name) for name in NEEDING]
    return query.with_only_columns(key.label("key"), *named).group_by(key)


def _key(by: CountBy, person: Person, query: Select[RequestRow]) -> tuple[Any, Select[RequestRow]]:
    """What the requests of a group have in common, and the query with what that needs."""
    match by:
        case CountBy.PROVINCE:
            return RequestRow.province_code, query
        case CountBy.BODY_ID:
            return RequestRow.body_id, query
        case CountBy.CBO:
            return case((not_hidden_from(person), RequestRow.cbo_id)), query
        case CountBy.CAMPAIGN_ID:
            return RequestRow.campaign_id, query
        case CountBy.BATCH_ID:
            return BatchBodyRow.batch_id, query.outerjoin(
                BatchBodyRow, BatchBodyRow.request_id == RequestRow.id
            )


async def _named(session: AsyncSession, by: CountBy, keys: Sequence[Any]) -> Mapping[Any, dict[str, Any]]:
    """The names of groups with the values of their filter, by what they have in common."""
    if by is CountBy.BATCH_ID:
        batches = await session.scalars(select(BatchRow).where(BatchRow.id.in_(keys)))
        return {row.id: {"value": str(row.id), "name_km": row.title, "name_en": row.title} for row in batches}
    if by is CountBy.PROVINCE:
        areas = await session.scalars(select(AreaRow).where(AreaRow.code.in_(keys)))
        return {row.code: _names(row, row.code) for row in areas}
    if by is CountBy.CBO:
        cbos = await session.scalars(select(CboRow).where(CboRow.id.in_(keys)))
        return {row.id: _names(row, row.code) for row in cbos}
    if by is CountBy.CAMPAIGN_ID:
        campaigns = await session.scalars(select(CampaignRow).where(CampaignRow.id.in_(keys)))
        return {row.id: _names(row, str(row.id)) for row in campaigns}
    bodies = await session.scalars(select(PublicBodyRow).where(PublicBodyRow.id.in_(keys)))
    return {
        row.id: {
            **_names(row, str(row.id)),
            "place_km": row.place_km or "",
            "place_en": row.place_en or "",
        }
        for row in bodies
    }


def _names(row: Any, value: str) -> dict[str, Any]:
    return {"value": value, "name_km": row.name_km, "name_en": row.name_en}
