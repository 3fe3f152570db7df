"""What the sweep will say of requests that were just imported, before anybody is told anything."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.rules import own_rules
from notifications.sweep import reading_calendar, values_of_occasion
from rti.imports.report import Forecast
from rti.law.reminders import DEFAULT_RULES, Audience
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow

_IMPORTED = text(
    "SELECT DISTINCT campaign_id FROM request WHERE created_at = :now AND import_key IS NOT NULL"
)
_SPOKEN_OF = text("""
    SELECT d.request_id, d.cbo_id FROM deadline d JOIN request q ON q.id = d.request_id
    WHERE q.created_at = :now AND q.import_key IS NOT NULL AND q.campaign_id IS NOT DISTINCT FROM CAST(:campaign AS uuid)
      AND d.state = 'running' AND d.kind = ANY(CAST(:clocks AS text[])) AND d.due_on BETWEEN :first AND :last
""")


async def forecast(session: AsyncSession, now: datetime, day: date) -> Forecast:
    """What follows on `day` from the import at `now`, in whose transaction this is asked.

    Who wants no messages is known to the sweep alone, so people are those who could be told.
    """
    calendar, own = await reading_calendar(session), await own_rules(session)
    told: set[tuple[UUID, str]] = set()
    requests: set[UUID] = set()
    letters: set[UUID] = set()
    for campaign in (await session.scalars(_IMPORTED, {"now": now})).all():
        for rule in own.get(campaign, DEFAULT_RULES):
            for occasion in rule.occasions():
                values = values_of_occasion(rule, occasion, day, calendar)
                given = {name: values[name] for name in ("clocks", "first", "last")}
                found = (await session.execute(_SPOKEN_OF, {**given, "now": now, "campaign": campaign})).all()
                if rule.to is Audience.BODY:
                    letters |= {row.request_id for row in found}
                else:
                    requests |= {row.request_id for row in found}
                    told |= {(row.cbo_id, role) for row in found for role in rule.to.roles}
    return Forecast(len(requests), len(await _people(session, told)), len(letters))


async def _people(session: AsyncSession, told: set[tuple[UUID, str]]) -> list[UUID]:
    """The people of these organisations and roles, where anything is sent to them."""
    sending = (CboRow.sends_messages, CboRow.locked_at.is_(None), CboRow.id.in_({cbo for cbo, _ in told}))
    people = select(PersonRow.id, PersonRow.cbo_id, PersonRow.role).join(CboRow).where(*sending)
    return [id_ for id_, cbo_id, role in await session.execute(people) if (cbo_id, role) in told]
