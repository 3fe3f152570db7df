"""Evidence: a scan or photo kept byte for byte with the event that it proves, and the copy that is shown."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.cipher import Unreadable
from rti.core.db import new_id
from rti.core.errors import Altered, Conflict, NotFound, Quarantined, Unavailable, invalid, say
from rti.core.roles import Person
from rti.encryption.data_keys import DataKeys, keys_to_decrypt, keys_to_encrypt
from rti.files.answers import MOST_PIXELS, TooManyPixels
from rti.files.antivirus import ScannerAway, threat_in
from rti.files.media_types import KINDS, clean_file_name, kind_of
from rti.files.sandbox import Examined, examine
from rti.models.audit import AuditAction
from rti.models.documents import DocumentPreviewRow
from rti.models.keys import EncryptedColumn
from rti.models.requests import DocumentContentRow, DocumentCopyRow, DocumentRow, EventRow, RequestRow
from rti.requests.commands import OpenSealed
from rti.requests.copies import keep_copy
from rti.requests.queries import visible
from rti.requests.requester import is_hidden, note_opening

CHECKED_EVERY = timedelta(days=7)
"""Often enough for the newest backups to still have what is found missing or altered (`backups.retention`)."""
NO_COPY = say("There is no copy of this document. Ask for the original")
Stored = DocumentContentRow | DocumentCopyRow
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes for a person, checked against the digest of when they came in."""

    file_name: str
    media_type: str
    content: bytes


