"""The text of scans, read by a machine: a draft that is shown as one, found by those who may see it, and never counted.

The text is sealed like the document. Words of it are in no index, because an index tells what it holds to whoever has
the database: what is looked for is compared here, in the texts that the person who asks may open, the newest first.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.errors import Conflict, say
from rti.core.folding import same
from rti.core.roles import Person
from rti.encryption.data_keys import DataKeys, keys_to_decrypt, keys_to_encrypt
from rti.files.sandbox import COPIED, Copy, read_scan
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow
from rti.models.documents import DocumentTextRow
from rti.models.requests import DocumentCopyRow, DocumentRow, RequestRow
from rti.requests.evidence import as_it_came, document_of, record_document_action
from rti.requests.queries import visible
from rti.requests.requester import is_hidden, not_hidden_from

AT_ONCE = 5
"""Documents of one turn."""
MOST_SEARCHED = 500
"""Texts of one search."""
_LONGEST_FOUND = 120
_NOTHING = say("No text was read in this document")


@dataclass(frozen=True, slots=True)
class ScanText:
    """What a machine read in a document, and when."""

    text: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class FoundScan:
    """A document whose text holds all words, with what stands around the first of them."""

    request_id: UUID
    reference: str
    title: str
    document_id: UUID
    around: str


def is_current() -> ColumnElement[bool]:
    """Whether a text was read in the copy that is there now."""
    return and_(
        DocumentTextRow.document_id == DocumentCopyRow.document_id,
        DocumentTextRow.copy_sha256 == DocumentCopyRow.sha256,
    )


async def read_some(database: Database, now: datetime) -> int:
    """Read the copies that have no text yet, the newest first, each in a transaction of its own; returns how many."""
    waiting = (
        select(DocumentCopyRow.document_id)
        .join(CboRow, CboRow.id == DocumentCopyRow.cbo_id)
        .where(CboRow.locked_at.is_(None), CboRow.shredded_at.is_(None), ~exists().where(is_current()))
        .where(DocumentCopyRow.media_type.in_(COPIED))
        .order_by(DocumentCopyRow.document_id.desc())
    )
    async with database.transaction() as session:
        documents = (await session.scalars(waiting.limit(AT_ONCE))).all()
    for document_id in documents:
        async with database.transaction() as session:
            await _read(session, document_id, now)
    return len(documents)


async def _read(session: AsyncSession, document_id: UUID, now: datetime) -> None:
    """Read one copy; where that fails its text is empty, and is not tried again before there is another copy."""
    copy = await session.get_one(DocumentCopyRow, document_id)
    keys = await keys_to_encrypt(session, copy.cbo_id, now)
    content = as_it_came(keys, DocumentCopyRow.content, document_id, copy.content, copy.sha256)
    text = await read_scan(Copy(content, copy.media_type)) if content else None
    sealed = keys.encrypt(DocumentTextRow.content, document_id, (text or "").encode())
    row = DocumentTextRow(
        document_id=document_id, cbo_id=copy.cbo_id, copy_sha256=copy.sha256, content=sealed, read_at=now
    )
    await session.merge(row)


async def text_of(
    session: AsyncSession, person: Person, request_id: UUID, document_id: UUID, now: datetime
) -> ScanText:
    """What was read in a document that the person may see; raises Conflict where that is nothing."""
    request, document = await document_of(session, person, request_id, document_id)
    row = await session.scalar(
        select(DocumentTextRow)
        .join(DocumentCopyRow, is_current())
        .where(DocumentTextRow.document_id == document_id)
    )
    if row is None or is_hidden(person, request) or document.threat:
        raise Conflict(_NOTHING)
    text = _opened(await keys_to_decrypt(session, row.cbo_id), row)
    if not text:
        raise Conflict(_NOTHING)
    record_document_action(session, document, AuditAction.DOCUMENT_SHOWN, now)
    return ScanText(text, row.read_at)


async def search(session: AsyncSession, person: Person, query: str) -> Sequence[FoundScan]:
    """The documents in whose text all words stand, of the newest `MOST_SEARCHED` that the person may open."""
    words = [same(word) for word in query.split()]
    texts = (
        visible(person)
        .join(DocumentRow, DocumentRow.request_id == RequestRow.id)
        .join(DocumentTextRow, DocumentTextRow.document_id == DocumentRow.id)
        .join(DocumentCopyRow, is_current())
        .where(not_hidden_from(person), DocumentRow.threat.is_(None), RequestRow.duplicate_of.is_(None))
        .with_only_columns(RequestRow.id, RequestRow.reference, RequestRow.title, DocumentTextRow)
        .order_by(DocumentTextRow.document_id.desc())
    )
    rows = (await session.execute(texts.limit(MOST_SEARCHED))).all() if words else []
    keys = {
        each: await keys_to_decrypt(session, each) for each in {row.DocumentTextRow.cbo_id for row in rows}
    }

    def found() -> list[FoundScan]:
        opened = ((row, _opened(keys[row.DocumentTextRow.cbo_id], row.DocumentTextRow)) for row in rows)
        return [
            FoundScan(row.id, row.reference, row.title, row.DocumentTextRow.document_id, line)
            for row, text in opened
            if (line := _line_with(words, text))
        ]

    return await asyncio.to_thread(found)


def _opened(keys: DataKeys, row: DocumentTextRow) -> str:
    return (
        keys.decrypt(DocumentTextRow.content, row.document_id, row.content).decode()
        if keys.can_encrypt
        else ""
    )


def _line_with(words: Sequence[str], text: str) -> str:
    """The first line with the first word, of a text that holds all of them; empty for another."""
    whole = same(text)
    if not all(word in whole for word in words):
        return ""
    lines = [line for line in text.splitlines() if words[0] in same(line)] or text.splitlines()
    return lines[0].strip()[:_LONGEST_FOUND]
