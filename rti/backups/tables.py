"""Backups and drills that were tried."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from rti.backups.kinds import RunKind
from rti.db import Base, Choice, new_id


class BackupRunRow(Base):
    """One attempt, written when it has ended; `result` names nobody, and `file` is without its folder."""

    __tablename__ = "backup_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[RunKind] = mapped_column(Choice(RunKind))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    well: Mapped[bool]
    file: Mapped[str]
    result: Mapped[str]
