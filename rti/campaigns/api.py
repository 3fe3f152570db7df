"""Campaigns as JSON."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from rti.accounts.policy import SUPPORT
from rti.campaigns import actions, queries
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.campaigns.tables import CampaignRow
from rti.web.api import JsonBody
from rti.web.guards import only, signed_in
from rti.web.inject import Id, Now, Session


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    name_km: str
    name_en: str
    statute_id: str
    starts_on: date
    ends_on: date | None


class CampaignDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign with the codes of the areas that it has marked."""

    campaign: CampaignView
    target_areas: list[str]


def campaign_view(row: CampaignRow) -> CampaignView:
    return CampaignView(**{name: getattr(row, name) for name in CampaignView.__struct_fields__})


async def _detail(session: Session, campaign_id: UUID) -> CampaignDetail:
    row = await queries.campaign(session, campaign_id)
    codes = await queries.target_codes(session, campaign_id)
    return CampaignDetail(campaign=campaign_view(row), target_areas=sorted(codes))


@get("/api/campaigns", guards=[signed_in])
async def list_campaigns(session: Session) -> list[CampaignView]:
    return [campaign_view(row) for row in await queries.campaigns(session)]


@get("/api/campaigns/{campaign_id:uuid}", guards=[signed_in])
async def show_campaign(session: Session, campaign_id: Id) -> CampaignDetail:
    return await _detail(session, campaign_id)


@post("/api/campaigns", guards=[only(SUPPORT)], dto=JsonBody[SaveCampaign], return_dto=None)
async def create_campaign(data: JSONBody[SaveCampaign], session: Session, now: Now) -> CampaignView:
    return campaign_view(await actions.create(session, data, now))


@put("/api/campaigns/{campaign_id:uuid}", guards=[only(SUPPORT)], dto=JsonBody[SaveCampaign], return_dto=None)
async def edit_campaign(
    campaign_id: Id, data: JSONBody[SaveCampaign], session: Session, now: Now
) -> CampaignView:
    return campaign_view(await actions.edit(session, campaign_id, data, now))


@put(
    "/api/campaigns/{campaign_id:uuid}/target-areas",
    guards=[only(SUPPORT)],
    dto=JsonBody[MarkAreas],
    return_dto=None,
)
async def mark_areas(
    campaign_id: Id, data: JSONBody[MarkAreas], session: Session, now: Now
) -> CampaignDetail:
    await actions.mark_areas(session, campaign_id, data, now)
    return await _detail(session, campaign_id)


ROUTES = [list_campaigns, show_campaign, create_campaign, edit_campaign, mark_areas]
