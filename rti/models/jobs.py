"""Jobs of the scheduler."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base


class TickRow(Base):
    """When a job of the scheduler last began and ended, so that silence can be seen."""

    __tablename__ = "tick"

    job: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    well: Mapped[bool] = mapped_column(default=True)
    result: Mapped[str] = mapped_column(default="")
