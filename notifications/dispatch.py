"""Messages whose turn has come, handed to the mail server.

A message is claimed, then handed over with a commit just before the final dot, then marked with what the
server said. Whoever dies in between leaves a row that tells how far it came: up to the dot nothing was
sent; after it nobody can know, so a reminder goes out again under the same Message-ID.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiosmtplib import SMTP

from notifications import letters, outbox
from notifications.outbox import Claimed, Ledger, Mark
from notifications.wire import Outcome, ServerTrouble, Verdict, Wire
from rti import wallclock
from rti.correspondence.kinds import MessageKind, MessageState
from rti.db import Database
from rti.settings import Settings

ROUND = timedelta(minutes=3)
"""How long messages of one claim are begun; with one conversation's patience it stays within the lease."""
ROUND_SIZE = 400
CONNECTIONS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
GIVE_UP_AFTER = timedelta(hours=72)
SENT_AGAIN_IN_DOUBT = frozenset({MessageKind.REMINDER, MessageKind.DIGEST})
"""Kinds of which a repeat does no harm; any other waits as unknown for a person."""

Clock = Callable[[], datetime]
log = structlog.get_logger()


@dataclass(slots=True)
class Dispatched:
    """How many messages came into which state, and what is the matter with the server if anything."""

    states: Counter[MessageState] = field(default_factory=Counter)
    trouble: ServerTrouble | None = None


@dataclass(slots=True)
class _Round:
    """What the connections of one claim share."""

    messages: deque[Claimed]
    wire: Wire
    ledger: Ledger
    clock: Clock
    ends_at: datetime
    sender: str
    stopping: asyncio.Event
    done: Dispatched
    marking: set[asyncio.Task[None]] = field(default_factory=set)
    """Ends of messages that are being written down while their connections already serve others."""

    @property
    def over(self) -> bool:
        return self.stopping.is_set() or self.done.trouble is not None or self.clock() >= self.ends_at


async def dispatch(
    database: Database,
    settings: Settings,
    *,
    clock: Clock = wallclock.now,
    stopping: asyncio.Event | None = None,
    wire: Wire | None = None,
) -> Dispatched:
    """Send all that is due; without a mail server, keep it.

    Ends early, and releases what it has claimed, when the server is in trouble or `stopping` is set.
    """
    if settings.smtp_url:
        wire = wire or Wire(settings.smtp_url, settings.mail_from)
    stopping = stopping or asyncio.Event()
    done = Dispatched()
    ledger = Ledger(database)
    idle: list[SMTP] = []
    try:
        while done.trouble is None and not stopping.is_set():
            now = clock()
            day = wallclock.day_of(now, settings.timezone)
            claim = await outbox.claim(
                database, now, day, address=settings.address, zone=settings.timezone, size=ROUND_SIZE
            )
            done.states.update(mark.state for mark in claim.dropped)
            if claim.messages and wire is None:
                await _keep(database, claim.messages, now, done)
            elif claim.messages and wire:
                shared = _Round(
                    messages=deque(claim.messages),
                    wire=wire,
                    ledger=ledger,
                    clock=clock,
                    ends_at=now + ROUND,
                    sender=settings.mail_from,
                    stopping=stopping,
                    done=done,
                )
                await _send(shared, idle)
            if claim.size < ROUND_SIZE:
                break
    finally:
        for client in idle:
            client.close()
    return done


async def _keep(database: Database, messages: Sequence[Claimed], now: datetime, done: Dispatched) -> None:
    async with database.transaction() as session:
        await outbox.write(session, [Mark(each, MessageState.KEPT, finished_at=now) for each in messages])
    done.states[MessageState.KEPT] += len(messages)


async def _send(shared: _Round, idle: list[SMTP]) -> None:
    """Work off one claim over several connections, and release what is left."""
    if await _reachable(shared, idle):
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(CONNECTIONS, len(shared.messages))):
                    group.create_task(_converse(shared, idle))
        finally:
            await asyncio.gather(*shared.marking)
    left = [Mark(each, MessageState.QUEUED, next_attempt_at=shared.clock()) for each in shared.messages]
    await asyncio.gather(*(shared.ledger.mark(mark) for mark in left))


