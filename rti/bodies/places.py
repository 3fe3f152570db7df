"""Where public bodies are: hundreds share their name with another, and only the district and province tell them apart."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.bodies import AreaRow, BodyKind, PublicBodyRow

Place = Sequence[AreaRow]
"""The areas that a body lies in, the innermost first, without the one that it governs and is named after."""

_GOVERN = {
    BodyKind.PROVINCE_ADMINISTRATION,
    BodyKind.DISTRICT_ADMINISTRATION,
    BodyKind.COMMUNE_ADMINISTRATION,
}


PLACE = f"""SELECT string_agg(area.name_km, ', ' ORDER BY area.code DESC) AS km,
        string_agg(area.name_en, ', ' ORDER BY area.code DESC) AS en
    FROM area WHERE area.code IN (left(public_body.area_code, 2), left(public_body.area_code, 4), left(public_body.area_code, 6))
    AND NOT (area.code = public_body.area_code AND public_body.kind IN ({", ".join(f"'{kind}'" for kind in sorted(_GOVERN))}))"""  # noqa: S608 -- our own words
"""SQL: the same in words of both languages, for a row of `public_body`."""


async def places(session: AsyncSession, bodies: Iterable[PublicBodyRow]) -> Mapping[UUID, Place]:
    """The place of each body by its identifier."""
    codes = {body.id: _codes(body) for body in bodies}
    wanted = {code for each in codes.values() for code in each}
    found = await session.scalars(select(AreaRow).where(AreaRow.code.in_(wanted))) if wanted else ()
    areas = {area.code: area for area in found}
    return {body_id: [areas[code] for code in each if code in areas] for body_id, each in codes.items()}


def _codes(body: PublicBodyRow) -> list[str]:
    return around(body.area_code or "")[body.kind in _GOVERN :]


def around(area_code: str) -> list[str]:
    """The codes of the commune, district and province in which an area lies, as far as it is known, itself included."""
    return [area_code[:length] for length in (6, 4, 2) if length <= len(area_code)]


def nearness(body: PublicBodyRow, area_code: str | None) -> int:
    """How many of commune, district and province a body shares with an area: 3 to 0."""
    own, other = body.area_code or "", area_code or ""
    return max((n for n in (1, 2, 3) if len(other) >= 2 * n and own[: 2 * n] == other[: 2 * n]), default=0)
