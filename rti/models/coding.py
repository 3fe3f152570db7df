"""The questions of a campaign, and what readers found in answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id


class Verdict(StrEnum):
    """What an answer says to one question."""

    ANSWERED = "answered"
    PARTLY = "partly"
    REFUSED = "refused"
    NOT_HELD = "not_held"
    NOT_ADDRESSED = "not_addressed"


class QuestionListRow(Base):
    """The questions of a campaign; each change is a new version, and a question is known by its code."""

    __tablename__ = "question_list"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    items: Mapped[list[dict[str, Any]]]
    added_at: Mapped[datetime]


class ReadingRow(Base):
    """One person's reading of the answer to a request; never changed.

    The first and the second reader have the `place` 1 and 2, whoever decides where they differ has 3. `findings` are
    a list of `coding.commands.Found`.
    """

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("request_id", "place"),
        UniqueConstraint("request_id", "reader_id"),
        ForeignKeyConstraint(["cbo_id", "request_id"], ["request.cbo_id", "request.id"], ondelete="CASCADE"),
        Index(None, "campaign_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cbo_id: Mapped[UUID]
    request_id: Mapped[UUID]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    place: Mapped[int]
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    questions_version: Mapped[int]
    findings: Mapped[list[dict[str, Any]]]
    read_at: Mapped[datetime]
