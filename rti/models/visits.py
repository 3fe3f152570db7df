"""Checklists of what bodies should publish, and visits on which monitors looked."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.models.bodies import BodyKind


class Subject(StrEnum):
    """What an item of a checklist is about."""

    BUDGET = "budget"
    PLAN = "plan"
    FEES = "fees"
    CONTRACTS = "contracts"
    DECISIONS = "decisions"
    SERVICE = "service"


class Finding(StrEnum):
    """Where a monitor found an item; items that do not apply to the body are not counted."""

    BOARD = "board"
    ONLINE = "online"
    BOTH = "both"
    OUTDATED = "outdated"
    ABSENT = "absent"
    NOT_APPLICABLE = "not_applicable"


class ChecklistRow(Base):
    """A campaign's own checklist for a type of body; each change is a new version, and version 0 is the default list."""

    __tablename__ = "checklist"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[BodyKind] = mapped_column(Choice(BodyKind), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    items: Mapped[list[dict[str, Any]]]
    added_at: Mapped[datetime]


class VisitRow(Base):
    """What was found at a body on a day, by the code of each item; never changed, but `withdrawn_at` where it was wrong.

    `cbo_id` is the organisation whose people looked; nothing where campaign staff did.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index(None, "body_id", "visited_on"),
        Index(None, "campaign_id"),
        Index(None, "cbo_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("public_body.id"))
    cbo_id: Mapped[UUID | None] = mapped_column(ForeignKey("cbo.id"))
    checklist_version: Mapped[int]
    findings: Mapped[dict[str, Any]]
    visited_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]


class VisitPhotoRow(Base):
    """A photo of a notice board or page, stored as a copy without the place and time where it was taken."""

    __tablename__ = "visit_photo"
    __table_args__ = (Index(None, "visit_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
