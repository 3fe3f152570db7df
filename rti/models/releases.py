"""Releases: figures frozen for publication, who checked them, and who saw them before publication."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id


class ReleaseRow(Base):
    """A publication: drafted, checked by others, approved, and out from its day on.

    `content` has the tables as they are told, `digest` is the SHA-256 of it. `kept` stays here, packed: what every
    counted request was, and which hidden numbers are small. A check holds for the digest that it names. Once it is approved the row never changes: a trigger
    refuses it, and what is wrong is put right by another release that `corrects` this one.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("checks_needed >= 1", name="never_none"),
        CheckConstraint("(approved_at IS NULL) = (publish_on IS NULL)", name="approved_for_a_day"),
        CheckConstraint("(corrects_id IS NULL) = (changes IS NULL)", name="says_what_changed"),
        Index(None, "corrects_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    title_km: Mapped[str]
    title_en: Mapped[str]
    asked: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    kept: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str]
    as_of: Mapped[date]
    checks_needed: Mapped[int]
    reasons: Mapped[dict[str, Any]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    publish_on: Mapped[date | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("release.id"))
    changes: Mapped[str | None]


class ReleaseCheckRow(Base):
    """A check of a release with this digest."""

    __tablename__ = "release_check"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    remark: Mapped[str] = mapped_column(default="")


class ReleaseSightRow(Base):
    """The first time a person saw a release before its day."""

    __tablename__ = "release_sight"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime]


class EmbargoRow(Base):
    """A part of a campaign under embargo until a day: all of it, a wave, or a province."""

    __tablename__ = "embargo"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    wave: Mapped[str | None]
    province_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    until_on: Mapped[date]
    reason: Mapped[str]
    set_at: Mapped[datetime]
