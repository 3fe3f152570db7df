"""Saved reports of figures, which can be sent each month."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id


class ReportFile(StrEnum):
    """The file type of a report."""

    PAGE = "page"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    FLAT = "flat"
    JSON = "json"


class ReportTo(StrEnum):
    """Who gets a report each month."""

    OWNER = "owner"
    GROUP = "group"


class SavedReportRow(Base):
    """An address of the figures under a name, without a cut-off date: it is opened, and sent, with the newest.

    Where it is sent to the working group they and staff see it, too. `sent_on` is when it was sent last, at first when
    it was saved; `sent_digest` is the digest of the figures that were sent last.
    """

    __tablename__ = "saved_report"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    file: Mapped[ReportFile] = mapped_column(Choice(ReportFile))
    mails_to: Mapped[ReportTo | None] = mapped_column(Choice(ReportTo))
    sent_on: Mapped[date]
    sent_digest: Mapped[str | None]
    created_at: Mapped[datetime]
