"""The organisations that ask, and their locks and shredding."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, false, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.models.names import InBothLanguages


class SafetyStep(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SHRED_ASKED = "shred_asked"
    SHREDDED = "shredded"


class CboKind(StrEnum):
    """The kind of people in an organisation."""

    FORESTRY = "forestry"
    FISHERY = "fishery"
    FARMERS = "farmers"
    SAVINGS = "savings"
    LAND = "land"
    INDIGENOUS = "indigenous"
    WOMEN = "women"
    YOUTH = "youth"
    DISABILITY = "disability"
    WORKERS = "workers"
    OTHER = "other"


class Participant:
    """The basis of participation: whether the organisation is mapped, and whether it is a target."""

    kind: Mapped[CboKind | None] = mapped_column(Choice(CboKind))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    mapped: Mapped[bool] = mapped_column(default=False, server_default=false())
    target: Mapped[bool] = mapped_column(default=False, server_default=false())


class CboRow(Participant, InBothLanguages, Base):
    """An organisation that asks; `last_number` is the last reference given to a request of its own.

    While it is locked nothing of it is shown and nobody of it can sign in; its code is as free as one that
    nobody has, since a refusal would confirm that it is there. A shredded one stays locked, and its row stays
    for the figures only; `scrubbed_at` is when what was shredded was gone from the disk, too.
    """

    __tablename__ = "cbo"
    __table_args__ = (
        Index("ix_cbo_locked", "id", postgresql_where=text("locked_at IS NOT NULL")),
        Index("uq_cbo_code", "code", unique=True, postgresql_where=text("locked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    sends_messages: Mapped[bool] = mapped_column(default=True)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    shredded_at: Mapped[datetime | None]
    scrubbed_at: Mapped[datetime | None]


class CboStandingRow(Participant, Base):
    """An earlier state of a `Participant`, known from the day `known_from` on; a trigger of `cbo` writes it, for figures as of a past day."""

    __tablename__ = "cbo_standing"

    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id", ondelete="CASCADE"), primary_key=True)
    known_from: Mapped[date] = mapped_column(primary_key=True)


class CboSafetyRow(Base):
    """A lock, unlock or shred: who did it, when and why; nobody is the command line. Never changed."""

    __tablename__ = "cbo_safety"
    __table_args__ = (Index(None, "cbo_id", "happened_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id"))
    step: Mapped[SafetyStep] = mapped_column(Choice(SafetyStep))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    happened_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")


def not_locked(cbo_id: Any) -> ColumnElement[bool]:
    """Whether what belongs to this organisation, or to none, may be shown: for the WHERE of a query."""
    locked = select(CboRow.id).where(CboRow.locked_at.is_not(None))
    return or_(cbo_id.is_(None), cbo_id.not_in(locked))
