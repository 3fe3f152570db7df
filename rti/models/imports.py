"""Imports of files, and what each wrote, so that it can be undone."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.db import Base, Choice, new_id


class FileKind(StrEnum):
    REQUESTS = "requests"
    BODIES = "bodies"
    CBOS = "cbos"


class FileImportRow(Base):
    """An imported file; one that changed nothing has no row.

    `id` is that of the job, where there was one. `cbo_id` is the organisation of the person, None for staff,
    administrators and the command line. `file_name` is sealed as `imports.history` does. `counts` are lines by what
    became of them.
    """

    __tablename__ = "file_import"
    __table_args__ = (Index(None, "created_at", "id"), Index(None, "cbo_id", "created_at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[FileKind] = mapped_column(Choice(FileKind))
    cbo_id: Mapped[UUID | None] = mapped_column(ForeignKey("cbo.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ImportEntryRow(Base):
    """A row that an import wrote: for requests only the identifier, for records with a code also the columns.

    `before` are the same columns as they were, None where the import made the row.
    """

    __tablename__ = "import_entry"
    __table_args__ = (Index(None, "row_id"),)

    file_import_id: Mapped[UUID] = mapped_column(ForeignKey("file_import.id"), primary_key=True)
    table: Mapped[str] = mapped_column("of_table", primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
