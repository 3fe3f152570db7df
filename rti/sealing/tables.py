"""Data keys, wrapped."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.db import Base, Choice
from rti.sealing.kinds import KeyState


class DataKeyRow(Base):
    """A key of one organisation, wrapped by the key `key_number` of the key file; a destroyed one is empty."""

    __tablename__ = "data_key"
    __table_args__ = (
        CheckConstraint("(state = 'destroyed') = (wrapped IS NULL)", name="destroyed_is_empty"),
        Index("uq_data_key_current", "cbo_id", unique=True, postgresql_where=text("state = 'current'")),
    )

    cbo_id: Mapped[UUID] = mapped_column(ForeignKey("cbo.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[KeyState] = mapped_column(Choice(KeyState))
    key_number: Mapped[str]
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
