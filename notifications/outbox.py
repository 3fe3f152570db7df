"""Claiming messages, and recording the result of each attempt.

Only rows that nobody else holds are claimed (SKIP LOCKED), for the length of a lease; every later write
names the attempt, so that a dispatcher whose lease has expired can no longer write anything.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from notifications import render
from notifications.bounces import health_by_address
from notifications.digests import NOTHING_DUE, contents, mails_lists, news
from notifications.hours import put_off
from notifications.sweep import reading_calendar
from rti.accounts.invitations import GOOD_FOR
from rti.core.db import Database
from rti.core.roles import Reader, Role
from rti.law.calendars import Calendar
from rti.law.reminders import first_due
from rti.models.messages import AddressHealth, Channel, MessageKind, MessageState

Way = tuple[Channel, str]
"""A channel, and an address on it."""
LEASE = timedelta(minutes=15)
"""How long a claimed message belongs to its dispatcher: longer than the slowest conversation."""
HELD_IN_DOUBT = frozenset({MessageKind.LETTER})
"""Kinds that wait as unknown for a person, because a repeat may do harm."""
TOLD_AS_GIVEN = frozenset({MessageKind.ANCHOR, MessageKind.INVITATION, MessageKind.CODE, MessageKind.REPORT})
"""Kinds whose values were final when they were queued."""

# No turn is put off for two days, so one further ahead was given while the clock was wrong.
_CALL_BACK = text("""
    UPDATE message SET next_attempt_at = :now
    WHERE state IN ('queued', 'deferred', 'claimed', 'handed')
      AND next_attempt_at > CAST(:now AS timestamptz) + interval '3 days'
""")
_CLAIM = text("""
    WITH due AS (
        SELECT id, state FROM message d
        WHERE state IN ('queued', 'deferred', 'claimed', 'handed')
          AND next_attempt_at <= :now
          AND (:mailing OR d.channel <> 'email' OR (d.to_address IS NULL AND EXISTS (
              SELECT FROM channel_address a WHERE a.person_id = d.person_id AND a.chosen AND a.code IS NULL AND a.channel <> 'email'
          )))
        ORDER BY next_attempt_at, id LIMIT :size FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET state = 'claimed', attempt = m.attempt + 1, next_attempt_at = :lease_ends,
        ambiguous = m.ambiguous + CAST(due.state = 'handed' AS int)
    FROM due WHERE m.id = due.id
    RETURNING m.id, due.state = 'handed' AS in_doubt
""")
_CLAIMED = text("""
    SELECT m.id, m.person_id, p.role, m.attempt, m.kind, m.values, m.message_id, m.created_at, m.deferrals, m.ambiguous,
        m.subject, m.body, m.to_address, m.channel, a.address AS chosen_address, a.channel AS chosen_channel, p.email,
        coalesce(m.language, p.language) AS language, coalesce(p.wants_detail, false) AS named,
        coalesce(c.sends_messages AND c.locked_at IS NULL, true)
            AND (p.id IS NULL OR (p.disabled_at IS NULL AND (p.wants_reminders OR m.kind = 'code'))) AS welcome,
        p.disabled_at IS NULL AND c.locked_at IS NULL AS active,
        d.request_id IS NOT NULL AND s.id IS NULL AS running, l.request_id
    FROM message m
    LEFT JOIN person p ON p.id = m.person_id
    LEFT JOIN channel_address a ON a.person_id = p.id AND a.chosen AND a.code IS NULL
    LEFT JOIN letter l ON l.id = m.letter_id
    LEFT JOIN reminder r ON r.id = l.reminder_id
    LEFT JOIN deadline d ON d.request_id = r.request_id AND d.kind = r.clock AND d.epoch = r.epoch
        AND d.due_on = r.due_on AND d.state = 'running'
    LEFT JOIN snooze s ON s.request_id = r.request_id AND s.ended_at IS NULL AND s.until > :day
    LEFT JOIN cbo c ON c.id = coalesce(p.cbo_id, l.cbo_id)
    WHERE m.id = ANY(CAST(:ids AS uuid[]))
    ORDER BY m.created_at, m.id
""")
_MENTIONED = text("""
    SELECT DISTINCT n.message_id, r.request_id, r.clock, r.due_on, n.ends, q.reference, q.title, b.name_en, b.name_km
    FROM mention n
    JOIN reminder r ON r.id = n.reminder_id
    JOIN deadline d ON d.request_id = r.request_id AND d.kind = r.clock AND d.epoch = r.epoch
        AND d.due_on = r.due_on AND d.state = 'running'
    JOIN request q ON q.id = r.request_id
    JOIN public_body b ON b.id = q.body_id
    WHERE n.message_id = ANY(CAST(:ids AS uuid[]))
      AND NOT EXISTS (SELECT FROM snooze s WHERE s.request_id = r.request_id AND s.ended_at IS NULL AND s.until > :day)
    ORDER BY n.message_id, r.due_on, r.request_id, r.clock
""")
"""The reminders in messages that are still worth sending."""
_WRITTEN = text("""
    UPDATE message m SET subject = w.subject, body = w.body, channel = w.channel, to_address = w.to_address,
        language = w.language
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:subjects AS text[]), CAST(:bodies AS text[]), CAST(:channels AS text[]),
        CAST(:addresses AS text[]), CAST(:languages AS text[])
    ) AS w (id, subject, body, channel, to_address, language)
    WHERE m.id = w.id
