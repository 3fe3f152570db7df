"""One message a day that adds up what is due, for campaign staff and for members who prefer it.

It is queued as a row for each person and day, and its figures are counted when its turn has come, so that
it tells nothing that was met a minute before. One that has nothing to tell is dropped.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.hours import TURN
from rti.law.calendars import Calendar
from rti.models.messages import MessageKind, MessageState

AHEAD = 3
"""Working days that a digest looks ahead."""
MOST_NAMED = 20
"""Requests that a digest names, where the reader asked for more than figures."""
_QUEUE = text(
    """
    WITH told AS (
        INSERT INTO message (
            id, person_id, digest_on, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply
        )
        SELECT uuidv7(), p.id, :day, :kind, '{}',
            '<' || left(encode(sha256(convert_to(concat_ws(':', 'digest', p.id, CAST(:day AS date)), 'UTF8')), 'hex'), 32)
                || '@' || CAST(:host AS text) || '>',
            :state, 0, 0, 0, {turn}, :now, ''
        FROM person p LEFT JOIN cbo c ON c.id = p.cbo_id
        WHERE p.wants_reminders AND p.disabled_at IS NULL
          AND (p.role = 'staff' OR (p.wants_digest AND c.sends_messages AND c.locked_at IS NULL AND EXISTS (
              SELECT FROM request r WHERE r.cbo_id = p.cbo_id AND r.next_due_on <= :until
          )))
          AND NOT EXISTS (SELECT FROM message m WHERE m.person_id = p.id AND m.digest_on = :day)
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM told
""".replace("{turn}", TURN)
)
_DUE = """
    FROM person p
    JOIN request r ON r.next_due_on <= :until
    JOIN cbo c ON c.id = r.cbo_id AND c.locked_at IS NULL
    JOIN public_body b ON b.id = r.body_id
    WHERE p.id = :person AND NOT EXISTS (
        SELECT FROM snooze s WHERE s.request_id = r.id AND s.ended_at IS NULL AND s.until > :day
    ) AND (r.cbo_id = p.cbo_id OR (p.role = 'staff' AND EXISTS (
        SELECT FROM assignment a WHERE a.person_id = p.id AND (
            a.campaign_id = r.campaign_id OR a.province_code = b.province_code
            OR (a.campaign_id IS NULL AND a.province_code IS NULL)
        )
    )))
"""
_BY_AREA = text(
    """
    SELECT b.province_code AS code, min(a.name_en) AS name_en, min(a.name_km) AS name_km,
        count(*) FILTER (WHERE r.next_due_on < :day) AS overdue,
        count(*) FILTER (WHERE r.next_due_on = :day) AS today,
        count(*) FILTER (WHERE r.next_due_on > :day) AS soon
"""
    + _DUE.replace("WHERE p.id", "LEFT JOIN area a ON a.code = b.province_code WHERE p.id")
    + """
    GROUP BY b.province_code ORDER BY overdue DESC, today DESC, soon DESC, b.province_code
"""
)
_FIRST = text(
    "SELECT r.reference, r.title, r.next_due_on AS due_on, b.name_en, b.name_km"
    + _DUE
    + "ORDER BY r.next_due_on, r.id LIMIT :most"
)


async def queue_digests(session: AsyncSession, moment: Mapping[str, Any], calendar: Calendar) -> int:
    """Queue the digests of `moment["day"]`, each once; none on a day off. How many were queued."""
    day: date = moment["day"]
    if not calendar.is_working(day):
        return 0
    values = {
        **moment,
        "until": calendar.add_working_days(day, AHEAD),
        "kind": MessageKind.DIGEST,
        "state": MessageState.QUEUED,
    }
    return int((await session.execute(_QUEUE, values)).scalar_one())


async def contents(
    session: AsyncSession, person_id: UUID, day: date, calendar: Calendar, *, named: bool
) -> dict[str, Any]:
    """What is due for a person, by area, as the values of a message; empty where nothing is.

    Requests themselves are told only where `named`, and no more than the most urgent.
    """
    values = {"person": person_id, "day": day, "until": calendar.add_working_days(day, AHEAD)}
    areas = [dict(row) for row in (await session.execute(_BY_AREA, values)).mappings()]
    if not areas:
        return {}
    first = (await session.execute(_FIRST, {**values, "most": MOST_NAMED})).mappings() if named else ()
    urgencies = ("overdue", "today", "soon")
    return {
        "areas": areas,
        "requests": [dict(row) for row in first],
        **{urgency: sum(area[urgency] for area in areas) for urgency in urgencies},
    }
