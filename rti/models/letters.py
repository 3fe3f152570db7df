"""Written letters, and their texts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.core.i18n import Language
from rti.models.keys import Encrypted


class LetterKind(StrEnum):
    """Letters to a public body, and papers that a person takes along to its counter."""

    REQUEST = "request"
    REMINDER = "reminder"
    OBJECTION = "objection"
    COMPLAINT = "complaint"
    ORAL_REQUEST = "oral_request"
    THUMBPRINTS = "thumbprints"
    REFUSAL_RECORD = "refusal_record"


class LetterTextRow(Base):
    """The words of a kind of letter that replace the default text; see `letters.texts`."""

    __tablename__ = "letter_text"

    kind: Mapped[LetterKind] = mapped_column(Choice(LetterKind), primary_key=True)
    language: Mapped[Language] = mapped_column(Choice(Language), primary_key=True)
    subject: Mapped[str]
    body: Mapped[str]
    changed_at: Mapped[datetime]


class WrittenLetterRow(Base):
    """A letter, typeset once: its PDF byte for byte, and its text; never changed.

    The words of Khmer cannot be taken back out of a PDF. `proposal_id` is the proposal of which it came.
    """

    __tablename__ = "written_letter"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["cbo_id", "proposal_id"], ["letter.cbo_id", "letter.id"], ondelete="CASCADE"),
        Index(None, "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    proposal_id: Mapped[UUID | None]
    kind: Mapped[LetterKind] = mapped_column(Choice(LetterKind))
    language: Mapped[Language] = mapped_column(Choice(Language))
    written_at: Mapped[datetime]
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[bytes] = mapped_column(Encrypted)
    content: Mapped[bytes] = mapped_column(Encrypted, deferred=True)
