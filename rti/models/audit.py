"""The audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id


class AuditAction(StrEnum):
    """Each is written by the action itself, through `audit.record`.

    Members are added and never removed or renamed: entries are read for years.
    """

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    GUESSES_REFUSED = "guesses_refused"
    DENIED = "denied"
    FORMS_REFUSED = "forms_refused"
    CALLS_REFUSED = "calls_refused"
    PERSON_INVITED = "person_invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLE_CHANGED = "role_changed"
    SENT_AWAY = "sent_away"
    PERSON_DISABLED = "person_disabled"
    PERSON_FORGOTTEN = "person_forgotten"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- not a password
    EMAIL_CHANGED = "email_changed"
    FACTORS_CHANGED = "factors_changed"
    TOKEN_ADDED = "token_added"  # noqa: S105 -- not a password
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 -- not a password
    FEEDS_MADE = "feeds_made"
    FEEDS_REVOKED = "feeds_revoked"
    SETTINGS_CHANGED = "settings_changed"
    CHANNEL_CHOSEN = "channel_chosen"
    CHANNEL_PROVED = "channel_proved"
    ASSIGNED = "assigned"
    ASSIGNMENT_ENDED = "assignment_ended"
    REQUEST_FILED = "request_filed"
    BATCH_FILED = "batch_filed"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_DELETED = "draft_deleted"
    EVENT_RECORDED = "event_recorded"
    REQUEST_CORRECTED = "request_corrected"
    CAMPAIGN_CHOSEN = "campaign_chosen"
    DUPLICATE_MARKED = "duplicate_marked"
    DUPLICATE_UNMARKED = "duplicate_unmarked"
    REQUESTER_SAVED = "requester_saved"
    IDENTITY_OPENED = "identity_opened"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_SHOWN = "document_shown"
    DOCUMENT_ALTERED = "document_altered"
    DOCUMENT_WHOLE = "document_whole"
    DOCUMENT_QUARANTINED = "document_quarantined"
    DOCUMENT_RELEASED = "document_released"
    DOCUMENT_REDACTED = "document_redacted"
    ORIGINAL_OPENED = "original_opened"
    LETTER_PROPOSED = "letter_proposed"
    LETTER_DECIDED = "letter_decided"
    CBO_ADDED = "cbo_added"
    CBO_CHANGED = "cbo_changed"
    INCOMING_FILED = "incoming_filed"
    INCOMING_DISCARDED = "incoming_discarded"
    LETTER_WRITTEN = "letter_written"
    LETTER_TEXT_CHANGED = "letter_text_changed"
    ANSWER_READ = "answer_read"
    VISIT_RECORDED = "visit_recorded"
    VISIT_WITHDRAWN = "visit_withdrawn"
    DOSSIER_MADE = "dossier_made"
    CBO_LOCKED = "cbo_locked"
    CBO_UNLOCKED = "cbo_unlocked"
    CBO_SHRED_ASKED = "cbo_shred_asked"
    CBO_SHREDDED = "cbo_shredded"
    SENDING_CHANGED = "sending_changed"
    BODY_RENAMED = "body_renamed"
    BODY_CLOSED = "body_closed"
    BODIES_MERGED = "bodies_merged"
    CALENDAR_CHANGED = "calendar_changed"
    STANDARD_DECLARED = "standard_declared"
    TOPIC_CHANGED = "topic_changed"
    CAMPAIGN_CHANGED = "campaign_changed"
    RULES_CHANGED = "rules_changed"
    IMPORTED = "imported"
    IMPORT_UNDONE = "import_undone"
    JOB_FAILED = "job_failed"
    JOB_CANCELLED = "job_cancelled"
    EXPORTED = "exported"
    RELEASE_DRAFTED = "release_drafted"
    RELEASE_DISCARDED = "release_discarded"
    RELEASE_CHECKED = "release_checked"
    RELEASE_APPROVED = "release_approved"
    EMBARGO_CHANGED = "embargo_changed"
    RETENTION_RUN = "retention_run"
    LOG_CUT = "log_cut"
    HEAD_ANCHORED = "head_anchored"
    BACKUP_MADE = "backup_made"
    BACKUP_FAILED = "backup_failed"
    DRILL_PASSED = "drill_passed"
    DRILL_FAILED = "drill_failed"
    RESTORED = "restored"


OF_A_REQUEST = frozenset(
    {
        AuditAction.REQUEST_FILED,
        AuditAction.BATCH_FILED,
        AuditAction.DRAFT_CHANGED,
        AuditAction.DRAFT_DELETED,
        AuditAction.EVENT_RECORDED,
        AuditAction.REQUEST_CORRECTED,
        AuditAction.CAMPAIGN_CHOSEN,
        AuditAction.DUPLICATE_MARKED,
        AuditAction.DUPLICATE_UNMARKED,
        AuditAction.REQUESTER_SAVED,
        AuditAction.IDENTITY_OPENED,
        AuditAction.DOCUMENT_ADDED,
        AuditAction.DOCUMENT_SHOWN,
        AuditAction.DOCUMENT_ALTERED,
        AuditAction.DOCUMENT_WHOLE,
        AuditAction.DOCUMENT_QUARANTINED,
        AuditAction.DOCUMENT_RELEASED,
        AuditAction.DOCUMENT_REDACTED,
        AuditAction.ORIGINAL_OPENED,
        AuditAction.LETTER_PROPOSED,
        AuditAction.LETTER_DECIDED,
        AuditAction.INCOMING_FILED,
        AuditAction.LETTER_WRITTEN,
    }
)
"""Of these only its own people read which organisation a request belongs to."""


class AuditEntryRow(Base):
    """An action; never changed, except for its position in the chain, which it gets once.

    There are no foreign keys: the log outlives what it records, and writing it waits for no lock.
    Triggers refuse every other change and, for five years, every deletion.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("(position IS NULL) = (hash IS NULL)", name="chained_whole"),
        Index(
            "uq_audit_entry_position", "position", unique=True, postgresql_where=text("position IS NOT NULL")
        ),
        Index("ix_audit_entry_unchained", "id", postgresql_where=text("position IS NULL")),
        Index(None, "happened_at", "id"),
        Index(None, "cbo_id", "happened_at", "id"),
        Index(None, "what", "happened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    happened_at: Mapped[datetime]
    what: Mapped[AuditAction] = mapped_column(Choice(AuditAction))
    person_id: Mapped[UUID | None]
    cbo_id: Mapped[UUID | None]
    about: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditCountRow(Base):
    """How often something came within the hour that began at `hour`; it becomes one entry when that is over."""

    __tablename__ = "audit_count"
    __table_args__ = (
        UniqueConstraint(
            "hour",
            "what",
            "person_id",
            "cbo_id",
            "details",
            name="uq_audit_count",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hour: Mapped[datetime]
    what: Mapped[AuditAction] = mapped_column(Choice(AuditAction))
    person_id: Mapped[UUID | None]
    cbo_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    times: Mapped[int] = mapped_column(BigInteger)
