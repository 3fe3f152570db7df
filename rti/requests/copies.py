"""The copy of a document that others see, and its small picture; making them always applies redactions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.encryption.data_keys import keys_to_encrypt
from rti.files.answers import Mark, TooManyPixels
from rti.files.sandbox import MADE_BY, RULES, Copy, examine, hide
from rti.models.documents import DocumentPreviewRow, DocumentTextRow, RedactionRow
from rti.models.requests import DocumentCopyRow, DocumentRow


async def marks_of(session: AsyncSession, document_id: UUID) -> Sequence[Sequence[Mark]]:
    """What is hidden in a document, redaction by redaction."""
    query = select(RedactionRow.marks).where(RedactionRow.document_id == document_id)
    rows = await session.scalars(query.order_by(RedactionRow.id))
    return [msgspec.convert(marks, list[Mark]) for marks in rows]


async def make_copy(session: AsyncSession, document: DocumentRow, content: bytes, now: datetime) -> bool:
    """Make the copy anew out of the bytes that came in, with all that was redacted; False where none can be made.

    What an earlier copy lacked was not looked at when parts of it were hidden, so it does not appear afterwards.
    """
    redactions = await marks_of(session, document.id)
    before = await session.get(DocumentCopyRow, document.id)
    lacking = before if before and redactions and lacks_form(before) else None
    try:
        found = await examine(content, document.media_type, flatten=not lacking)
    except TooManyPixels:
        return False
    document.had_location, document.damaged = found.had_location, found.damaged
    copy = found.copy
    if copy and redactions:
        copy = await hide(copy, [mark for marks in redactions for mark in marks])
    if copy is None:
        return False
    made_by = lacking.made_by if lacking else MADE_BY
    await keep_copy(session, document, copy, now, redactions=len(redactions), made_by=made_by)
    return True


def lacks_form(copy: DocumentCopyRow) -> bool:
    """Whether a copy of a PDF was made by rules that left out what stood in its form and annotations."""
    return copy.media_type == "application/pdf" and copy.made_by.split(" ", 1)[0] != RULES


async def keep_copy(
    session: AsyncSession,
    document: DocumentRow,
    copy: Copy,
    now: datetime,
    *,
    redactions: int = 0,
    made_by: str = MADE_BY,
) -> None:
    """Replace the current copy."""
    keys = await keys_to_encrypt(session, document.cbo_id, now)
    of = {"document_id": document.id, "cbo_id": document.cbo_id}
    row = DocumentCopyRow(
        **of,
        media_type=copy.media_type,
        sha256=copy.sha256,
        made_by=made_by,
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