""")
_MARK = text("""
    WITH marked AS (
        UPDATE message m SET state = w.state, next_attempt_at = coalesce(w.next_attempt_at, m.next_attempt_at),
            finished_at = w.finished_at, last_reply = coalesce(w.reply, m.last_reply),
            deferrals = m.deferrals + CAST(w.state = 'deferred' AS int),
            ambiguous = m.ambiguous + CAST(w.ambiguous AS int)
        FROM unnest(
            CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:states AS text[]),
            CAST(:next AS timestamptz[]), CAST(:finished AS timestamptz[]), CAST(:replies AS text[]),
            CAST(:ambiguous AS boolean[]), CAST(:bounced AS text[])
        ) AS w (id, attempt, state, next_attempt_at, finished_at, reply, ambiguous, bounced)
        WHERE m.id = w.id AND m.attempt = w.attempt AND m.state IN ('claimed', 'handed')
        RETURNING m.id, m.person_id, m.channel, m.to_address, w.bounced, w.finished_at
    ), noted AS (
        INSERT INTO bounce (message_id, person_id, channel, address, status, reported_at)
        SELECT id, person_id, channel, to_address, bounced, finished_at FROM marked WHERE bounced IS NOT NULL
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM marked
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until the lease ends, with its text; for a letter also its request."""

    id: UUID
    person_id: UUID | None
    request_id: UUID | None
    attempt: int
    kind: MessageKind
    message_id: str
    channel: Channel
    to: str
    language: str
    letter: render.RenderedMessage
    created_at: datetime
    deferrals: int
    ambiguous: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The result of one attempt, to be stored."""

    message: Claimed
    state: MessageState
    next_attempt_at: datetime | None = None
    finished_at: datetime | None = None
    reply: str | None = None
    ambiguous: bool = False
    bounced: str | None = None
    """The status (RFC 3463) with which the address rejected it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The messages to send, the results of those settled without sending, and how many were claimed."""

    messages: Sequence[Claimed]
    settled: Sequence[Mark]
    size: int


async def claim(
    database: Database,
    now: datetime,
    day: date,
    *,
    address: str,
    zone: str,
    size: int,
    channels: Collection[Channel] = (Channel.EMAIL,),
    mailing: bool = True,
) -> Claim:
    """Claim up to `size` messages that are due; those without a text get their final one.

    `address` is where links in the text begin, `zone` the time zone of the hours that people have chosen. One
    for which no channel of `channels` leads to an address that works is kept. Where not `mailing`, only those
    are claimed that may go by another channel than e-mail.
    """
    async with database.transaction() as session:
        await session.execute(_CALL_BACK, {"now": now})
        await put_off(session, now, day, zone)
        taken = {"now": now, "size": size, "lease_ends": now + LEASE, "mailing": mailing}
        in_doubt = {row.id: row.in_doubt for row in await session.execute(_CLAIM, taken)}
        if not in_doubt:
            return Claim((), (), 0)
        calendar = await reading_calendar(session)
        messages, unwritten, settled = [], [], []
        claimed = {"ids": list(in_doubt), "day": day}
        rows = (await session.execute(_CLAIMED, claimed)).all()
        due = await _due(session, claimed, calendar)
        known = await health_by_address(session, [way for row in rows for way in _ways(row)])
        for row in rows:
            usable = [way for way in _ways(row) if way[0] in channels and _works(row, known.get(way))]
            values = await _values(database, session, row, due[row.id], now, day, calendar)
            letter = _letter(row, values, day, calendar, address)
            message = _claimed(row, usable or _ways(row)[-1:], letter)
            if in_doubt[row.id] and message.kind in HELD_IN_DOUBT:
                settled.append(Mark(message, MessageState.UNKNOWN, finished_at=now))
                continue
            if not values:
                settled.append(_drop(message, now))
                continue
            if row.subject is None:
                unwritten.append(message)
            if usable:
                messages.append(message)
            else:
                settled.append(_keep(message, now))
        await _keep_texts(session, unwritten)
        await write(session, settled)
    return Claim(messages, settled, len(in_doubt))


async def _due(
    session: AsyncSession, claimed: Mapping[str, Any], calendar: Calendar
) -> Mapping[UUID, list[dict[str, Any]]]:
    """The dates that each message is still about, each once, the earliest first."""
    found: dict[UUID, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    first = cache(lambda ends: first_due(ends, claimed["day"], calendar))
    for each in (await session.execute(_MENTIONED, claimed)).mappings():
        if each["due_on"] >= first(each["ends"]):
            date_of = (each["request_id"], each["clock"], each["due_on"])
            found[each["message_id"]].setdefault(date_of, dict(each))
    return defaultdict(list, {message_id: list(dates.values()) for message_id, dates in found.items()})


async def _digest(
    database: Database, session: AsyncSession, row: Row[Any], day: date, calendar: Calendar
) -> dict[str, Any]:
    """What is due and what is new in saved lists; what is new was mentioned where there is a text already."""
    reader = Reader(row.person_id, Role(row.role))
    due = await contents(session, reader, day, calendar, named=row.named)
    lists = await news(database, session, reader, day) if row.subject is None else []
    if not due and not lists and not (row.subject and await mails_lists(session, reader)):
        return {}
    return {**NOTHING_DUE, **due, "lists": lists, "named": row.named}


async def _values(
    database: Database,
    session: AsyncSession,
    row: Row[Any],
    due: Sequence[Mapping[str, Any]],
    now: datetime,
    day: date,
    calendar: Calendar,
) -> dict[str, Any]:
    """The values of a message; empty where it is no longer worth sending.

    That is when the person opted out, no clock runs any more to a date of which a rule has something to say,
    or a digest finds nothing. A letter that a person approved goes out while its clock runs,
    and an invitation while its link is good.
    """
    if not _welcome(row, now):
        return {}
    if row.kind in TOLD_AS_GIVEN:
        return {**row.values, "named": row.named}
    if row.kind == MessageKind.DIGEST:
        return await _digest(database, session, row, day, calendar)
    if row.kind == MessageKind.REMINDER:
        return {"due": due, "named": row.named} if due else {}
    return dict(row.values) if row.running else {}


def _welcome(row: Row[Any], now: datetime) -> bool:
    """Whether the message still has a reader who wants it."""
    if row.kind == MessageKind.ANCHOR:
        return True
    if row.kind == MessageKind.INVITATION:
        return bool(row.active) and row.created_at > now - GOOD_FOR
    return bool(row.welcome)


def _letter(
    row: Row[Any], values: dict[str, Any], day: date, calendar: Calendar, address: str
) -> render.RenderedMessage:
    """The text, stored when it is first rendered; empty where there is nothing to send."""
    if row.subject is not None or not values:
        return render.RenderedMessage(row.subject or "", row.body or "")
    return render.write(
        MessageKind(row.kind), values, language=row.language, day=day, calendar=calendar, address=address
    )


def _ways(row: Row[Any]) -> list[Way]:
    """The channels and addresses of a person, the chosen one first; a message that has a text keeps its address."""
    if row.to_address is not None:
        return [(Channel(row.channel), row.to_address)]
    chosen = [(Channel(row.chosen_channel), row.chosen_address)] if row.chosen_address else []
    return [*chosen, (Channel.EMAIL, row.email)]


def _works(row: Row[Any], standing: AddressHealth | None) -> bool:
    """Whether to send to an address; a letter is always tried, because a person has just approved it."""
    return standing is not AddressHealth.DISABLED or row.kind == MessageKind.LETTER


def _claimed(row: Row[Any], ways: Sequence[Way], letter: render.RenderedMessage) -> Claimed:
    channel, to = ways[0]
    return Claimed(
        id=row.id,
        person_id=row.person_id,
        request_id=row.request_id,
        attempt=row.attempt,
        kind=MessageKind(row.kind),
        message_id=row.message_id,
        channel=channel,
        to=to,
        language=row.language,
        letter=letter,
        created_at=row.created_at,
        deferrals=row.deferrals,
        ambiguous=row.ambiguous,
    )


def _drop(message: Claimed, now: datetime) -> Mark:
    """Drop a message that is no longer worth sending, unless it may have arrived already."""
    state = MessageState.UNKNOWN if message.ambiguous else MessageState.DROPPED
    return Mark(message, state, finished_at=now)


def _keep(message: Claimed, now: datetime) -> Mark:
    """Keep a message to be read under /mail, because every address of the person is switched off."""
    state = MessageState.UNKNOWN if message.ambiguous else MessageState.KEPT
    return Mark(message, state, finished_at=now, reply="no working address")


async def _keep_texts(session: AsyncSession, messages: Sequence[Claimed]) -> None:
    if messages:
        values = {
            "ids": [each.id for each in messages],
            "subjects": [each.letter.subject for each in messages],
            "bodies": [each.letter.body for each in messages],
            "channels": [each.channel.value for each in messages],
            "addresses": [each.to for each in messages],
            "languages": [each.language for each in messages],
        }
        await session.execute(_WRITTEN, values)


async def write(session: AsyncSession, marks: Sequence[Mark]) -> None:
    """Write marks of different messages, in the transaction that claimed them."""
    if marks:
        await session.execute(_MARK, _columns(marks))


def _columns(marks: Sequence[Mark]) -> dict[str, Any]:
    return {
        "ids": [mark.message.id for mark in marks],
        "attempts": [mark.message.attempt for mark in marks],
        "states": [mark.state.value for mark in marks],
        "next": [mark.next_attempt_at for mark in marks],
        "finished": [mark.finished_at for mark in marks],
        "replies": [mark.reply for mark in marks],
        "ambiguous": [mark.ambiguous for mark in marks],
        "bounced": [mark.bounced for mark in marks],
    }


class GroupCommitWriter:
    """Stores the results of several connections, together if they arrive together (group commit).

    While one transaction commits, new results are collected for the next one, so that a commit for each
    message costs no more than a commit for each round trip to the database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Mark, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def mark(self, mark: Mark) -> bool:
        """Store it and commit; False if the message is no longer ours."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((mark, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                rows = await self._database.alone(_MARK, _columns([mark for mark, _ in together]))
            except Exception as fault:  # noqa: BLE001 -- raised where the result is awaited
                for _, written in together:
                    if not written.done():
                        written.set_exception(fault)
                continue
            ours = {row.id for row in rows}
            for mark, written in together:
                if not written.done():
                    written.set_result(mark.message.id in ours)
