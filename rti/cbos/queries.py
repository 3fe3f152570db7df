"""Reading organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import NotFound, invalid, say
from rti.core.roles import SUPPORT, Person
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow, CboSafetyRow


async def cbos(session: AsyncSession) -> Sequence[CboRow]:
    """The organisations to choose from, by code."""
    found = await session.scalars(select(CboRow).where(CboRow.locked_at.is_(None)).order_by(CboRow.code))
    return found.all()


def _visible(person: Person) -> Select[CboRow]:
    """The organisations that a person may look at."""
    query = select(CboRow)
    return query if person.role in SUPPORT else query.where(CboRow.id == person.cbo_id)


async def known_to(session: AsyncSession, person: Person) -> Sequence[CboRow]:
    """The organisations that a person may see; locked ones last, where their position reveals no name."""
    ordered = _visible(person).order_by(CboRow.locked_at.nulls_first(), CboRow.code)
    return (await session.scalars(ordered)).all()


async def cbo_of(session: AsyncSession, code: str, field: str = "cbo", *, locked: bool = False) -> CboRow:
    """The organisation with a code; an unknown code is a fault of the field.

    A code may have been given again while its organisation was locked: then the `locked` one is meant, or the other.
    """
    meant_first = CboRow.locked_at.desc().nulls_last() if locked else CboRow.locked_at.desc().nulls_first()
    found = await session.scalar(select(CboRow).where(CboRow.code == code).order_by(meant_first).limit(1))
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
