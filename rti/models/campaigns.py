"""Campaigns and their target areas."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id


class CampaignRow(Base):
    """A programme of requests, with the statute or standard by which its requests are judged.

    With `own_rules` its reminders follow its own `reminder_rule` rows, be they none, and else the defaults.
    """

    __tablename__ = "campaign"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name_km: Mapped[str]
    name_en: Mapped[str]
    statute_id: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    own_rules: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class TargetAreaRow(Base):
    """A province or district that a campaign has marked as its own."""

    __tablename__ = "target_area"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
