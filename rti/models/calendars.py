"""Days off per country."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, new_id


class CalendarYearRow(Base):
    """A year whose list is loaded; `confirmed` once the sub-decree that fixes it has been recorded."""

    __tablename__ = "calendar_year"

    country: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    confirmed: Mapped[bool]
    source: Mapped[str]
    loaded_at: Mapped[datetime]


class DayOffRow(Base):
    """A day off; a withdrawn one stays as history."""

    __tablename__ = "day_off"
    __table_args__ = (
        Index(
            "uq_day_off_country_day",
            "country",
            "day",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str]
    day: Mapped[date]
    name_km: Mapped[str]
    name_en: Mapped[str]
    source: Mapped[str]
    declared_at: Mapped[datetime]
    declared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
