"""Statutes as versioned documents."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base


class StatuteRow(Base):
    """One version of a statute, draft or campaign standard; a version is never changed."""

    __tablename__ = "statute"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    added_at: Mapped[datetime]
