"""Finding the request of a message: by the address that it came to, then its thread, then its subject, else a person.

The address is that of the envelope. What is found by less than that is an answer only when a person says so, as any
other; and what is found nowhere is held.
"""

import re
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.cipher import Unreadable
from rti.core.db import Database
from rti.core.settings import Settings
from rti.encryption.data_keys import nobodys_keys
from rti.inbox.addresses import request_of
from rti.inbox.filing import Target, described, file_mail, mark, read_apart, thread_of
from rti.inbox.mail import Mail
from rti.inbox.store import Summary, seal, summary_of
from rti.jobs.leases import take
from rti.models.cbos import CboRow
from rti.models.inbox import FoundBy, IncomingRow, IncomingState
from rti.models.messages import LetterRow, MessageRow
from rti.models.requests import RequestRow

AT_ONCE = 20
LEASE = timedelta(minutes=10)
"""When a message is read again of which no reading came to an end."""
LOCKED_FOR = timedelta(hours=1)
"""When it is tried again to file what is for an organisation that is locked."""
MOST_CANDIDATES = 200
_TOKEN = re.compile(r"[^\s\[\](){}<>,;:!?\"'«»“”។៖]+")
log = structlog.get_logger()


async def sort_some(database: Database, settings: Settings, now: datetime) -> Counter[IncomingState]:
    """Read and file what has arrived, each in a transaction of its own."""
    due = select(IncomingRow.id).where(IncomingRow.next_attempt_at <= now)
    first = due.order_by(IncomingRow.next_attempt_at).limit(AT_ONCE)
    async with database.transaction() as session:
        leased = take(IncomingRow, first, next_attempt_at=now + LEASE).returning(IncomingRow.id)
        waiting = list(await session.scalars(leased))
    done: Counter[IncomingState] = Counter()
    for each in waiting:
        async with database.transaction() as session:
            done[await sort_one(session, each, settings, now)] += 1
    return done


async def sort_one(
    session: AsyncSession, incoming_id: UUID, settings: Settings, now: datetime
) -> IncomingState:
    """Read one message, and file it or hold it; returns where that leaves it."""
    row = await session.get_one(IncomingRow, incoming_id, with_for_update=True)
    if row.state is not IncomingState.ARRIVED:
        row.next_attempt_at = None
        return row.state
    keys = nobodys_keys(session)
    try:
        raw = keys.decrypt(IncomingRow.content, row.id, await _content(session, row))
    except Unreadable:
        log.exception("incoming_unreadable", incoming=str(row.id))
        return row.state
    envelope, mail = summary_of(row, keys), await read_apart(raw)
    mark(row, raw, mail, settings.secret)
    found = await find(session, envelope, mail, settings)
    if found is None:
        row.state, row.next_attempt_at = IncomingState.HELD, None
        seal(session, row, described(envelope, mail), raw)
        return row.state
    request, found_by = found
    if await session.scalar(select(CboRow.locked_at).where(CboRow.id == request.cbo_id)):
        row.request_id, row.next_attempt_at = request.id, now + LOCKED_FOR
        return row.state
    await file_mail(session, row, raw, mail, envelope, request, found_by=found_by, now=now)
    return row.state


async def _content(session: AsyncSession, row: IncomingRow) -> bytes:
    return await session.scalar(select(IncomingRow.content).where(IncomingRow.id == row.id)) or b""


async def find(
    session: AsyncSession, envelope: Summary, mail: Mail | None, settings: Settings
) -> tuple[Target, FoundBy] | None:
    """The request of a message and how it was found, or None."""
    named = request_of(envelope.envelope_to, settings.reply_address, settings.secret)
    ways: list[tuple[UUID | None, FoundBy]] = [(named, FoundBy.ADDRESS)]
    if mail:
        ways += [
            (await _by_thread(session, mail, settings.secret), FoundBy.THREAD),
            (await _by_subject(session, mail), FoundBy.SUBJECT),
        ]
    for request_id, found_by in ways:
        request = await _kept(session, request_id)
        if request:
            return request, found_by
    return None


async def _kept(session: AsyncSession, request_id: UUID | None) -> Target | None:
    """The request, or the one of which it is a duplicate."""
    if request_id is None:
        return None
    columns = (RequestRow.id, RequestRow.cbo_id, RequestRow.duplicate_of)
    found = (await session.execute(select(*columns).where(RequestRow.id == request_id))).one_or_none()
    if found is None:
        return None
    return Target(found.duplicate_of or found.id, found.cbo_id)


async def _by_thread(session: AsyncSession, mail: Mail, secret: str) -> UUID | None:
    """What a message answers: a letter that we sent, or another message that was filed; the nearest first."""
    for message_id in mail.references:
        letter = select(LetterRow.request_id).join(MessageRow, MessageRow.letter_id == LetterRow.id)
        found: UUID | None = await session.scalar(letter.where(MessageRow.message_id == message_id))
        earlier = select(IncomingRow.request_id).where(
            IncomingRow.thread == thread_of(message_id, secret), IncomingRow.request_id.is_not(None)
        )
        found = found or await session.scalar(earlier.limit(1))
        if found:
            return found
    return None


async def _by_subject(session: AsyncSession, mail: Mail) -> UUID | None:
    """The only request whose reference stands in the subject as a word of its own."""
    plain = {word.strip(".") for word in _TOKEN.findall(mail.subject)}
    words = plain | {word.upper() for word in plain}
    if not words or len(words) > MOST_CANDIDATES:
        return None
    found = await session.scalars(select(RequestRow.id).where(RequestRow.reference.in_(words)).limit(2))
    ids = found.all()
    return ids[0] if len(ids) == 1 else None
