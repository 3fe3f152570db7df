"""Evidence: a scan or photo kept byte for byte with the event that it proves."""

import hashlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rti.db import new_id
from rti.errors import invalid, say
from rti.intake import Wrong, clean_text
from rti.requests.tables import DocumentContentRow, DocumentRow, EventRow

LARGEST = 10_000_000
"""Bytes of one document."""

KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
"""What may be evidence, by its first bytes: the sender's own word for the type is not believed."""


def checked(content: bytes, field: str) -> str:
    """The media type that the first bytes show; raises Invalid for what cannot be evidence."""
    if len(content) > LARGEST:
        raise invalid(field, say("A document may have up to {count} megabytes", count=LARGEST // 1_000_000))
    for beginning, media_type in KINDS.items():
        if content.startswith(beginning):
            return media_type
    raise invalid(field, say("Attach a PDF, JPEG or PNG file"))


def clean_file_name(name: str) -> str:
    """The last part of the name, without what no file name may hold."""
    try:
        return clean_text(name.replace("\\", "/").rsplit("/", 1)[-1])[:200] or "document"
    except Wrong:
        return "document"


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
    document = DocumentRow(
        id=new_id(),
        cbo_id=event.cbo_id,
        request_id=event.request_id,
        event_id=event.id,
        file_name=clean_file_name(file_name),
        media_type=checked(content, field),
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        added_at=now,
    )
    session.add(document)
    await session.flush()
    session.add(DocumentContentRow(document_id=document.id, cbo_id=event.cbo_id, content=content))
    await session.flush()
    return document
