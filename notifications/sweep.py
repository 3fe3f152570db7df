"""Turns due dates for which a rule has something to say into reminders and messages.

The inserted row is the proof: a reminder that exists has been made, and one that does not is made by whichever
sweep comes first, today or after a missed month. The same statement adds it to the message that gathers for
each person who is to hear of it. At its end a sweep lets these go, and so does the next after one that was killed.

An import begins quietly: letters about what was already late are held and not proposed.

A person gets one message a day: what is found after it left waits for that of the next day, unless that is too late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.digests import queue_digests
from notifications.hours import TURN, values_of
from notifications.rules import own_rules
from rti.calendars.queries import calendar_of
from rti.core.db import Database
from rti.law.calendars import WEEKENDS, Calendar
from rti.law.reminders import DEFAULT_RULES, Audience, Occasion, ReminderRule, due_dates
from rti.models.messages import MessageKind

BATCH = 5_000
"""Reminders per transaction: few enough that nobody has to wait."""
log = structlog.get_logger()

_PLAN_EACH_TIME = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""One plan for every range of dates would be a bad one for most (measured: 2 s instead of 0.03 s)."""
# The statement puts that right itself when it is planned: else each of its checks of foreign keys, which
# come last, would be planned anew as well (measured: half of its time). OFFSET 0 keeps each look-up one:
# the planner, which takes a table that we are filling for empty, would else read all of it for each row
# (measured on 100,000 reminders: 73 s).
_BATCH_OF_REMINDERS = text(
    f"""
    WITH due AS MATERIALIZED (
        SELECT d.request_id, d.cbo_id, d.kind, d.epoch, d.due_on
        FROM deadline d JOIN request q ON q.id = d.request_id
        WHERE d.state = 'running' AND q.duplicate_of IS NULL AND d.kind = ANY(CAST(:clocks AS text[]))
          AND d.due_on BETWEEN :first AND :last
          AND (d.due_on, d.request_id, d.kind) > (CAST(:due_on AS date), CAST(:request_id AS uuid), CAST(:clock AS text))
          AND (q.campaign_id = :campaign
              OR (CAST(:campaign AS uuid) IS NULL
                  AND (q.campaign_id IS NULL OR q.campaign_id <> ALL (CAST(:campaigns AS uuid[])))))
          AND NOT EXISTS (
              SELECT FROM reminder r
              WHERE r.request_id = d.request_id AND r.rule = :rule AND r.clock = d.kind
                AND r.epoch = d.epoch AND r.due_on = d.due_on AND r.occasion = :occasion
              OFFSET 0
          )
          AND NOT EXISTS (
              SELECT FROM snooze s
              WHERE s.request_id = d.request_id AND s.ended_at IS NULL AND s.until > :day
              OFFSET 0
          )
        ORDER BY d.due_on, d.request_id, d.kind
        LIMIT :size
    ), reminded AS (
        INSERT INTO reminder (id, cbo_id, request_id, rule, clock, epoch, due_on, occasion, created_at)
        SELECT new_id(), cbo_id, request_id, :rule, kind, epoch, due_on, :occasion,
            CAST(:now AS timestamptz)
        FROM due ORDER BY due_on, request_id, kind
        ON CONFLICT DO NOTHING
        RETURNING *
    ), mentions AS MATERIALIZED (
        SELECT r.id AS reminder_id, p.id AS person_id, CAST({TURN} AS timestamptz) AS turn
        FROM reminded r
        JOIN cbo c ON c.id = r.cbo_id AND c.sends_messages AND c.locked_at IS NULL
        JOIN person p ON p.cbo_id = c.id AND p.role = ANY(CAST(:roles AS text[]))
            AND p.wants_reminders AND NOT p.wants_digest AND p.disabled_at IS NULL
    ), gathering AS (
        INSERT INTO message AS m (
            id, person_id, kind, values, message_id, state, attempt, deferrals, ambiguous, next_attempt_at,
            created_at, last_reply
        )
        SELECT new_id(), person_id, :kind, '{{}}',
            '<' || replace(CAST(gen_random_uuid() AS text), '-', '') || '@' || CAST(:host AS text) || '>',
            'gathering', 0, 0, 0, turn, :now, ''
        FROM (SELECT DISTINCT person_id, turn FROM mentions ORDER BY person_id) people
        ON CONFLICT (person_id) WHERE state = 'gathering' DO UPDATE SET next_attempt_at = m.next_attempt_at
        RETURNING m.id, m.person_id
    ), mentioned AS (
        INSERT INTO mention (message_id, reminder_id, ends)
        SELECT g.id, t.reminder_id, CAST(:ends AS int) FROM mentions t JOIN gathering g ON g.person_id = t.person_id
    ), proposed AS (
        INSERT INTO letter (id, cbo_id, request_id, reminder_id, state, language, proposed_at)
        SELECT new_id(), r.cbo_id, r.request_id, r.id,
            CASE WHEN q.import_key IS NOT NULL
                AND CAST(q.created_at AT TIME ZONE CAST(:zone AS text) AS date) = CAST(:day AS date)
            THEN 'held' ELSE 'proposed' END, 'km', :now
        FROM reminded r JOIN request q ON q.id = r.request_id AND q.body_known
        WHERE :proposes
    )
    SELECT due_on, request_id, kind AS clock, (SELECT count(*) FROM due) AS found,
        (SELECT count(*) FROM reminded) AS reminders,
        set_config('plan_cache_mode', 'auto', true)
    FROM due ORDER BY due_on DESC, request_id DESC, kind DESC LIMIT 1
"""  # noqa: S608 -- our own words
)
_HAS_MESSAGE = "EXISTS (SELECT FROM message o WHERE o.person_id = m.person_id AND o.day = :day)"
_LET_GO = text(
    f"""
    UPDATE message m SET state = 'queued', day = CASE WHEN NOT {_HAS_MESSAGE} THEN CAST(:day AS date) END,
        next_attempt_at = {TURN}
    FROM person p
    WHERE p.id = m.person_id AND m.state = 'gathering' AND (NOT {_HAS_MESSAGE} OR EXISTS (
        SELECT FROM mention n JOIN reminder r ON r.id = n.reminder_id WHERE n.message_id = m.id AND r.due_on = :day
    ))
    RETURNING m.id
"""  # noqa: S608 -- our own words
)
_BEGINNING: dict[str, object] = {
    "due_on": date.min,
    "request_id": "00000000-0000-0000-0000-000000000000",
    "clock": "",
}


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep queued, and the rules that failed."""

    reminders: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()


async def sweep(
    database: Database,
    day: date,
    now: datetime,
    *,
    host: str,
    zone: str = "Asia/Phnom_Penh",
    size: int = BATCH,
) -> Swept:
    """Queue the reminders of `day`; a rule that fails does not stop the others.

    `host` is the right side of the Message-IDs, and `zone` the time zone of people's hours.
    Each batch is a transaction of its own.
    """
    async with database.transaction() as session:
        calendar = await reading_calendar(session)
        own = await own_rules(session)
    moment = {**values_of(now, day, zone), "host": host}
    reminders = messages = 0
    failed: list[str] = []
    spoken = [(None, DEFAULT_RULES), *own.items()]
    for campaign_id, rule in ((campaign_id, rule) for campaign_id, rules in spoken for rule in rules):
        whose = {"campaign": campaign_id, "campaigns": list(own)}
        try:
            for occasion in rule.occasions():
                values = {
                    **moment,
                    **whose,
                    **values_of_occasion(rule, occasion, day, calendar),
                    "size": size,
                }
                reminders += await _reminded(database, values)
        except Exception:
            log.exception("sweep_failed", rule=rule.name)
            failed.append(rule.name)
    for name, queue in (("messages", _let_go), ("digest", queue_digests)):
        try:
            async with database.transaction() as session:
                messages += await queue(session, moment, calendar)
        except Exception:
            log.exception("queueing_failed", what=name)
            failed.append(name)
    return Swept(reminders, messages, tuple(failed))


async def _reminded(database: Database, values: Mapping[str, object]) -> int:
    """Make the reminders of one occasion, batch by batch; returns how many."""
    reminders: int = 0
    mark: Mapping[str, object] = _BEGINNING
    if values["first"] > values["last"]:  # type: ignore[operator]
        return 0
    while True:
        async with database.transaction() as session:
            await session.execute(_PLAN_EACH_TIME)
            row = (await session.execute(_BATCH_OF_REMINDERS, {**values, **mark})).one_or_none()
        if row is None:
            return reminders
        reminders += int(row.reminders)
        if row.found < values["size"]:
            return reminders
        mark = {name: getattr(row, name) for name in _BEGINNING}


async def _let_go(session: AsyncSession, moment: Mapping[str, Any], _: Calendar) -> int:
    """Queue the messages that are complete; returns how many."""
    gone = (await session.execute(_LET_GO, moment)).all()
    return len(gone)


async def reading_calendar(session: AsyncSession) -> Calendar:
    """The working days of Cambodia, where the readers are, whichever statute applies."""
    return await calendar_of(session, ("KH",), WEEKENDS["sat-sun"])


def values_of_occasion(
    rule: ReminderRule, occasion: Occasion, day: date, calendar: Calendar
) -> dict[str, object]:
    """The values of a batch: what is due, and for whom."""
    first, last = due_dates(occasion, day, calendar)
    return {
        "rule": rule.name,
        "occasion": occasion.number,
        "ends": occasion.ends,
        "clocks": sorted(rule.about.clocks),
        "roles": sorted(rule.to.roles),
        "proposes": rule.to is Audience.BODY,
        "first": first,
        "last": last,
        "kind": MessageKind.REMINDER,
    }