async def _reachable(shared: _Round, idle: list[SMTP]) -> bool:
    """Whether one connection can be had; tried alone, because ten refused sign-ins may lock an account."""
    idle[:] = [client for client in idle if client.is_connected]
    if idle:
        return True
    try:
        idle.append(await shared.wire.connect())
    except ServerTrouble as trouble:
        _note(shared, trouble)
        return False
    return True


def _note(shared: _Round, trouble: ServerTrouble) -> None:
    shared.done.trouble = shared.done.trouble or trouble
    log.warning("mail_server_trouble", trouble=str(trouble), settings=trouble.settings)


async def _converse(shared: _Round, idle: list[SMTP]) -> None:
    """Send messages over one connection, one after the other, until none is left or the round is over."""
    client = idle.pop() if idle else None
    try:
        while shared.messages and not shared.over:
            message = shared.messages.popleft()
            try:
                if client is None or not client.is_connected:
                    client = await shared.wire.connect()
                outcome = await _hand_over(shared, client, message)
            except ServerTrouble as trouble:
                _note(shared, trouble)
                _mark(shared, _after_trouble(message, trouble, shared.clock()))
            else:
                if outcome is not None:
                    _mark(shared, _after(message, outcome, shared.clock()))
    except BaseException:
        if client is not None:
            client.close()
        raise
    if client is not None and client.is_connected:
        idle.append(client)


async def _hand_over(shared: _Round, client: SMTP, message: Claimed) -> Outcome | None:
    try:
        content = letters.compose(
            message.letter,
            sender=shared.sender,
            to=message.to,
            message_id=message.message_id,
            language=message.language,
            written_at=message.created_at,
        )
    except ValueError:
        return Outcome(Verdict.REFUSED, "the address cannot be written")
    return await shared.wire.hand_over(
        client, message.to, content, lambda: shared.ledger.mark(Mark(message, MessageState.HANDED))
    )


def _mark(shared: _Round, mark: Mark) -> None:
    shared.marking.add(asyncio.create_task(_marked(shared, mark)))


async def _marked(shared: _Round, mark: Mark) -> None:
    if await shared.ledger.mark(mark):
        shared.done.states[mark.state] += 1
        if mark.ambiguous:
            log.warning("message_ambiguous", message=str(mark.message.id), attempt=mark.message.attempt)


def _after_trouble(message: Claimed, trouble: ServerTrouble, now: datetime) -> Mark:
    """Wrong settings are not the message's fault; anything slow or away may be, so it lets others go first."""
    if trouble.settings:
        return Mark(message, MessageState.QUEUED, next_attempt_at=now)
    return Mark(
        message, MessageState.DEFERRED, next_attempt_at=now + pause(message.deferrals), reply=str(trouble)
    )


def _after(message: Claimed, outcome: Outcome, now: datetime) -> Mark:
    """What an outcome makes of a message."""
    if outcome.verdict is Verdict.ACCEPTED:
        return Mark(message, MessageState.ACCEPTED, finished_at=now, reply=outcome.reply)
    if outcome.verdict is Verdict.REFUSED:
        return Mark(message, MessageState.FAILED, finished_at=now, reply=outcome.reply)
    doubt = outcome.verdict is Verdict.AMBIGUOUS
    if doubt and message.kind not in SENT_AGAIN_IN_DOUBT:
        return Mark(message, MessageState.UNKNOWN, finished_at=now, reply=outcome.reply, ambiguous=True)
    if now - message.created_at > GIVE_UP_AFTER:
        state = MessageState.UNKNOWN if doubt or message.ambiguous else MessageState.FAILED
        return Mark(message, state, finished_at=now, reply=outcome.reply, ambiguous=doubt)
    return Mark(
        message,
        MessageState.DEFERRED,
        next_attempt_at=now + pause(message.deferrals),
        reply=outcome.reply,
        ambiguous=doubt,
    )


def pause(deferrals: int) -> timedelta:
    """From a minute, doubled each time, to four hours; spread, so that not all come back at once."""
    whole = min(FIRST_PAUSE * (1 << min(deferrals, 10)), LONGEST_PAUSE)
    return whole * random.uniform(0.75, 1.25)  # noqa: S311 -- no secret
