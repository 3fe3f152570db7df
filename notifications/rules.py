"""The reminder rules of campaigns: their own if they have any, else the defaults."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.commands import SaveRule
from rti.audit.record import record
from rti.campaigns.queries import campaign
from rti.core.attributes import from_attributes
from rti.core.errors import Fault, Invalid, NotFound, say
from rti.law.reminders import DEFAULT_RULES, ReminderRule
from rti.models.audit import AuditAction
from rti.models.campaigns import CampaignRow
from rti.models.messages import ReminderRuleRow

MOST_OCCASIONS = 30


def rule_of(row: ReminderRuleRow) -> ReminderRule:
    return ReminderRule(row.name, row.about, row.begins, row.ends, row.every, row.to)


async def own_rules(session: AsyncSession) -> dict[UUID, list[ReminderRule]]:
    """The rules of each campaign that has rules of its own, which may be none."""
    found: dict[UUID, list[ReminderRule]] = {
        each: [] for each in await session.scalars(select(CampaignRow.id).where(CampaignRow.own_rules))
    }
    for row in await session.scalars(select(ReminderRuleRow)):
        if row.campaign_id in found:
            found[row.campaign_id].append(rule_of(row))
    return found


async def rules_of(session: AsyncSession, campaign_id: UUID) -> Sequence[ReminderRule]:
    """The rules of a campaign, in order of time."""
    if not (await campaign(session, campaign_id)).own_rules:
        return DEFAULT_RULES
    rows = await session.scalars(select(ReminderRuleRow).where(ReminderRuleRow.campaign_id == campaign_id))
    return sorted(map(rule_of, rows), key=lambda rule: (rule.about, rule.begins, rule.name))


async def save(session: AsyncSession, campaign_id: UUID, command: SaveRule, now: datetime) -> None:
    """Add a rule, or replace the one with its name; the defaults are copied first."""
    faults = []
    if command.begins > command.ends:
        faults.append(Fault("ends", say("This is before the first day of the rule")))
    elif (command.ends - command.begins) // (command.every or 1_000) >= MOST_OCCASIONS:
        message = say(
            "This would send {count} reminders or more; choose a longer interval", count=MOST_OCCASIONS
        )
        faults.append(Fault("every", message))
    if faults:
        raise Invalid(*faults)
    await _take_over(session, campaign_id)
    await session.merge(ReminderRuleRow(campaign_id=campaign_id, **asdict(command)))
    record(session, AuditAction.RULES_CHANGED, now, about=campaign_id, saved=command.name)
    await session.flush()


async def remove(session: AsyncSession, campaign_id: UUID, name: str, now: datetime) -> None:
    await _take_over(session, campaign_id)
    chosen = (ReminderRuleRow.campaign_id == campaign_id, ReminderRuleRow.name == name)
    gone = await session.execute(delete(ReminderRuleRow).where(*chosen).returning(ReminderRuleRow.name))
    if gone.one_or_none() is None:
        raise NotFound
    record(session, AuditAction.RULES_CHANGED, now, about=campaign_id, removed=name)


async def restore_defaults(session: AsyncSession, campaign_id: UUID, now: datetime) -> None:
    row = await campaign(session, campaign_id)
    row.own_rules = False
    await session.execute(delete(ReminderRuleRow).where(ReminderRuleRow.campaign_id == campaign_id))
    record(session, AuditAction.RULES_CHANGED, now, about=campaign_id, defaults=1)


async def _take_over(session: AsyncSession, campaign_id: UUID) -> None:
    row = await campaign(session, campaign_id)
    if row.own_rules:
        return
    row.own_rules = True
    session.add_all(
        ReminderRuleRow(campaign_id=campaign_id, **asdict(from_attributes(SaveRule, rule)))
        for rule in DEFAULT_RULES
    )
    await session.flush()
