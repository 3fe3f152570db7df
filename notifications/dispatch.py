"""Sending the messages that are due.

A message is claimed, then handed over with a commit just before the final dot, then marked with what the
server said. A process that dies in between leaves a row that shows how far it got: up to the dot nothing was
sent; after it nobody can know, so a reminder goes out again under the same Message-ID.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiosmtplib import SMTP

from notifications import delivery_reports, outbox, render, unsubscribe
from notifications.gateways import Gateways
from notifications.outbox import Claimed, GroupCommitWriter, Mark
from notifications.smtp import Delivery, DeliveryStatus, MailServer, ServerTrouble
from rti.core import wallclock
from rti.core.db import Database
from rti.core.settings import Settings
from rti.inbox.addresses import reply_address
from rti.jobs.leases import back_off
from rti.models.messages import Channel, MessageKind, MessageState

ROUND = timedelta(minutes=3)
"""How long after a claim its messages are still started; with the timeouts of one conversation it stays within the lease."""
ROUND_SIZE = 1_000
CONNECTIONS = 20
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
GIVE_UP_AFTER = timedelta(hours=72)

Clock = Callable[[], datetime]
log = structlog.get_logger()


@dataclass(slots=True)
class Dispatched:
    """How many messages got into which state, and the trouble with the server, if any."""

    states: Counter[MessageState] = field(default_factory=Counter)
    trouble: ServerTrouble | None = None


@dataclass(slots=True)
class _Round:
    """What the connections of one claim share."""

    mails: deque[Claimed]
    others: deque[Claimed]
    mail_server: MailServer | None
    gateways: Gateways
    writer: GroupCommitWriter
    clock: Clock
    ends_at: datetime
    settings: Settings
    stopping: asyncio.Event
    done: Dispatched
    mailing: bool
    """Whether the mail server is used; other channels do not depend on it."""
    slow: set[str] = field(default_factory=set)
    """Domains that did not answer in time; other messages to them wait until the rest is sent."""
    marking: set[asyncio.Task[None]] = field(default_factory=set)
    """Results being stored while their connections already send other messages."""

    @property
    def over(self) -> bool:
        return self.stopping.is_set() or self.clock() >= self.ends_at


async def dispatch(
    database: Database,
    settings: Settings,
    *,
    clock: Clock = wallclock.now,
    stopping: asyncio.Event | None = None,
    mail_server: MailServer | None = None,
    mailing: bool = True,
    size: int = ROUND_SIZE,
) -> Dispatched:
    """Send all that is due, `size` messages at a time; without a mail server, keep it.

    Stops early, and releases what it has claimed, if `stopping` is set. When the mail server is in trouble,
    or from the beginning where not `mailing`, only what goes by other channels is sent.
    """
    if settings.smtp_url:
        mail_server = mail_server or MailServer(settings.smtp_url, settings.mail_from)
    stopping = stopping or asyncio.Event()
    gateways, writer, done = Gateways(settings), GroupCommitWriter(database), Dispatched()
    idle: list[SMTP] = []
    shared = _Round(
        deque(), deque(), mail_server, gateways, writer, clock, clock(), settings, stopping, done, mailing
    )
    try:
        while (shared.mailing or gateways.channels) and not stopping.is_set():
            now = clock()
            claim = await outbox.claim(
                database,
                now,
                wallclock.day_of(now, settings.timezone),
                address=settings.address,
                zone=settings.timezone,
                size=size,
                channels={Channel.EMAIL, *gateways.channels},
                mailing=shared.mailing,
            )
            done.states.update(mark.state for mark in claim.settled)
            shared.ends_at = clock() + ROUND
            shared.mails.extend(each for each in claim.messages if each.channel is Channel.EMAIL)
            shared.others.extend(each for each in claim.messages if each.channel is not Channel.EMAIL)
            await _send(shared, idle)
            if claim.size < size:
                break
    finally:
        for client in idle:
            client.close()
    return done


async def _send(shared: _Round, idle: list[SMTP]) -> None:
    """Work off one claim over several connections and gateways at once, and release what is left."""
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(CONNECTIONS, len(shared.others))):
                group.create_task(_through_gateways(shared))
            if shared.mails and shared.mailing:
                await _mail(shared, idle)
    finally:
        await asyncio.gather(*shared.marking)
        shared.marking.clear()
    left = [
        Mark(each, MessageState.QUEUED, next_attempt_at=shared.clock())
        for each in (*shared.mails, *shared.others)
    ]
    await asyncio.gather(*(shared.writer.mark(mark) for mark in left))
    shared.mails.clear()
    shared.others.clear()


async def _mail(shared: _Round, idle: list[SMTP]) -> None:
    """Send mails over several connections; without a mail server, keep them."""
    if shared.mail_server is None:
        while shared.mails:
            _mark(shared, Mark(shared.mails.popleft(), MessageState.KEPT, finished_at=shared.clock()))
    elif await _reachable(shared.mail_server, shared, idle):
        async with asyncio.TaskGroup() as group:
            for _ in range(min(CONNECTIONS, len(shared.mails))):
                group.create_task(_converse(shared.mail_server, shared, idle))


async def _through_gateways(shared: _Round) -> None:
    while shared.others and not shared.over:
        message = shared.others.popleft()
        if await shared.writer.mark(Mark(message, MessageState.HANDED)):
            outcome = await shared.gateways.send(message.channel, message.to, message.letter)
            _mark(shared, _after(message, outcome, shared.clock()))


async def _reachable(mail_server: MailServer, shared: _Round, idle: list[SMTP]) -> bool:
    """Whether the server accepts a connection; tried with one, because ten failed sign-ins may lock an account."""
    idle[:] = [client for client in idle if client.is_connected]
    if idle:
        return True
    try:
        idle.append(await mail_server.connect())
    except ServerTrouble as trouble:
        _note(shared, trouble)
        return False
    return True


def _note(shared: _Round, trouble: ServerTrouble) -> None:
    shared.done.trouble, shared.mailing = shared.done.trouble or trouble, False
    log.warning("mail_server_trouble", trouble=str(trouble), settings=trouble.settings)


async def _converse(mail_server: MailServer, shared: _Round, idle: list[SMTP]) -> None:
    """Send messages over one connection, one after the other, until none is left or the round is over."""
    client = idle.pop() if idle else None
    try:
        while message := _next(shared):
            try:
                if client is None or not client.is_connected:
                    client = await mail_server.connect()
                outcome = await _send_one(mail_server, shared, client, message)
            except ServerTrouble as trouble:
                _note(shared, trouble)
                _mark(shared, _after_trouble(message, trouble, shared.clock()))
            else:
                if outcome is not None:
                    if outcome.slow:
                        shared.slow.add(_domain(message))
                    _mark(shared, _after(message, outcome, shared.clock()))
    except BaseException:
        if client is not None:
            client.close()
        raise
    if client is not None and client.is_connected:
        idle.append(client)


def _next(shared: _Round) -> Claimed | None:
    """The next message to send; those to a slow domain are given back for a minute."""
    while shared.mails and shared.mailing and not shared.over:
        message = shared.mails.popleft()
        if _domain(message) not in shared.slow:
            return message
        later = shared.clock() + FIRST_PAUSE
        _mark(shared, Mark(message, MessageState.QUEUED, next_attempt_at=later))
    return None


def _domain(message: Claimed) -> str:
    return message.to.rpartition("@")[2].lower()


async def _send_one(
    mail_server: MailServer, shared: _Round, client: SMTP, message: Claimed
) -> Delivery | None:
    settings = shared.settings
    answers = ""
    if message.request_id and settings.reply_address:
        answers = reply_address(message.request_id, settings.reply_address, settings.secret)
    try:
        content = render.compose(
            message.letter,
            sender=settings.mail_from,
            to=message.to,
            message_id=message.message_id,
            language=message.language,
            written_at=message.created_at,
            unsubscribe=_unsubscribe(message, settings),
            reply_to=answers,
        )
    except ValueError:
        return Delivery(DeliveryStatus.REFUSED, "the address is not valid", "5.1.3")
    bounces = settings.bounce_address and delivery_reports.sender_of(
        message.id, settings.bounce_address, settings.secret
    )
    return await mail_server.send(
        client,
        message.to,
        content,
        lambda: shared.writer.mark(Mark(message, MessageState.HANDED)),
        sender=bounces or answers,
    )


_ENDED_BY_A_CLICK = {MessageKind.DIGEST, MessageKind.REPORT}


def _unsubscribe(message: Claimed, settings: Settings) -> str:
    """The address for unsubscribing in one click, which RFC 8058 allows over HTTPS only."""
    if message.kind not in _ENDED_BY_A_CLICK or message.person_id is None or not settings.secure_cookies:
        return ""
    return unsubscribe.address(settings.address, message.person_id, settings.secret)


def _mark(shared: _Round, mark: Mark) -> None:
    shared.marking.add(asyncio.create_task(_marked(shared, mark)))


async def _marked(shared: _Round, mark: Mark) -> None:
    if await shared.writer.mark(mark):
        shared.done.states[mark.state] += 1
        if mark.ambiguous:
            log.warning("message_ambiguous", message=str(mark.message.id), attempt=mark.message.attempt)


def _after_trouble(message: Claimed, trouble: ServerTrouble, now: datetime) -> Mark:
    """Wrong settings are not the fault of the message; a slow or lost server may be, so others are sent first."""
    if trouble.settings:
        return Mark(message, MessageState.QUEUED, next_attempt_at=now)
    return Mark(
        message, MessageState.DEFERRED, next_attempt_at=now + pause(message.deferrals), reply=str(trouble)
    )


def _after(message: Claimed, outcome: Delivery, now: datetime) -> Mark:
    """What an outcome makes of a message."""
    if outcome.status is DeliveryStatus.ACCEPTED:
        return Mark(message, MessageState.ACCEPTED, finished_at=now, reply=outcome.reply)
    if outcome.status is DeliveryStatus.REFUSED:
        return Mark(
            message, MessageState.FAILED, finished_at=now, reply=outcome.reply, bounced=outcome.bounced
        )
    doubt = outcome.status is DeliveryStatus.AMBIGUOUS
    if doubt and message.kind in outbox.HELD_IN_DOUBT:
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
    """One minute, doubled each time, up to four hours."""
    return back_off(deferrals, FIRST_PAUSE, LONGEST_PAUSE)
