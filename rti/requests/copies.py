"""The copy of a document that others see, and its small picture; making them always applies redactions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.encryption.data_keys import keys_to_encrypt
from rti.files.answers import Mark, TooManyPixels
from rti.files.sandbox import MADE_BY, Copy, examine, hide
from rti.models.documents import DocumentPreviewRow, DocumentTextRow, RedactionRow
from rti.models.requests import DocumentCopyRow, DocumentRow


async def marks_of(session: AsyncSession, document_id: UUID) -> Sequence[Sequence[Mark]]:
    """What is hidden in a document, redaction by redaction."""
    query = select(RedactionRow.marks).where(RedactionRow.document_id == document_id)
    rows = await session.scalars(query.order_by(RedactionRow.id))
    return [msgspec.convert(marks, list[Mark]) for marks in rows]


async def make_copy(session: AsyncSession, document: DocumentRow, content: bytes, now: datetime) -> bool:
    """Make the copy anew out of the bytes that came in, with all that was redacted; False where none can be made."""
    try:
        found = await examine(content, document.media_type)
    except TooManyPixels:
        return False
    document.had_location, document.damaged = found.had_location, found.damaged
    redactions = await marks_of(session, document.id)
    copy = found.copy
    if copy and redactions:
        copy = await hide(copy, [mark for marks in redactions for mark in marks])
    if copy is None:
        return False
    await keep_copy(session, document, copy, now, redactions=len(redactions))
    return True


async def keep_copy(
    session: AsyncSession, document: DocumentRow, copy: Copy, now: datetime, *, redactions: int = 0
) -> None:
    """Replace the current copy."""
    keys = await keys_to_encrypt(session, document.cbo_id, now)
    of = {"document_id": document.id, "cbo_id": document.cbo_id}
    row = DocumentCopyRow(
        **of,
        media_type=copy.media_type,
        sha256=copy.sha256,
        made_by=MADE_BY,
        content=keys.encrypt(DocumentCopyRow.content, document.id, copy.content),
        redactions=redactions,
    )
    await session.merge(row)
    other = DocumentTextRow.document_id == document.id, DocumentTextRow.copy_sha256 != copy.sha256
    await session.execute(delete(DocumentTextRow).where(*other))
    if copy.preview:
        sealed = keys.encrypt(DocumentPreviewRow.content, document.id, copy.preview)
        await session.merge(DocumentPreviewRow(**of, content=sealed))
    await session.flush()