async def attach(
    session: AsyncSession,
    event: EventRow,
    *,
    file_name: str,
    content: bytes,
    now: datetime,
    field: str = "document",
) -> DocumentRow:
    """Keep a document with an event, which the caller has found to be one that the person may change."""
    name = clean_file_name(file_name)
    kind = await asyncio.to_thread(kind_of, name, content, field)
    try:
        found = await examine(content, kind.media_type)
    except TooManyPixels:
        message = say("The picture must be {count} megapixels or smaller", count=MOST_PIXELS // 1_000_000)
        raise invalid(field, message) from None
    return await _keep(session, event, name, kind.media_type, content, found, now)


async def keep(
    session: AsyncSession, event: EventRow, *, file_name: str, media_type: str, content: bytes, now: datetime
) -> DocumentRow:
    """Store what was sent to us, whatever it is; files that cannot be examined have no copy."""
    try:
        found = await examine(content, media_type)
    except TooManyPixels:
        found = Examined()
    return await _keep(session, event, file_name, media_type, content, found, now)


async def _keep(
    session: AsyncSession,
    event: EventRow,
    name: str,
    media_type: str,
    content: bytes,
    found: Examined,
    now: datetime,
) -> DocumentRow:
    keys = await keys_to_encrypt(session, event.cbo_id, now)
    document = DocumentRow(
        id=new_id(),
        cbo_id=event.cbo_id,
        request_id=event.request_id,
        event_id=event.id,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        added_at=now,
        next_check_at=now,
        had_location=found.had_location,
        damaged=found.damaged,
    )
    document.file_name = keys.encrypt_text(DocumentRow.file_name, document.id, name)
    session.add(document)
    record_document_action(session, document, AuditAction.DOCUMENT_ADDED, now, sha256=document.sha256.hex())
    await session.flush()
    whole = keys.encrypt(DocumentContentRow.content, document.id, content)
    session.add(DocumentContentRow(document_id=document.id, cbo_id=event.cbo_id, content=whole))
    await session.flush()
    if found.copy:
        await keep_copy(session, document, found.copy, now)
    return document


async def document_of(
    session: AsyncSession, person: Person, request_id: UUID, document_id: UUID
) -> tuple[RequestRow, DocumentRow]:
    """A document of a request that the person may see; what is missing and what is foreign look the same."""
    found = await session.execute(
        visible(person)
        .join(DocumentRow, DocumentRow.request_id == RequestRow.id)
        .where(RequestRow.id == request_id, DocumentRow.id == document_id)
        .add_columns(DocumentRow)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def copy_to_show(
    session: AsyncSession, person: Person, request_id: UUID, document_id: UUID, now: datetime
) -> Download | Altered | Quarantined | None:
    """The copy, or None where there is only the original, or nothing without saying why."""
    request, document = await document_of(session, person, request_id, document_id)
    copy = await session.get(DocumentCopyRow, document_id)
    if copy is None or is_hidden(person, request):
        return None
    # The picture in a copy was painted anew, the pages of a PDF were not.
    if document.threat and copy.media_type == "application/pdf":
        return Quarantined()
    record_document_action(session, document, AuditAction.DOCUMENT_SHOWN, now)
    return await _checked(session, document, copy, copy.media_type, copy.sha256, now)


async def preview_of(session: AsyncSession, person: Person, request_id: UUID, document_id: UUID) -> Download:
    """The small picture of a document. It shows too little to be told in the audit log, as a list of files does."""
    request, document = await document_of(session, person, request_id, document_id)
    row = await session.get(DocumentPreviewRow, document_id)
    keys = await keys_to_decrypt(session, document.cbo_id)
    if row is None or is_hidden(person, request) or not keys.can_encrypt:
        raise Conflict(NO_COPY)
    try:
        content = keys.decrypt(DocumentPreviewRow.content, document_id, row.content)
    except Unreadable:
        raise Conflict(NO_COPY) from None
    return Download("preview.jpg", "image/jpeg", content)


async def original(
    session: AsyncSession,
    person: Person,
    request_id: UUID,
    document_id: UUID,
    command: OpenSealed,
    clamd: str,
    now: datetime,
) -> Download | Altered | Quarantined:
    """The original bytes; recorded in the audit log before they are returned.

    Where there is a scanner at `clamd`, it is asked first; raises Unavailable where it does not answer.
    """
    request, document = await document_of(session, person, request_id, document_id)
    if document.threat:
        return Quarantined()
    await note_opening(session, request, command, person, now, document_id)
    content = await session.get_one(DocumentContentRow, document_id)
    found = await _checked(session, document, content, document.media_type, document.sha256, now)
    if isinstance(found, Altered):
        return found
    try:
        await scan(session, document, found.content, clamd, now)
    except ScannerAway:
        raise Unavailable(say("The virus scanner is not responding. Try again later")) from None
    return Quarantined() if document.threat else found


async def scan(
    session: AsyncSession, document: DocumentRow, content: bytes, clamd: str, now: datetime
) -> None:
    """Put a document in quarantine or take it out, as the scanner at `clamd` says; raises ScannerAway."""
    if not clamd:
        return
    threat = await threat_in(clamd, content)
    if threat and not document.threat:
        record_document_action(session, document, AuditAction.DOCUMENT_QUARANTINED, now, threat=threat)
    elif document.threat and not threat:
        record_document_action(session, document, AuditAction.DOCUMENT_RELEASED, now)
    document.threat = threat


async def _checked(
    session: AsyncSession,
    document: DocumentRow,
    stored: Stored,
    media_type: str,
    sha256: bytes,
    now: datetime,
) -> Download | Altered:
    """Open what is stored and hash it again; returns the refusal, so that the alarm is kept with it."""
    keys = await keys_to_decrypt(session, document.cbo_id)
    if not keys.can_encrypt:
        raise Conflict(say("The keys of this organisation are missing. Tell the server operator"))
    content = as_it_came(keys, type(stored).content, document.id, stored.content, sha256)
    if content is None:
        document.altered_at, document.next_check_at = document.altered_at or now, now
        record_altered(session, document, type(stored), now)
        return Altered()
    name = keys.text(DocumentRow.file_name, document.id, document.file_name) or "document"
    return Download(_ending_in(name, media_type), media_type, content)


def as_it_came(
    keys: DataKeys, column: EncryptedColumn, row_id: UUID, sealed: bytes | None, sha256: bytes
) -> bytes | None:
    """The stored file, hashed again; None if it is missing or altered."""
    try:
        content = keys.decrypt(column, row_id, sealed or b"")
    except Unreadable:
        return None
    return content if secrets.compare_digest(hashlib.sha256(content).digest(), sha256) else None


def record_altered(session: AsyncSession, document: DocumentRow, table: type[Stored], now: datetime) -> None:
    log.error("document_altered", document=str(document.id), table=table.__tablename__)
    record_document_action(session, document, AuditAction.DOCUMENT_ALTERED, now, table=table.__tablename__)


def record_document_action(
    session: AsyncSession, document: DocumentRow, what: AuditAction, now: datetime, **details: Any
) -> None:
    """Record what happened to a document."""
    about = document.request_id
    record(session, what, now, about=about, cbo_id=document.cbo_id, document=document.id, **details)


def _ending_in(name: str, media_type: str) -> str:
    """The name with an ending that fits what is in the file: a copy may be of another kind."""
    endings = next((kind.endings for kind in KINDS if kind.media_type == media_type), ("",))
    if name.lower().endswith(tuple(f".{ending}" for ending in endings)):
        return name
    return f"{name.rpartition('.')[0] or name}.{endings[0]}"
