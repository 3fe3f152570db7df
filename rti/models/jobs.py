"""Jobs: long work that people asked for, and the heartbeats of the scheduler."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id


class JobKind(StrEnum):
    """The kind of work; `COLUMNS` is none: a file that waits until its columns are confirmed."""

    IMPORT = "import"
    COLUMNS = "columns"
    PRINT = "print"
    COMPARE = "compare"
    EXPORT = "export"
    DOSSIER = "dossier"
    MANY = "many"
    BATCH = "batch"
    RELEASE = "release"
    VERIFICATION = "verification"


class JobState(StrEnum):
    """queued → running → done, failed or cancelled; what is to be tried again is queued once more."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobRow(Base):
    """Long work, done for one person after the response was sent.

    `content` is what the job works on and goes when it ends, `report` what it came to; both are sealed for the
    person. `done` of `total` is how far it is. `attempt` grows with every claim, and whoever writes about a claim
    names it. `next_attempt_at` is the end of the lease while the job runs.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("(state IN ('queued', 'running')) = (finished_at IS NULL)", name="finished"),
        CheckConstraint("finished_at IS NULL OR content IS NULL", name="content_gone"),
        Index(None, "next_attempt_at", "id", postgresql_where=text("finished_at IS NULL")),
        Index(None, "person_id", "created_at", "id"),
        Index(None, "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[JobKind] = mapped_column(Choice(JobKind))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    arguments: Mapped[dict[str, Any]]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[JobState] = mapped_column(Choice(JobState), default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    attempt: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    report: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class HeartbeatRow(Base):
    """When a periodic job last started and ended, so that silence is noticed."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    well: Mapped[bool] = mapped_column(default=True)
    result: Mapped[str] = mapped_column(default="")
