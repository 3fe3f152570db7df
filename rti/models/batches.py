"""Batches: a question of a campaign that an organisation puts to many bodies at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id
from rti.models.keys import Encrypted
from rti.models.requests import Filing


class LeftOut(StrEnum):
    """Why a chosen body is not asked."""

    CLOSED = "closed"
    OUTSIDE_THE_LAW = "outside_the_law"
    OUT_OF_REACH = "out_of_reach"
    ASKED_ALREADY = "asked_already"


class BatchRow(Base):
    """A question put to many bodies; `asked` is what each of its requests says, as `requests.commands.PlainFields`.

    `note` is for those who carry it out.
    """

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("cbo_id", "id"), Index(None, "campaign_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id"))
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    filing: Mapped[Filing] = mapped_column(Choice(Filing))
    title: Mapped[str]
    asked: Mapped[dict[str, Any]]
    note: Mapped[bytes | None] = mapped_column(Encrypted)
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class BatchBodyRow(Base):
    """A body that was chosen for a batch: with its request once that is filed, or why it is left out.

    One that has neither waits for its request. `body_id` is the body as it was chosen, whatever became of it since.
    """

    __tablename__ = "batch_body"
    __table_args__ = (
        ForeignKeyConstraint(["cbo_id", "batch_id"], ["batch.cbo_id", "batch.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "request_id"),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[UUID] = mapped_column(primary_key=True)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    left_out: Mapped[LeftOut | None] = mapped_column(Choice(LeftOut))
