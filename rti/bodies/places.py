"""Where public bodies are: hundreds share their name with another, and only the district and province tell them apart."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.bodies import AreaRow, BodyKind, PublicBodyRow

K = TypeVar("K")
Place = Sequence[AreaRow]
"""The areas in which a body lies, the innermost first, without the one that it governs and is named after."""

_GOVERN = {
    BodyKind.PROVINCE_ADMINISTRATION,
    BodyKind.DISTRICT_ADMINISTRATION,
    BodyKind.COMMUNE_ADMINISTRATION,
}


async def places(session: AsyncSession, bodies: Iterable[PublicBodyRow]) -> Mapping[UUID, Place]:
    """The place of each body by its identifier."""
    return await _found(session, {body.id: _codes(body) for body in bodies})


async def places_of(session: AsyncSession, area_codes: Iterable[str | None]) -> Mapping[str, Place]:
    """Where areas are, by their codes, each with itself first."""
    return await _found(session, {code: around(code) for code in area_codes if code})


async def _found(session: AsyncSession, wanted: Mapping[K, Sequence[str]]) -> Mapping[K, Place]:
    codes = {code for each in wanted.values() for code in each}
    found = await session.scalars(select(AreaRow).where(AreaRow.code.in_(codes))) if codes else ()
    areas = {area.code: area for area in found}
    return {key: [areas[code] for code in each if code in areas] for key, each in wanted.items()}


def _codes(body: PublicBodyRow) -> list[str]:
    return around(body.area_code or "")[body.kind in _GOVERN :]


def around(area_code: str) -> list[str]:
    """The codes of the commune, district and province in which an area lies, as far as it is known, itself included."""
    return [area_code[:length] for length in (6, 4, 2) if length <= len(area_code)]


def nearness(body: PublicBodyRow, area_code: str | None) -> int:
    """How many of commune, district and province a body shares with an area: 3 to 0."""
    own, other = body.area_code or "", area_code or ""
    return max((n for n in (1, 2, 3) if len(other) >= 2 * n and own[: 2 * n] == other[: 2 * n]), default=0)
