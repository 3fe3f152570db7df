"""What the sweep will send about requests that were just imported."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.rules import own_rules
from notifications.sweep import reading_calendar
from rti.imports.report import Due, Forecast
from rti.law.reminders import DEFAULT_RULES, Audience, due_dates
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow


async def forecast(session: AsyncSession, running: Sequence[Due], day: date) -> Forecast:
    """The reminders of `day` about the running clocks of imported requests.

    Only the sweep knows who wants no messages, so `people` is an upper bound.
    """
    calendar, own = await reading_calendar(session), await own_rules(session)
    audience: set[tuple[UUID, str]] = set()
    requests: set[UUID] = set()
    letters: set[UUID] = set()
    for campaign in {due.campaign_id for due in running}:
        for rule in DEFAULT_RULES if campaign is None else own.get(campaign, DEFAULT_RULES):
            spans = [due_dates(occasion, day, calendar) for occasion in rule.occasions()]
            found = [
                due
                for due in running
                if due.campaign_id == campaign
                and due.clock in rule.about.clocks
                and any(first <= due.due_on <= last for first, last in spans)
            ]
            if rule.to is Audience.BODY:
                letters |= {due.request_id for due in found}
            else:
                requests |= {due.request_id for due in found}
                audience |= {(due.cbo_id, role) for due in found for role in rule.to.roles}
    return Forecast(len(requests), len(await _people(session, audience)), len(letters))


async def _people(session: AsyncSession, audience: set[tuple[UUID, str]]) -> list[UUID]:
    """The people of these organisations and roles, where anything is sent to them."""
    sending = (CboRow.sends_messages, CboRow.locked_at.is_(None), CboRow.id.in_({cbo for cbo, _ in audience}))
    people = select(PersonRow.id, PersonRow.cbo_id, PersonRow.role).join(CboRow).where(*sending)
    return [id_ for id_, cbo_id, role in await session.execute(people) if (cbo_id, role) in audience]
