"""Snoozing: no reminders for a request until a day, and everybody sees who snoozed it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import invalid, say
from rti.core.roles import Person
from rti.models.requests import SnoozeRow
from rti.requests.actions import locked
from rti.requests.commands import SnoozeRequest

LONGEST = timedelta(days=366)


async def snooze(
    session: AsyncSession,
    request_id: UUID,
    command: SnoozeRequest,
    person: Person,
    now: datetime,
    today: date,
) -> None:
    """Snooze until a day; replaces an open snooze."""
    request = await locked(session, request_id, person)
    check(command.until, today)
    await end(session, request_id, person, now)
    session.add(
        SnoozeRow(
            cbo_id=request.cbo_id,
            request_id=request.id,
            until=command.until,
            reason=command.reason,
            snoozed_at=now,
            snoozed_by=person.id,
        )
    )
    await session.flush()


def check(until: date, today: date) -> None:
    """Raises Invalid for a day in the past or too far ahead."""
    if not today < until <= today + LONGEST:
        raise invalid("until", say("Choose a date after today and within one year"))


async def end(session: AsyncSession, request_id: UUID, person: Person, now: datetime) -> None:
    """End a snooze; does nothing if there is none."""
    request = await locked(session, request_id, person)
    still_open = (SnoozeRow.request_id == request.id, SnoozeRow.ended_at.is_(None))
    await session.execute(update(SnoozeRow).where(*still_open).values(ended_at=now, ended_by=person.id))
