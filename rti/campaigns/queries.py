"""Reading campaigns."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.tables import CampaignRow, TargetAreaRow
from rti.errors import NotFound


async def campaigns(session: AsyncSession) -> Sequence[CampaignRow]:
    """All campaigns, the newest first."""
    return (await session.scalars(select(CampaignRow).order_by(CampaignRow.starts_on.desc(), CampaignRow.id))).all()


async def campaign(session: AsyncSession, campaign_id: UUID) -> CampaignRow:
    found = await session.get(CampaignRow, campaign_id)
    if found is None:
        raise NotFound
    return found


async def target_codes(session: AsyncSession, campaign_id: UUID) -> frozenset[str]:
    """The codes of the areas that a campaign has marked."""
    codes = await session.scalars(select(TargetAreaRow.area_code).where(TargetAreaRow.campaign_id == campaign_id))
    return frozenset(codes)
