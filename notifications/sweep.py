"""Due dates of which a rule has something to say, made into reminders and messages.

The insert is the mark: a reminder that is there has happened, and one that is not is made by whichever
sweep comes first, today or after a missed month. Its messages are made by the same statement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.correspondence.kinds import MessageKind, MessageState
from rti.db import Database
from rti.law.calendars import WEEKENDS, Calendar
from rti.law.reminders import DEFAULT_RULES, ReminderRule, due_dates

BATCH = 5_000
"""Reminders of one transaction: few enough that nobody waits for it."""
log = structlog.get_logger()

_PLAN_EACH_TIME = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""One plan for every range of dates would be a bad one for most (measured: 2 s instead of 0.03 s)."""
_BATCH_OF_REMINDERS = text("""
    WITH due AS MATERIALIZED (
        SELECT d.request_id, d.cbo_id, d.kind, d.epoch, d.due_on
        FROM deadline d
        WHERE d.state = 'running' AND d.kind = ANY(CAST(:clocks AS text[]))
          AND d.due_on BETWEEN :first AND :last
          AND (d.due_on, d.request_id, d.kind) > (CAST(:due_on AS date), CAST(:request_id AS uuid), CAST(:clock AS text))
          AND NOT EXISTS (
              SELECT FROM reminder r
              WHERE r.request_id = d.request_id AND r.rule = :rule AND r.clock = d.kind
                AND r.epoch = d.epoch AND r.due_on = d.due_on
          )
        ORDER BY d.due_on, d.request_id, d.kind
        LIMIT :size
    ), reminded AS (
        INSERT INTO reminder (id, cbo_id, request_id, rule, clock, epoch, due_on, created_at)
        SELECT gen_random_uuid(), cbo_id, request_id, :rule, kind, epoch, due_on, CAST(:now AS timestamptz)
        FROM due ORDER BY due_on, request_id, kind
        ON CONFLICT DO NOTHING
        RETURNING *
    ), told AS (
        INSERT INTO message (
            id, reminder_id, person_id, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply
        )
        SELECT gen_random_uuid(), r.id, p.id, :kind,
            jsonb_build_object('rule', r.rule, 'clock', r.clock, 'due_on', r.due_on),
            '<' || left(encode(sha256(convert_to(concat_ws(':', r.id, p.id), 'UTF8')), 'hex'), 32) || '@' || :host || '>',
            :state, 0, 0, 0, :now, :now, ''
        FROM reminded r
        JOIN cbo c ON c.id = r.cbo_id AND c.sends_messages AND c.locked_at IS NULL
        JOIN person p ON p.cbo_id = c.id AND p.role = ANY(CAST(:roles AS text[]))
            AND p.wants_reminders AND p.disabled_at IS NULL
        RETURNING 1
    )
    SELECT due_on, request_id, kind AS clock, (SELECT count(*) FROM due) AS found,
        (SELECT count(*) FROM reminded) AS reminders, (SELECT count(*) FROM told) AS messages
    FROM due ORDER BY due_on DESC, request_id DESC, kind DESC LIMIT 1
""")
_BEGINNING: dict[str, object] = {
    "due_on": date.min,
    "request_id": "00000000-0000-0000-0000-000000000000",
    "clock": "",
}


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep found to say, and the rules at which it failed."""

    reminders: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()


async def sweep(
    database: Database,
    day: date,
    now: datetime,
    *,
    host: str,
    rules: Iterable[ReminderRule] = DEFAULT_RULES,
    size: int = BATCH,
) -> Swept:
    """Queue what is worth saying on `day`; a rule that fails does not silence the others.

    `host` is the right side of the Message-IDs. Each batch is a transaction of its own.
    """
    async with database.transaction() as session:
        calendar = await reading_calendar(session)
    reminders = messages = 0
    failed = []
    for rule in rules:
        values = _values(rule, day, now, host, calendar, size)
        mark: dict[str, Any] | None = _BEGINNING
        while mark is not None:
            try:
                async with database.transaction() as session:
                    await session.execute(_PLAN_EACH_TIME)
                    row = (await session.execute(_BATCH_OF_REMINDERS, {**values, **mark})).one_or_none()
            except Exception:
                log.exception("sweep_failed", rule=rule.name)
                failed.append(rule.name)
                break
            if row is not None:
                reminders += row.reminders
                messages += row.messages
            whole = row is not None and row.found == size
            mark = {name: getattr(row, name) for name in _BEGINNING} if whole else None
    return Swept(reminders, messages, tuple(failed))


async def reading_calendar(session: AsyncSession) -> Calendar:
    """The working days of those who read the messages, who are in Cambodia whatever statute applies."""
    return await calendar_of(session, ("KH",), WEEKENDS["sat-sun"])


def _values(
    rule: ReminderRule, day: date, now: datetime, host: str, calendar: Calendar, size: int
) -> dict[str, object]:
    first, last = due_dates(rule, day, calendar)
    return {
        "rule": rule.name,
        "clocks": sorted(rule.clocks),
        "roles": sorted(rule.to),
        "first": first,
        "last": last,
        "now": now,
        "host": host,
        "kind": MessageKind.REMINDER,
        "state": MessageState.QUEUED,
        "size": size,
    }
