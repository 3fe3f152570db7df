"""The audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rti.audit.kinds import What
from rti.db import Base, Choice, new_id


class AuditEntryRow(Base):
    """Something that was done; never changed, but for its place in the chain, which it gets once.

    There are no foreign keys: the log outlives what it tells of, and writing it waits for nobody.
    Triggers refuse every other change and, for five years, every deletion.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("(position IS NULL) = (hash IS NULL)", name="chained_whole"),
        Index(
            "uq_audit_entry_position", "position", unique=True, postgresql_where=text("position IS NOT NULL")
        ),
        Index("ix_audit_entry_unchained", "id", postgresql_where=text("position IS NULL")),
        Index(None, "happened_at", "id"),
        Index(None, "cbo_id", "happened_at", "id"),
        Index(None, "what", "happened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    happened_at: Mapped[datetime]
    what: Mapped[What] = mapped_column(Choice(What))
    person_id: Mapped[UUID | None]
    cbo_id: Mapped[UUID | None]
    about: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditTallyRow(Base):
    """How often something came within the hour that began at `hour`; it becomes one entry when that is over."""

    __tablename__ = "audit_tally"
    __table_args__ = (
        UniqueConstraint(
            "hour",
            "what",
            "person_id",
            "cbo_id",
            "details",
            name="uq_audit_tally",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hour: Mapped[datetime]
    what: Mapped[What] = mapped_column(Choice(What))
    person_id: Mapped[UUID | None]
    cbo_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    times: Mapped[int] = mapped_column(BigInteger)
