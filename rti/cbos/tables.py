"""Community-based organisations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rti.db import Base, new_id


class CboRow(Base):
    """An organisation that asks; `last_number` is the last reference given to a request of its own."""

    __tablename__ = "cbo"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name_km: Mapped[str]
    name_en: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    sends_messages: Mapped[bool] = mapped_column(default=True)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
