"""The hours at which a person receives messages, in the time zone of the installation.

What is found at another hour is queued for the next welcome one; what would be sent again at another hour,
because it was deferred or because the person has chosen anew, is put off before messages are claimed. For a
code somebody waits.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WELCOME = "p.hours_from <= :hour AND :hour < p.hours_to"
TURN = f"""CASE
    WHEN {_WELCOME} THEN CAST(:now AS timestamptz)
    WHEN :hour < p.hours_from THEN (CAST(:day AS date) + make_interval(hours => p.hours_from)) AT TIME ZONE CAST(:zone AS text)
    ELSE (CAST(:day AS date) + 1 + make_interval(hours => p.hours_from)) AT TIME ZONE CAST(:zone AS text)
END"""
"""SQL: when a message found at the moment of `values_of` may go to person `p`."""
_PUT_OFF = text(f"""
    WITH unwelcome AS (
        SELECT m.id, {TURN} AS turn FROM message m JOIN person p ON p.id = m.person_id
        WHERE m.state IN ('queued', 'deferred') AND m.next_attempt_at <= :now AND NOT ({_WELCOME})
            AND m.kind <> 'code'
        FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message m SET next_attempt_at = u.turn FROM unwelcome u WHERE m.id = u.id
""")  # noqa: S608 -- our own words


def values_of(now: datetime, day: date, zone: str) -> dict[str, object]:
    """The values of `TURN` at a moment that falls on `day` in the IANA time zone `zone`."""
    return {"now": now, "day": day, "hour": now.astimezone(ZoneInfo(zone)).hour, "zone": zone}


async def put_off(session: AsyncSession, now: datetime, day: date, zone: str) -> None:
    """Postpone messages that would be sent at an unwelcome hour to a welcome one."""
    await session.execute(_PUT_OFF, values_of(now, day, zone))
