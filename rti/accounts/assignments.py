"""Which campaigns and provinces are assigned to campaign staff; database policies read this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.commands import Assign
from rti.accounts.people import person
from rti.audit.record import record
from rti.core.db import new_id, unique
from rti.core.errors import Fault, Invalid, NotFound, invalid, say
from rti.core.roles import STAFF
from rti.models.accounts import AssignmentRow
from rti.models.audit import AuditAction
from rti.models.bodies import AreaLevel, AreaRow
from rti.models.campaigns import CampaignRow


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment with what it names; with neither a campaign nor a province it is everything."""

    id: UUID
    campaign: CampaignRow | None
    province: AreaRow | None
    assigned_at: datetime


async def assignments_of(session: AsyncSession, person_id: UUID) -> Sequence[Assignment]:
    """The assignments of a person, the oldest first."""
    found = await session.execute(
        select(AssignmentRow, CampaignRow, AreaRow)
        .outerjoin(CampaignRow, CampaignRow.id == AssignmentRow.campaign_id)
        .outerjoin(AreaRow, AreaRow.code == AssignmentRow.province_code)
        .where(AssignmentRow.person_id == person_id)
        .order_by(AssignmentRow.assigned_at, AssignmentRow.id)
    )
    return [Assignment(row.id, campaign, province, row.assigned_at) for row, campaign, province in found]


async def assign(session: AsyncSession, person_id: UUID, command: Assign, now: datetime) -> AssignmentRow:
    """Let a member of staff see more, from the next page they open."""
    faults = []
    if (await person(session, person_id)).role not in STAFF:
        faults.append(Fault("person", say("Only campaign staff can have assignments")))
    chosen = [command.everything, command.campaign_id is not None, command.province_code is not None]
    if sum(chosen) != 1:
        faults.append(Fault("campaign_id", say("Choose one: a campaign, a province or everything")))
    if command.campaign_id and await session.get(CampaignRow, command.campaign_id) is None:
        faults.append(Fault("campaign_id", say("Choose a campaign from the list")))
    province = await session.get(AreaRow, command.province_code) if command.province_code else None
    if command.province_code and (province is None or province.level != AreaLevel.PROVINCE):
        faults.append(Fault("province_code", say("Choose a province from the list")))
    if faults:
        raise Invalid(*faults)
    row = AssignmentRow(
        id=new_id(),
        person_id=person_id,
        campaign_id=command.campaign_id,
        province_code=command.province_code,
        assigned_at=now,
    )
    async with unique(session, invalid("campaign_id", say("This is already assigned to this person"))):
        session.add(row)
    seen = command.campaign_id or command.province_code or "everything"
    record(session, AuditAction.ASSIGNED, now, about=person_id, to=seen)
    return row


async def end(session: AsyncSession, person_id: UUID, assignment_id: UUID, now: datetime) -> None:
    """Remove an assignment, effective from the next page the person opens."""
    chosen = (AssignmentRow.id == assignment_id, AssignmentRow.person_id == person_id)
    if (
        await session.execute(delete(AssignmentRow).where(*chosen).returning(AssignmentRow.id))
    ).one_or_none() is None:
        raise NotFound
    record(session, AuditAction.ASSIGNMENT_ENDED, now, about=person_id, assignment=assignment_id)
