"""Creating campaigns and marking their target areas."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.campaigns.commands import MarkAreas, SaveCampaign
from rti.campaigns.queries import campaign
from rti.core.attributes import assign
from rti.core.db import new_id, unique
from rti.core.errors import Fault, Invalid, invalid, say
from rti.law.limits import parse_limit
from rti.models.audit import AuditAction
from rti.models.bodies import AreaLevel, AreaRow
from rti.models.campaigns import CampaignRow, TargetAreaRow
from rti.statutes.actions import declare_standard
from rti.statutes.queries import newest_of

COUNTRY = "KH"
"""The country whose days off a declared reply time leaves out."""
MARKABLE = (AreaLevel.PROVINCE, AreaLevel.DISTRICT)


async def create(session: AsyncSession, command: SaveCampaign, now: datetime) -> CampaignRow:
    """Add a campaign; raises Invalid."""
    row = CampaignRow(id=new_id(), created_at=now)
    await _save(session, row, command, now)
    return row


async def edit(session: AsyncSession, campaign_id: UUID, command: SaveCampaign, now: datetime) -> CampaignRow:
    """Change a campaign; requests that are recorded keep the statute under which they were."""
    row = await campaign(session, campaign_id)
    await _save(session, row, command, now)
    return row


async def mark_areas(session: AsyncSession, campaign_id: UUID, command: MarkAreas, now: datetime) -> None:
    """Make these the target areas, and no others."""
    await campaign(session, campaign_id)
    known = set(await session.scalars(select(AreaRow.code).where(AreaRow.level.in_(MARKABLE))))
    wanted = set(command.areas)
    if unknown := sorted(wanted - known):
        raise invalid("areas", say("There is no province or district with the code {code}", code=unknown[0]))
    await session.execute(delete(TargetAreaRow).where(TargetAreaRow.campaign_id == campaign_id))
    session.add_all(TargetAreaRow(campaign_id=campaign_id, area_code=code) for code in sorted(wanted))
    record(session, AuditAction.CAMPAIGN_CHANGED, now, about=campaign_id, areas=len(wanted))
    await session.flush()


async def _save(session: AsyncSession, row: CampaignRow, command: SaveCampaign, now: datetime) -> None:
    faults = []
    if bool(command.statute_id) == bool(command.limit):
        faults.append(
            Fault("statute_id", say("Choose a statute or enter the campaign's own limit, not both"))
        )
    if command.ends_on and command.ends_on < command.starts_on:
        faults.append(Fault("ends_on", say("This is before the start date of the campaign")))
    if faults:
        raise Invalid(*faults)
    if command.limit:
        statute = await declare_standard(session, parse_limit(command.limit), now, countries=[COUNTRY])
    else:
        statute = await newest_of(session, command.statute_id or "")
    taken = invalid("code", say("There is already a campaign with the code {code}", code=command.code))
    async with unique(session, taken):
        values = asdict(command) | {"statute_id": statute.id}
        del values["limit"]
        assign(row, values)
        session.add(row)
        record(session, AuditAction.CAMPAIGN_CHANGED, now, about=row.id, statute=statute.id)
