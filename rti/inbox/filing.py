"""Filing incoming messages and scans with their request: an entry of the timeline that stops no clock, with every file as evidence."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.db import new_id
from rti.core.wallclock import HOME_ZONE, day_of
from rti.encryption.data_keys import DataKeys, keys_to_encrypt
from rti.files import sandbox
from rti.files.media_types import clean_file_name, guessed
from rti.inbox import reader
from rti.inbox.mail import Mail
from rti.inbox.mime import header_and_body
from rti.inbox.store import Summary, seal
from rti.law.events import EventKind
from rti.models.audit import AuditAction
from rti.models.inbox import FoundBy, IncomingRow, IncomingState, Nature
from rti.models.requests import EventRow, Medium
from rti.requests.evidence import keep

EML = "message/rfc822"
LONGEST_NOTE = 500
"""Characters of author and subject on the timeline; the whole message is shown on its own page."""


class Target(NamedTuple):
    """The request to which something goes."""

    id: UUID
    cbo_id: UUID


async def read_apart(raw: bytes) -> Mail | None:
    """What a message says, read in a process of its own; None where that came to no end within its limits."""
    status, answer = await sandbox.run(reader.__name__, content=raw)
    return None if status else msgspec.msgpack.decode(answer, type=Mail)


def described(envelope: Summary, mail: Mail | None) -> Summary:
    """The envelope, and what a list shows of the message."""
    if mail is None:
        return envelope
    files = tuple(each.name for each in mail.attachments)
    return msgspec.structs.replace(
        envelope, author=mail.author, subject=mail.subject, files=files, reason=mail.reason
    )


def thread_of(message_id: str, secret: str) -> bytes:
    """By what an answer finds the message that it answers; ids name hosts and people, so only a keyed hash is kept."""
    return hmac.new(secret.encode(), b"thread" + message_id.encode(), hashlib.sha256).digest()


def likeness_of(raw: bytes, message_id: str, secret: str) -> bytes:
    """The same for a message that came by two ways, which differ in what servers write above it."""
    _, body = header_and_body(raw)
    plain = b"likeness" + message_id.encode() + b"\0" + body.replace(b"\r\n", b"\n").strip()
    return hmac.new(secret.encode(), plain, hashlib.sha256).digest()


def mark(row: IncomingRow, raw: bytes, mail: Mail | None, secret: str) -> None:
    """Record what kind of message it is, by its form."""
    row.nature = Nature(mail.written) if mail else Nature.REPLY
    if mail and mail.message_id:
        row.thread = thread_of(mail.message_id, secret)
        row.likeness = likeness_of(raw, mail.message_id, secret)


async def file_mail(
    session: AsyncSession,
    row: IncomingRow,
    raw: bytes,
    mail: Mail | None,
    envelope: Summary,
    request: Target,
    *,
    found_by: FoundBy,
    now: datetime,
) -> None:
    """File a message with its request; one that arrived before by another route is only noted."""
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    summary, earlier = described(envelope, mail), await _same(session, row, request)
    if not earlier:
        note = ": ".join(filter(None, (summary.author or summary.envelope_from, summary.subject)))
        event = await _entry(session, row, request, keys, note, found_by, now)
        document = await keep(session, event, file_name="message.eml", media_type=EML, content=raw, now=now)
        for name, media_type, content in _files(mail):
            await keep(session, event, file_name=name, media_type=media_type, content=content, now=now)
        row.event_id, row.document_id = event.id, document.id
    row.cbo_id, row.request_id, row.found_by, row.next_attempt_at = request.cbo_id, request.id, found_by, None
    waits = row.nature is Nature.REPLY and not earlier
    row.state, row.same_as = IncomingState.FILED if waits else IncomingState.READ, earlier
    seal(session, row, summary, raw if earlier else None, keys)
    await session.flush()


async def file_scan(
    session: AsyncSession,
    row: IncomingRow,
    content: bytes,
    summary: Summary,
    request: Target,
    *,
    found_by: FoundBy,
    now: datetime,
) -> None:
    """File a scan with its request."""
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    event = await _entry(session, row, request, keys, "", found_by, now)
    name, media_type = guessed(clean_file_name(summary.subject), content)
    document = await keep(session, event, file_name=name, media_type=media_type, content=content, now=now)
    row.cbo_id, row.request_id, row.found_by = request.cbo_id, request.id, found_by
    row.event_id, row.document_id, row.state = event.id, document.id, IncomingState.FILED
    seal(session, row, summary, None, keys)
    await session.flush()


async def _same(session: AsyncSession, row: IncomingRow, request: Target) -> UUID | None:
    """The same message that arrived before by another route, if any."""
    if row.likeness is None:
        return None
    like = (IncomingRow.request_id == request.id, IncomingRow.likeness == row.likeness)
    query = select(IncomingRow.id).where(*like, IncomingRow.id != row.id, IncomingRow.same_as.is_(None))
    earlier: UUID | None = await session.scalar(query.order_by(IncomingRow.id).limit(1))
    return earlier


async def _entry(
    session: AsyncSession,
    row: IncomingRow,
    request: Target,
    keys: DataKeys,
    note: str,
    found_by: FoundBy,
    now: datetime,
) -> EventRow:
    """What the timeline shows: that it came in, and nothing of what it means."""
    event = EventRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        kind=EventKind.MESSAGE,
        happened_on=day_of(row.received_at, HOME_ZONE),
        happened_at=row.received_at,
        recorded_at=now,
        recorded_by=session.info.get("person"),
        details={"unread": "true"} | ({} if row.nature is Nature.SCAN else {"medium": Medium.EMAIL.value}),
    )
    event.note = keys.encrypt_text(EventRow.note, event.id, note[:LONGEST_NOTE])
    session.add(event)
    record(
        session,
        AuditAction.INCOMING_FILED,
        now,
        about=request.id,
        cbo_id=request.cbo_id,
        event=event.id,
        incoming=row.id,
        found_by=found_by,
    )
    await session.flush()
    return event


def _files(mail: Mail | None) -> Iterator[tuple[str, str, bytes]]:
    """Name, type and bytes of each attachment, by what the bytes show."""
    for each in mail.attachments if mail else ():
        name, media_type = guessed(clean_file_name(each.name), each.content)
        yield name, media_type, each.content
