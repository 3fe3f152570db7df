"""What requests are about."""

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base


class TopicRow(Base):
    """A topic by its code, which never changes; a `retired` one is no longer offered, but keeps its requests."""

    __tablename__ = "topic"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_km: Mapped[str]
    name_en: Mapped[str]
    place: Mapped[int]
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
