"""Reading organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import CboFilter
from rti.core.errors import NotFound, invalid, say
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import SUPPORT, Person
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow, CboSafetyRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of a lock where there is none, which comes first."""


async def cbos(session: AsyncSession, person: Person) -> Sequence[Row[UUID, str, str, str]]:
    """The organisations to choose from, by code: for members their own. Rows of identifiers, codes and names."""
    query = select(CboRow.id, CboRow.code, CboRow.name_km, CboRow.name_en).where(CboRow.locked_at.is_(None))
    if person.cbo_id:
        query = query.where(CboRow.id == person.cbo_id)
    return (await session.execute(query.order_by(CboRow.code))).all()


def _visible(person: Person) -> Select[CboRow]:
    """The organisations that a person may look at."""
    query = select(CboRow)
    return query if person.role in SUPPORT else query.where(CboRow.id == person.cbo_id)


async def known_to(session: AsyncSession, person: Person, wanted: CboFilter) -> Page[CboRow]:
    """A page of the organisations that a person may see; locked ones last, where their position reveals no name."""
    since = func.coalesce(CboRow.locked_at, _NEVER)
    code = case((CboRow.locked_at.is_(None), CboRow.code), else_="")
    query = _visible(person)
    if wanted.after:
        behind = decode_cursor(wanted.after, decode_moment, str, UUID)
        query = query.where(tuple_(since, code, CboRow.id) > behind)
    found = await session.scalars(query.order_by(since, code, CboRow.id).limit(PAGE_SIZE + 1))
    return page_of(found.all(), PAGE_SIZE, _mark)


def _mark(row: CboRow) -> tuple[str, str, str]:
    return (row.locked_at or _NEVER).isoformat(), "" if row.locked_at else row.code, str(row.id)


async def cbo_of(session: AsyncSession, code: str, field: str = "cbo") -> CboRow:
    """The organisation with a code; an unknown code is a fault of the field."""
    found = await session.scalar(select(CboRow).where(CboRow.code == code))
    if found is None:
        raise invalid(field, say("There is no organisation with the code {code}", code=code))
    return found


@dataclass(frozen=True, slots=True)
class CboDetail:
    """An organisation, and what was done for its safety, with whose hand."""

    cbo: CboRow
    safety: Sequence[tuple[CboSafetyRow, str | None]]


async def one(session: AsyncSession, person: Person, cbo_id: UUID) -> CboDetail:
    """A missing one and one that is not for this person look the same."""
    cbo = await session.scalar(_visible(person).where(CboRow.id == cbo_id))
    if cbo is None:
        raise NotFound
    steps = (
        select(CboSafetyRow, PersonRow.name, PersonRow.cbo_id)
        .outerjoin(PersonRow, PersonRow.id == CboSafetyRow.person_id)
        .where(CboSafetyRow.cbo_id == cbo_id)
        .order_by(CboSafetyRow.happened_at.desc(), CboSafetyRow.id.desc())
    )
    return CboDetail(
        cbo=cbo,
        safety=[
            (step, None if cbo.locked_at and of_cbo else name)
            for step, name, of_cbo in await session.execute(steps)
        ],
    )
