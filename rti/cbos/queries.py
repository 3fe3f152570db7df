"""Reading organisations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import CboFilter
from rti.core.errors import NotFound, invalid, say
from rti.core.folding import fold
from rti.core.i18n import Language
from rti.core.pagination import Page, containing, page_by_key
from rti.core.roles import SUPPORT, Person
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow, CboSafetyRow
from rti.models.search import Findable
from rti.search.queries import find


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


async def count(session: AsyncSession, person: Person) -> int:
    """How many of the organisations that a person may look at are not locked."""
    seen = _visible(person).where(CboRow.locked_at.is_(None)).with_only_columns(func.count(CboRow.id))
    return await session.scalar(seen) or 0


async def known_to(
    session: AsyncSession, person: Person, wanted: CboFilter, language: str = Language.EN
) -> Page[CboRow]:
    """A page of the organisations that a person may see, by their names in a language; locked ones last, where their
    position reveals no name.

    None of these is found by a name or code.
    """
    locked = CboRow.locked_at.is_not(None)
    name = CboRow.name_km_order if language == Language.KM else CboRow.name_en_order
    key = (locked, case((locked, ""), else_=name), case((locked, ""), else_=CboRow.code), CboRow.id)
    query = _visible(person)
    if wanted.q:
        query = query.where(~locked, containing(wanted.q, CboRow.code, CboRow.name_km, CboRow.name_en))
    if wanted.province:
        query = query.where(~locked, CboRow.area_code.startswith(wanted.province, autoescape=True))
    if wanted.target:
        query = query.where(~locked, CboRow.target)
    return await page_by_key(session, query, CboRow.id, key, after=wanted.after, before=wanted.before)


async def cbo_of(session: AsyncSession, code: str, field: str = "cbo", *, locked: bool = False) -> CboRow:
    """The organisation with a code; an unknown code is a fault of the field.

    A code may have been given again while its organisation was locked: then the `locked` one is meant, or the other.
    """
    meant_first = CboRow.locked_at.desc().nulls_last() if locked else CboRow.locked_at.desc().nulls_first()
    found = await session.scalar(select(CboRow).where(CboRow.code == code).order_by(meant_first).limit(1))
    if found is None:
        raise invalid(field, say("There is no organisation with the code {code}", code=code))
    return found


_MOST_OFFERED = 5


async def named(session: AsyncSession, words: str, field: str, language: str = Language.EN) -> CboRow:
    """The organisation with a code, with a name, or alone with these words in its name, unless it is locked.

    Where it is none or several, that is a fault of the field, which tells those that fit in the reader's language.
    """
    open_to_all = select(CboRow).where(CboRow.locked_at.is_(None))
    if by_code := await session.scalar(open_to_all.where(CboRow.code == words)):
        return by_code
    found = await find(session, words, Findable.CBO)
    fitting = (await session.scalars(open_to_all.where(CboRow.id.in_(found.ids)).order_by(CboRow.code))).all()
    same = [each for each in fitting if fold(words) in (fold(each.name_km), fold(each.name_en))]
    if len(same) == 1:
        return same[0]
    if len(fitting) == 1 and not found.near:
        return fitting[0]
    if not fitting:
        raise invalid(field, say("There is no organisation with this code or name: {words}", words=words))
    names = [
        f"{each.name_km if language == Language.KM else each.name_en} ({each.code})"
        for each in (same or fitting)[:_MOST_OFFERED]
    ]
    raise invalid(
        field, say("Enter the code of one organisation, for example: {names}", names=", ".join(names))
    )


async def with_cbo_id(
    session: AsyncSession, person: Person, given: Mapping[str, str], language: str
) -> dict[str, str]:
    """What a form says, with the identifier of the organisation that it names in `cbo`; those in one name none."""
    others = {name: value for name, value in given.items() if name != "cbo"}
    words = given.get("cbo", "").strip()
    if not words or person.cbo_id:
        return others
    return {**others, "cbo_id": str((await named(session, words, "cbo", language)).id)}


@dataclass(frozen=True, slots=True)
class CboDetail:
    """An organisation, with its safety log and who did what."""

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
