"""Requests, what happened to them, their evidence and their deadlines.

Every table here carries the `cbo_id` of its organisation, and so do foreign keys between them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Ground, Outcome
from rti.law.monitoring import Contest, QuestionClass, RequesterProfile
from rti.law.rules import ClockKind
from rti.law.status import NEVER, RequestStatus
from rti.models.keys import Encrypted
from rti.models.names import InOrder, order_of
from rti.models.request_indexes import of_lists


class Channel(StrEnum):
    COUNTER = "counter"
    POST = "post"
    ORAL = "oral"
    PHONE = "phone"
    EMAIL = "email"
    ONLINE = "online"
    OTHER = "other"


class Medium(StrEnum):
    """How an event came about; the members of `Channel` are among them."""

    COUNTER = Channel.COUNTER.value
    POST = Channel.POST.value
    ORAL = Channel.ORAL.value
    MEETING = "meeting"
    NOTICE_BOARD = "notice_board"
    PHONE = Channel.PHONE.value
    EMAIL = Channel.EMAIL.value
    CHAT = "chat"
    ONLINE = Channel.ONLINE.value
    OTHER = Channel.OTHER.value


class Filing(StrEnum):
    """In whose name a request is filed: the letter of a PROXY names the campaign, a SEALED one hides the organisation from staff."""

    ITSELF = "itself"
    PROXY = "proxy"
    SEALED = "sealed"


NEUTRAL = "R-[2-9A-HJKMNP-TV-Z]{8}"
"""The shape of a neutral reference, as a regular expression. Letters that are read or heard as another are missing."""
_IS_NEUTRAL = text(f"reference ~ '^{NEUTRAL}$'")


class Standing:
    """What counts of a request, and from which day on that was known: columns of `RequestRow` and `FormerStandingRow`.

    The columns from `status` on are projected from the events by `requests.actions.reproject` and by nothing else; they
    are stored so that a list need not project what it does not show. A `duplicate_of` another request is left out of
    lists and figures; a `resubmission_of` one asks its question again. Whoever changes one of these columns sets
    `known_from`, a day at home: the database then keeps what was there (`FormerStandingRow`).
    """

    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id"))
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaign.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("public_body.id"))
    topic: Mapped[str] = mapped_column(ForeignKey("topic.code"))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    question_class: Mapped[QuestionClass | None] = mapped_column(Choice(QuestionClass))
    requester_profile: Mapped[RequesterProfile | None] = mapped_column(Choice(RequesterProfile))
    wave: Mapped[str | None]
    resubmission_of: Mapped[UUID | None]
    duplicate_of: Mapped[UUID | None]
    statute_id: Mapped[str]
    statute_version: Mapped[int]
    created_at: Mapped[datetime]
    known_from: Mapped[date] = mapped_column(server_default=text("CURRENT_DATE"))

    status: Mapped[RequestStatus] = mapped_column(Choice(RequestStatus))
    not_taken: Mapped[EventKind | None] = mapped_column(Choice(EventKind))
    outcome: Mapped[Outcome | None] = mapped_column(Choice(Outcome))
    outcomes: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    ground: Mapped[Ground | None] = mapped_column(Choice(Ground))
    section: Mapped[str | None]
    checked: Mapped[bool] = mapped_column(default=False, server_default=false())
    contest: Mapped[Contest | None] = mapped_column(Choice(Contest))
    drafted_on: Mapped[date | None]
    submitted_on: Mapped[date | None]
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]
    limit_on: Mapped[date | None]
    binding: Mapped[bool] = mapped_column(default=False)
    met_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    undated: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    body_known: Mapped[bool] = mapped_column(default=True, server_default=true())


class RequestRow(Standing, InOrder, Base):
    """One question of one CBO to a body: `first_body_id` at first, `body_id` after the last transfer that names one.

    Triggers of `rti.row_security.placing`, and nobody else, write `province_code`, which is that of the body."""

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        UniqueConstraint("cbo_id", "reference"),
        Index("uq_request_neutral", "reference", unique=True, postgresql_where=_IS_NEUTRAL),
        UniqueConstraint("cbo_id", "import_key"),
        *of_lists(),
        # What else a list can be sorted by.
        Index("ix_request_received", text("coalesce(received_on, 'infinity'::date)"), "id"),
        Index(None, "title_order", "id"),
        Index("ix_request_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")),
        ForeignKeyConstraint(["statute_id", "statute_version"], ["statute.id", "statute.version"]),
        ForeignKeyConstraint(["cbo_id", "duplicate_of"], ["request.cbo_id", "request.id"]),
        ForeignKeyConstraint(["cbo_id", "resubmission_of"], ["request.cbo_id", "request.id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    first_body_id: Mapped[UUID] = mapped_column(ForeignKey("public_body.id"))
    province_code: Mapped[str | None]
    reference: Mapped[str] = mapped_column(Text(collation="C"))
    title: Mapped[str]
    title_order: Mapped[str] = order_of("title")
    question: Mapped[str]
    filing: Mapped[Filing] = mapped_column(Choice(Filing), default=Filing.ITSELF)
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    doubtful: Mapped[str | None]
    import_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    soft: Mapped[bool] = mapped_column(default=False)
    provisional: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=True)
    next_due_on: Mapped[date] = mapped_column(default=NEVER)
    projection: Mapped[int] = mapped_column(server_default=text("0"))
    story: Mapped[bytes | None] = mapped_column(LargeBinary)


class FormerStandingRow(Standing, Base):
    """The earlier standing of a request, known from the day `known_from` until before `known_until`.

    A trigger of `request` writes it when a column of `Standing` changes on a later day, not within a day.
    """

    __tablename__ = "former_standing"
    __table_args__ = (
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "known_until"),
        Index(None, "body_id"),
        Index(None, "cbo_id"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    known_until: Mapped[date] = mapped_column(primary_key=True)


class EventRow(Base):
    """An event of a request on a day, and when it was recorded; never changed.

    `details` hold what only some kinds have: of an extension `days`, `until` and `reason`, of a correction the entry that
    it `voids`, of the handing over and the receipt the `channel` and whether it is `urgent`, of a transfer the body
    `to_body`, of any the `medium` if it is known (of handing over and receipt the channel is it), of an answer its
    `ground`, the `section` cited, whether staff recorded it (`checked`) and that it is `undated` where its day is not
    known. `changes` are what a correction made of columns of the request: by their names what was there, and what is.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "request_id", "happened_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    kind: Mapped[EventKind] = mapped_column(Choice(EventKind))
    happened_on: Mapped[date]
    happened_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome | None] = mapped_column(Choice(Outcome))
    note: Mapped[bytes | None] = mapped_column(Encrypted)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class DeadlineRow(Base):
    """A clock of a request as it stands, as `law.deadlines.Deadline`; `steps` say why the date is what it is."""

    __tablename__ = "deadline"
    __table_args__ = (
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "due_on", "request_id", postgresql_where="state IN ('running', 'met')"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ClockKind] = mapped_column(Choice(ClockKind), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cbo_id: Mapped[UUID]
    state: Mapped[ClockState] = mapped_column(Choice(ClockState))
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    met_on: Mapped[date | None]
    binding: Mapped[bool]
    soft: Mapped[bool]
    provisional: Mapped[bool]
    confirmed: Mapped[bool]
    steps: Mapped[list[dict[str, Any]]]


class DateChangeRow(Base):
    """A change of a due date: the old and new day, when, and because of which event or day off."""

    __tablename__ = "date_change"
    __table_args__ = (
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    kind: Mapped[ClockKind] = mapped_column(Choice(ClockKind))
    old_due_on: Mapped[date | None]
    new_due_on: Mapped[date | None]
    cause: Mapped[str]
    changed_at: Mapped[datetime]


class SnoozeRow(Base):
    """No reminders of a request before a day, and why; at most one snooze of a request is open."""

    __tablename__ = "snooze"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "request_id"),
        Index("uq_snooze_open", "request_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    until: Mapped[date]
    reason: Mapped[str]
    snoozed_at: Mapped[datetime]
    snoozed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class DocumentRow(Base):
    """Evidence of an event; `size` and `sha256` are those of the bytes that came in.

    `altered_at` is when it was found that what is stored is missing or another, until it is whole again. `next_check_at`
    is when `requests.fixity` looks next, and None once its organisation was shredded. `threat` is the name of what a
    virus scanner found in it; then nobody gets the original. `had_location` is whether it tells where a photo was taken,
    and `damaged` whether it is a picture that is not whole, or a PDF of which the copy cannot show all.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["cbo_id", "event_id"], ["event.cbo_id", "event.id"], ondelete="CASCADE"),
        Index(None, "request_id"),
        Index("ix_document_altered", "altered_at", postgresql_where=text("altered_at IS NOT NULL")),
        Index("ix_document_quarantined", "threat", postgresql_where=text("threat IS NOT NULL")),
        Index(None, "next_check_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    event_id: Mapped[UUID]
    file_name: Mapped[bytes | None] = mapped_column(Encrypted)
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
    altered_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    threat: Mapped[str | None]
    had_location: Mapped[bool] = mapped_column(default=False, server_default=false())
    damaged: Mapped[bool] = mapped_column(default=False, server_default=false())


def of_document() -> ForeignKeyConstraint:
    """The foreign key to a document of the same organisation, with which the row is deleted."""
    return ForeignKeyConstraint(
        ["cbo_id", "document_id"], ["document.cbo_id", "document.id"], ondelete="CASCADE"
    )


class DocumentContentRow(Base):
    """The bytes of a document as they came in, apart from it so that no list ever reads them."""

    __tablename__ = "document_content"
    __table_args__ = (UniqueConstraint("cbo_id", "document_id"), of_document())

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(Encrypted)


class DocumentCopyRow(Base):
    """What is shown of a document: made anew by `made_by`, without metadata and with as many `redactions` as a trigger asks."""

    __tablename__ = "document_copy"
    __table_args__ = (UniqueConstraint("cbo_id", "document_id"), of_document())

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    media_type: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str]
    content: Mapped[bytes] = mapped_column(Encrypted)
    redactions: Mapped[int] = mapped_column(default=0, server_default="0")


class RequesterRow(Base):
    """The requester, encrypted: for the organisation's own people, and for staff who give a reason."""

    __tablename__ = "requester"
    __table_args__ = (
        UniqueConstraint("cbo_id", "request_id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    name: Mapped[bytes | None] = mapped_column(Encrypted)
    phone: Mapped[bytes | None] = mapped_column(Encrypted)
    address: Mapped[bytes | None] = mapped_column(Encrypted)
    note: Mapped[bytes | None] = mapped_column(Encrypted)


class IdentityOpeningRow(Base):
    """An opening of encrypted data: the requester, or the original of a document; never changed."""

    __tablename__ = "identity_opening"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["cbo_id", "document_id"], ["document.cbo_id", "document.id"]),
        Index(None, "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    document_id: Mapped[UUID | None]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    purpose: Mapped[bytes | None] = mapped_column(Encrypted)
