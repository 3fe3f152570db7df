"""Reading campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import BindParameter, ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.core.asking import selected
from rti.core.errors import NotFound, invalid, say
from rti.models.bodies import AreaLevel, AreaRow, PublicBodyRow
from rti.models.campaigns import CampaignRow, TargetAreaRow


@dataclass(frozen=True, slots=True)
class ProvinceMarks:
    """A province with its districts, and the codes among them that a campaign has marked."""

    province: AreaRow
    districts: Sequence[AreaRow]
    marked: frozenset[str]


class Named(msgspec.Struct, frozen=True):
    """A body or campaign by its names."""

    id: UUID
    name_km: str
    name_en: str


_NEWEST_FIRST = select(CampaignRow).order_by(CampaignRow.starts_on.desc(), CampaignRow.id)
CAMPAIGNS = selected(Named, _NEWEST_FIRST, CampaignRow)


async def campaigns(session: AsyncSession) -> Sequence[CampaignRow]:
    """All campaigns, the newest first."""
    return (await session.scalars(_NEWEST_FIRST)).all()


async def campaign(session: AsyncSession, campaign_id: UUID) -> CampaignRow:
    found = await session.get(CampaignRow, campaign_id)
    if found is None:
        raise NotFound
    return found


async def campaign_of(session: AsyncSession, code: str, field: str = "campaign") -> CampaignRow:
    """The campaign with a code; an unknown code is a fault of the field."""
    found = await session.scalar(select(CampaignRow).where(CampaignRow.code == code))
    if found is None:
        raise invalid(field, say("There is no campaign with the code {code}", code=code))
    return found


async def target_codes(session: AsyncSession, campaign_id: UUID) -> frozenset[str]:
    """The codes of the areas that a campaign has marked."""
    codes = await session.scalars(
        select(TargetAreaRow.area_code).where(TargetAreaRow.campaign_id == campaign_id)
    )
    return frozenset(codes)


async def marks(session: AsyncSession, marked: frozenset[str]) -> list[ProvinceMarks]:
    """Every province with its districts, by code."""
    levels = (AreaLevel.PROVINCE, AreaLevel.DISTRICT)
    areas = (
        await session.scalars(select(AreaRow).where(AreaRow.level.in_(levels)).order_by(AreaRow.code))
    ).all()
    found = []
    for province in areas:
        if province.level is AreaLevel.PROVINCE:
            districts = [area for area in areas if area.parent_code == province.code]
            codes = {province.code, *(area.code for area in districts)}
            found.append(ProvinceMarks(province, districts, marked & codes))
    return found


def in_target_areas(campaign_id: UUID | BindParameter[UUID]) -> ColumnElement[bool]:
    """Whether a public body lies in the target areas of a campaign.

    A marked district stands for all that lies in it. A marked province stands for all of it, or where
    some of its districts are marked too, for its own offices and for those districts.
    """
    narrower = aliased(TargetAreaRow)
    narrowed = exists().where(
        narrower.campaign_id == campaign_id,
        narrower.area_code != TargetAreaRow.area_code,
        func.starts_with(narrower.area_code, TargetAreaRow.area_code),
    )
    return exists().where(
        TargetAreaRow.campaign_id == campaign_id,
        or_(
            PublicBodyRow.area_code == TargetAreaRow.area_code,
            and_(func.starts_with(PublicBodyRow.area_code, TargetAreaRow.area_code), ~narrowed),
        ),
    )
