"""Evidence: a scan or photo kept byte for byte with the event that it proves."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.policy import Person
from rti.db import new_id
from rti.errors import NotFound, TooLarge, invalid, say
from rti.intake import Wrong, clean_text
from rti.requests.actions import locked
from rti.requests.tables import DocumentContentRow, DocumentRow, EventRow

LARGEST = 10_000_000
"""Bytes of one document."""

KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
"""What may be evidence, by its first bytes: the sender's own word for the type is not believed."""


def media_type_of(content: bytes) -> str:
    """The type that the first bytes show; raises Invalid for anything but PDF, JPEG and PNG."""
    for beginning, media_type in KINDS.items():
        if content.startswith(beginning):
            return media_type
    raise invalid("document", say("Attach a PDF, JPEG or PNG file"))


def clean_file_name(name: str) -> str:
    """The last part of the name, without what no file name may hold."""
    try:
        return clean_text(name.replace("\\", "/").rsplit("/", 1)[-1])[:200] or "document"
    except Wrong:
        return "document"


def checked(content: bytes) -> str:
    """The media type of acceptable evidence."""
    if len(content) > LARGEST:
        raise TooLarge(say("A document may have up to {count} megabytes", count=LARGEST // 1_000_000))
    return media_type_of(content)


async def attach(
    session: AsyncSession,
    person: Person,
    request_id: UUID,
    event_id: UUID,
    *,
    file_name: str,
    content: bytes,
    now: datetime,
) -> DocumentRow:
    """Keep a document with an event of a request."""
    request = await locked(session, request_id, person)
    event = select(EventRow.id).where(EventRow.id == event_id, EventRow.request_id == request.id)
    if await session.scalar(event) is None:
        raise NotFound
    document = DocumentRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        event_id=event_id,
        file_name=clean_file_name(file_name),
        media_type=checked(content),
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        added_at=now,
    )
    session.add(document)
    await session.flush()
    session.add(DocumentContentRow(document_id=document.id, cbo_id=request.cbo_id, content=content))
    await session.flush()
    return document
