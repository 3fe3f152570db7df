"""Reminders and messages: whatever leaves the system is a row here first."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.law.reminders import About, Audience


class MessageKind(StrEnum):
    """What a message is; each kind has a folder of templates in `notifications/templates`."""

    REMINDER = "reminder"
    DIGEST = "digest"
    LETTER = "letter"
    INVITATION = "invitation"
    CODE = "code"
    ANCHOR = "anchor"
    REPORT = "report"


class Channel(StrEnum):
    """How a message reaches a person; `notifications.channels` knows how each is sent."""

    EMAIL = "email"
    TELEGRAM = "telegram"
    SMS = "sms"


class AddressHealth(StrEnum):
    """Nothing is sent to a disabled address; a failing one is still used."""

    GOOD = "good"
    SUSPECT = "suspect"
    DISABLED = "disabled"


class MessageState(StrEnum):
    """queued → claimed → handed → accepted, deferred, failed or unknown; kept where no server is set.

    A reminder begins as gathering: whatever else a sweep finds for its person is added to it. A message that has no point any more when its turn comes is dropped.
    """

    GATHERING = "gathering"
    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDED = "handed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    KEPT = "kept"
    DROPPED = "dropped"


class LetterState(StrEnum):
    """proposed or held → approved (sent, or printed where the body has no address) or dismissed.

    A held letter is about something that was already late when it was imported: it waits until somebody looks for it.
    """

    PROPOSED = "proposed"
    HELD = "held"
    APPROVED = "approved"
    DISMISSED = "dismissed"


UNDECIDED = (LetterState.PROPOSED, LetterState.HELD)


class Decision(StrEnum):
    """The decision on a letter with unknown delivery."""

    ARRIVED = "arrived"
    AGAIN = "again"


UNTRIED = (MessageState.GATHERING, MessageState.QUEUED, MessageState.DEFERRED)
"""The states of messages that no dispatcher holds."""
WAITING = (MessageState.QUEUED, MessageState.DEFERRED, MessageState.CLAIMED, MessageState.HANDED)
"""The states of messages that will still be sent."""


WITH_TEXT = """state IN ('accepted', 'failed', 'kept', 'dropped')
    AND (to_address IS NOT NULL OR subject IS NOT NULL OR values <> '{}')"""
"""The states of messages that retention blanks; whether others arrived is not known yet."""


class ReminderRuleRow(Base):
    """A rule of a campaign with its own rules, as `law.reminders.ReminderRule`."""

    __tablename__ = "reminder_rule"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[About] = mapped_column(Choice(About))
    begins: Mapped[int]
    ends: Mapped[int]
    every: Mapped[int | None]
    to: Mapped[Audience] = mapped_column(Choice(Audience))


class ReminderRow(Base):
    """A reminder about a due date under a rule; the unique row makes it happen once.

    `occasion` numbers the repetitions of a rule for the same due date.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("request_id", "rule", "clock", "epoch", "due_on", "occasion"),
        UniqueConstraint("cbo_id", "id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    rule: Mapped[str]
    clock: Mapped[str]
    epoch: Mapped[int]
    due_on: Mapped[date]
    occasion: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]


class MessageRow(Base):
    """One message to one person, a letter to a public body, or something else to an address that stands in the row.

    `day` is the day of a digest, or of the reminders that it speaks of: a person gets one a day.
    `message_id` (RFC 5322) is made with the row and never changes.

    `attempt` grows with every claim, and every result names its attempt, so that a dispatcher
    that was thought dead cannot overrule the one after it. `next_attempt_at` is the end of the lease
    while a message is claimed or handed over. `deferrals` counts how often we were asked to come back,
    `ambiguous` how many attempts ended without our knowing whether the message was accepted.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("person_id", "day"),
        UniqueConstraint("letter_id"),
        CheckConstraint(
            "num_nonnulls(person_id, letter_id) = CAST(kind <> 'anchor' AS int)", name="addressee"
        ),
        Index(
            None,
            "next_attempt_at",
            "id",
            postgresql_where=text("state IN ('queued', 'deferred', 'claimed', 'handed')"),
        ),
        Index("uq_message_gathering", "person_id", unique=True, postgresql_where=text("state = 'gathering'")),
        Index(None, "person_id", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index("ix_message_with_text", "finished_at", postgresql_where=text(WITH_TEXT)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    letter_id: Mapped[UUID | None] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    day: Mapped[date | None]
    kind: Mapped[MessageKind] = mapped_column(Choice(MessageKind))
    channel: Mapped[Channel] = mapped_column(Choice(Channel), default=Channel.EMAIL, server_default="email")
    values: Mapped[dict[str, Any]]
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[MessageState] = mapped_column(Choice(MessageState), default=MessageState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    deferrals: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    to_address: Mapped[str | None]
    language: Mapped[str | None]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    last_reply: Mapped[str] = mapped_column(default="")


class MentionRow(Base):
    """A reminder in a message, worth sending until `ends` working days after the due date."""

    __tablename__ = "mention"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    reminder_id: Mapped[UUID] = mapped_column(
        ForeignKey("reminder.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ends: Mapped[int]


class LetterRow(Base):
    """A letter that chases a public body: proposed by a rule or from a list, and sent only when a person approves it.

    `proposed_by` is who proposed it from a list, and is never who approves it. `to_address` is empty where the body has no e-mail address; the letter is then printed and handed over.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("cbo_id", "id"),
        UniqueConstraint("reminder_id"),
        CheckConstraint("state <> 'approved' OR proposed_by <> decided_by", name="second_person"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["cbo_id", "reminder_id"], ["reminder.cbo_id", "reminder.id"], ondelete="CASCADE"
        ),
        Index(None, "cbo_id", "state", "proposed_at", "id"),
        Index(None, "state", "proposed_at", "id"),
        Index(None, "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    reminder_id: Mapped[UUID]
    state: Mapped[LetterState] = mapped_column(Choice(LetterState))
    language: Mapped[str] = mapped_column(default="km")
    to_address: Mapped[str | None]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ChannelAddressRow(Base):
    """Where a person is reached on a channel, and which one was chosen.

    `code` was sent there to prove that the address is the person's, and is None once it was typed in.

    Where none is chosen it is e-mail, and where no address stands for e-mail it is that of the account.
    """

    __tablename__ = "channel_address"
    __table_args__ = (
        Index("uq_channel_address_chosen", "person_id", unique=True, postgresql_where=text("chosen")),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Choice(Channel), primary_key=True)
    address: Mapped[str]
    chosen: Mapped[bool]
    code: Mapped[str | None]


class BounceRow(Base):
    """A rejection by an address, at once or in a delivery report; `status` is as in RFC 3463.

    What follows for the address is `notifications.bounces.health_of` of its rows, and an address that
    is given another chance loses them.
    """

    __tablename__ = "bounce"
    __table_args__ = (Index(None, "channel", "address"), Index(None, "person_id"))

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    address: Mapped[str]
    status: Mapped[str]
    reported_at: Mapped[datetime]
