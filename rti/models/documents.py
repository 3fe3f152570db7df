"""Tables of a document besides its bytes and its copy: the small picture, the text, and redactions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id
from rti.models.keys import Encrypted
from rti.models.requests import of_document


class DocumentPreviewRow(Base):
    """A small picture of the first page of a copy, as JPEG."""

    __tablename__ = "document_preview"
    __table_args__ = (UniqueConstraint("cbo_id", "document_id"), of_document())

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(Encrypted)


class DocumentTextRow(Base):
    """What a machine read in the copy with this digest: a draft that nobody checked, empty where it found nothing.

    It goes with the copy, so that it never holds what was hidden.
    """

    __tablename__ = "document_text"
    __table_args__ = (UniqueConstraint("cbo_id", "document_id"), of_document())

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    copy_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(Encrypted)
    read_at: Mapped[datetime]


class RedactionRow(Base):
    """What somebody hid in the copy of a document, and why: `marks` as in `files.answers`, never changed or taken back."""

    __tablename__ = "redaction"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        of_document(),
        Index(None, "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    document_id: Mapped[UUID]
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[bytes] = mapped_column(Encrypted)
    redacted_at: Mapped[datetime]
    redacted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
