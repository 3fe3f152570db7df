"""Incoming messages and scans, and how far mailboxes have been read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.models.keys import Encrypted


class IncomingState(StrEnum):
    """arrived → held, or filed → read; held → filed, or discarded.

    Held: belongs to no known request. Filed: waits for a person to record what it means.
    """

    ARRIVED = "arrived"
    HELD = "held"
    FILED = "filed"
    READ = "read"
    DISCARDED = "discarded"


class Nature(StrEnum):
    """The nature of a message by its form; only for a reply a person records what it means; a scan shows a paper."""

    REPLY = "reply"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    SCAN = "scan"


class FoundBy(StrEnum):
    """How its request was found."""

    ADDRESS = "address"
    THREAD = "thread"
    SUBJECT = "subject"
    CODE = "code"
    PERSON = "person"


class IncomingRow(Base):
    """Something that came in, as it came: `content` is the raw bytes, `sha256` their digest, `summary` its envelope.

    While it belongs to nobody both are sealed by the key `key_number` of the key file, then with a key of the
    organisation `cbo_id`. Once it is filed the bytes are in the document `document_id` of the event `event_id`. Of one
    that belongs to a locked organisation only `request_id` is known, and nobody sees it. `thread` is a keyed hash of its
    Message-ID, `likeness` of that and the body; `same_as` is another one with the same likeness. `next_attempt_at` is when it is read
    next, and None once it was.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["cbo_id", "event_id"], ["event.cbo_id", "event.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["cbo_id", "document_id"], ["document.cbo_id", "document.id"], ondelete="CASCADE"
        ),
        CheckConstraint("(cbo_id IS NULL) = (key_number IS NOT NULL)", name="sealed_by_one_key"),
        Index(None, "state", "received_at", "id"),
        Index(None, "request_id"),
        Index(None, "thread"),
        Index("ix_incoming_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
        Index("ix_incoming_key_number", "key_number", postgresql_where=text("key_number IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID | None] = mapped_column(ForeignKey("cbo.id"))
    request_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    state: Mapped[IncomingState] = mapped_column(Choice(IncomingState))
    nature: Mapped[Nature | None] = mapped_column(Choice(Nature))
    found_by: Mapped[FoundBy | None] = mapped_column(Choice(FoundBy))
    received_at: Mapped[datetime]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    thread: Mapped[bytes | None] = mapped_column(LargeBinary)
    likeness: Mapped[bytes | None] = mapped_column(LargeBinary)
    same_as: Mapped[UUID | None]
    key_number: Mapped[str | None]
    summary: Mapped[bytes | None] = mapped_column(Encrypted)
    content: Mapped[bytes | None] = mapped_column(Encrypted, deferred=True)
    next_attempt_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]


class MailboxRow(Base):
    """How far a mailbox has been read; `name` is the digest of its address (RFC 3501, 2.3.1.1)."""

    __tablename__ = "mailbox"

    name: Mapped[str] = mapped_column(primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)
