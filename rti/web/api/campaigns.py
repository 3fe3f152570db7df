"""Campaigns with their target areas and reminder rules as JSON."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from notifications import rules
from notifications.commands import SaveRule
from rti.campaigns import actions, queries
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.core.attributes import from_attributes
from rti.core.roles import SUPPORT
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


async def _detail(session: Session, campaign_id: UUID) -> CampaignDetail:
    row = await queries.campaign(session, campaign_id)
    codes = await queries.target_codes(session, campaign_id)
    return CampaignDetail(campaign=from_attributes(CampaignView, row), target_areas=sorted(codes))


@get("/api/campaigns", guards=[signed_in])
async def list_campaigns(session: Session) -> list[CampaignView]:
    return [from_attributes(CampaignView, row) for row in await queries.campaigns(session)]


@get("/api/campaigns/{campaign_id:uuid}", guards=[signed_in])
async def show_campaign(session: Session, campaign_id: Id) -> CampaignDetail:
    return await _detail(session, campaign_id)


@post("/api/campaigns", guards=[only(SUPPORT)])
async def create_campaign(data: JSONBody[SaveCampaign], session: Session, now: Now) -> CampaignView:
    return from_attributes(CampaignView, await actions.create(session, data, now))


@put("/api/campaigns/{campaign_id:uuid}", guards=[only(SUPPORT)])
async def edit_campaign(
    campaign_id: Id, data: JSONBody[SaveCampaign], session: Session, now: Now
) -> CampaignView:
    return from_attributes(CampaignView, await actions.edit(session, campaign_id, data, now))


@put("/api/campaigns/{campaign_id:uuid}/target-areas", guards=[only(SUPPORT)])
async def mark_areas(
    campaign_id: Id, data: JSONBody[MarkAreas], session: Session, now: Now
) -> CampaignDetail:
    await actions.mark_areas(session, campaign_id, data, now)
    return await _detail(session, campaign_id)


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a campaign; `own` if they are its own, else these are the defaults."""

    own: bool
    rules: list[SaveRule]


async def _rules(session: Session, campaign_id: Id) -> RuleList:
    known = await rules.rules_of(session, campaign_id)
    return RuleList(
        own=(await queries.campaign(session, campaign_id)).own_rules,
        rules=[from_attributes(SaveRule, rule) for rule in known],
    )


@get("/api/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def show_rules(session: Session, campaign_id: Id) -> RuleList:
    return await _rules(session, campaign_id)


@post("/api/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def save_rule(campaign_id: Id, data: JSONBody[SaveRule], session: Session, now: Now) -> RuleList:
    """Add a rule, or replace the one with its name."""
    await rules.save(session, campaign_id, data, now)
    return await _rules(session, campaign_id)


@delete("/api/campaigns/{campaign_id:uuid}/rules/{rule:str}", guards=[only(SUPPORT)])
async def remove_rule(session: Session, campaign_id: Id, rule: FromPath[str], now: Now) -> None:
    await rules.remove(session, campaign_id, rule, now)


@delete("/api/campaigns/{campaign_id:uuid}/rules", guards=[only(SUPPORT)])
async def restore_defaults(session: Session, campaign_id: Id, now: Now) -> None:
    await rules.restore_defaults(session, campaign_id, now)


ROUTES = [
    list_campaigns,
    show_campaign,
    create_campaign,
    edit_campaign,
    mark_areas,
    show_rules,
    save_rule,
    remove_rule,
    restore_defaults,
]
