"""Attempted backups and drills."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id


class RunKind(StrEnum):
    """A backup that was made, or a drill that restored one."""

    BACKUP = "backup"
    DRILL = "drill"


class BackupRunRow(Base):
    """One attempt, recorded when it has ended; `result` names nobody, and `file` is without its folder."""

    __tablename__ = "backup_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[RunKind] = mapped_column(Choice(RunKind))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    well: Mapped[bool]
    file: Mapped[str]
    result: Mapped[str]
