"""People, their credentials and their sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.core.roles import Role, TokenScope


class PersonRow(Base):
    """Somebody who can sign in; `email` is stored in lower case.

    An invited person, or one who has to set a new password, has no `password_hash` until then. `entrusted_at` is when
    somebody else last gave the account to its person: by an invitation, a reset or a role. Messages come from
    the hour `hours_from` to before `hours_to`, in the time zone of the installation; they are silent unless
    `wants_detail`, and one a day with `wants_digest`.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("(role IN ('cbo_member', 'cbo_lead')) = (cbo_id IS NOT NULL)", name="cbo_of_role"),
        CheckConstraint("0 <= hours_from AND hours_from < hours_to AND hours_to <= 24", name="hours"),
        Index(None, "cbo_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    role: Mapped[Role] = mapped_column(Choice(Role))
    cbo_id: Mapped[UUID | None] = mapped_column(ForeignKey("cbo.id"))
    language: Mapped[str]
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    wants_digest: Mapped[bool] = mapped_column(default=False, server_default=false())
    wants_detail: Mapped[bool] = mapped_column(default=False, server_default=false())
    hours_from: Mapped[int] = mapped_column(SmallInteger, default=7, server_default="7")
    hours_to: Mapped[int] = mapped_column(SmallInteger, default=20, server_default="20")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    entrusted_at: Mapped[datetime] = mapped_column(
        default=lambda context: context.get_current_parameters()["created_at"]
    )


class InvitationRow(Base):
    """The link for setting a password: one for each person, of which only the SHA-256 is stored."""

    __tablename__ = "invitation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class TotpRow(Base):
    """The encrypted secret of an authenticator app (RFC 6238), and the last step whose code was used."""

    __tablename__ = "totp"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class PasskeyRow(Base):
    """A passkey (WebAuthn): its public key, and how often it says it was used."""

    __tablename__ = "passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    created_at: Mapped[datetime]


class RecoveryCodeRow(Base):
    """A code that replaces the second factor once; only its SHA-256 is stored."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class SignInRow(Base):
    """A session: only the SHA-256 of its token is stored, and no address of the visitor.

    `proved_at` is when its person last showed the password, `second_factor_at` when the second factor.
    """

    __tablename__ = "sign_in"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]


class ApiTokenRow(Base):
    """A token with which a program acts for a person, within a scope and until a day."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    scope: Mapped[TokenScope] = mapped_column(Choice(TokenScope))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class RateLimitRow(Base):
    """The moment at which the next call counts as the first again; `key` is a keyed hash and names nobody."""

    __tablename__ = "rate_limit"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)


class AssignmentRow(Base):
    """What a member of staff sees: a campaign, the bodies of a province, or with neither everything."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("campaign_id IS NULL OR province_code IS NULL", name="one_of_both"),
        UniqueConstraint("person_id", "campaign_id", "province_code", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaign.id"))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    assigned_at: Mapped[datetime]


class FeedRow(Base):
    """The secret behind a person's calendar and news feeds, as SHA-256; a new one replaces it."""

    __tablename__ = "feed"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]


class SubmissionRow(Base):
    """A submission of a person under an idempotency key: a repetition is not executed again.

    `content` is a digest of what was sent, and `answer` what came of it, sealed for the person; None until it
    is there, and where it was too large to keep.
    """

    __tablename__ = "submission"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(index=True)
