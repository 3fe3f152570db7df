"""The record of imports: each with what it wrote.

Row security says who knows of which: members those of their organisation, staff their own (all, where everything is
assigned to them), administrators those of the directory and of organisations.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, insert, select, tuple_
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.accounts import personal_encryption
from rti.audit.record import record
from rti.core.cipher import Unreadable
from rti.core.db import is_busy
from rti.core.errors import Busy, Conflict, NotFound, say
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.validation import ShortText
from rti.encryption.data_keys import READER_OPENS
from rti.files.media_types import clean_file_name
from rti.imports.report import Report, Run
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction
from rti.models.cbos import not_locked
from rti.models.imports import FileImportRow, FileKind, ImportEntryRow

_FILE_NAME = "name of an imported file"


class ImportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which imports to list; `after` is the mark of the page before."""

    after: ShortText = ""


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import with the names of who made it and who undid it; None for the command line and the forgotten."""

    row: FileImportRow
    file_name: str
    by: str | None
    undone_by: str | None


@dataclass(slots=True)
class Trace:
    """What an import writes, noted for the way back; a dry run writes nothing, so that nobody waits for it."""

    session: AsyncSession
    run: Run
    _waiting: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self,
        row: Any,
        after: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """The import made a row, or with `before` changed these columns of one."""
        self._waiting.append(
            {
                "file_import_id": self.run.id,
                "table": row.__tablename__,
                "row_id": row.id,
                "before": before,
                "after": after,
            }
        )

    async def write(self) -> None:
        """Write what waits in the session, and the notes of it."""
        if self._waiting and not self.run.dry_run:
            await self.session.flush()
            await self.session.execute(insert(ImportEntryRow), self._waiting)
        self._waiting.clear()


@asynccontextmanager
async def recorded(
    session: AsyncSession, report: Report, run: Run, kind: FileKind, now: datetime
) -> AsyncIterator[Trace]:
    """A savepoint around an import: a dry run goes through everything, and undoes the little that it had to write.

    Raises Conflict where another wrote the same meanwhile, and Busy where another holds it.
    """
    cbo_id = run.by.cbo_id if run.by else None
    row = FileImportRow(
        id=run.id,
        kind=kind,
        cbo_id=cbo_id,
        person_id=run.by.id if run.by else None,
        file_name=run.file_name,
        created_at=now,
    )
    try:
        async with session.begin_nested() as savepoint:
            if not run.dry_run:
                session.add(row)
                await session.flush()
            trace = Trace(session, run)
            yield trace
            await trace.write()
            report.lines.sort(key=lambda line: line.number)
            report.undone = run.dry_run or (run.all_or_nothing and bool(report.rejected))
            if report.undone:
                await savepoint.rollback()
            else:
                row.counts = {result.value: count for result, count in report.counts.items() if count}
                record(
                    session, AuditAction.IMPORTED, now, about=row.id, cbo_id=cbo_id, kind=kind, **row.counts
                )
    except DBAPIError as fault:
        if is_busy(fault):
            raise Busy from None
        if not isinstance(fault, IntegrityError):
            raise
        raise Conflict(
            say(
                "Someone changed the same records while the file was being read. Nothing was imported. Try again"
            )
        ) from None


def named_run(secret: str, file_name: str, **more: Any) -> Run:
    """How to run the import of a file; its name is sealed, because like the file it may name somebody."""
    run = Run(**more)
    name = clean_file_name(file_name) if file_name else ""
    return replace(run, file_name=personal_encryption.encrypt(secret, _FILE_NAME, run.id, name.encode()))


def _opened_name(session: AsyncSession, secret: str, row: FileImportRow) -> str:
    """The name of the file; empty where it cannot be opened, and for a program with a token."""
    if not session.info.get(READER_OPENS, True):
        return ""
    try:
        return personal_encryption.decrypt(secret, _FILE_NAME, row.id, row.file_name or b"").decode()
    except Unreadable:
        return ""


def _imports() -> Select[FileImportRow, str, str]:
    """Imports with the names of people, and none of the people of a locked organisation."""
    undoer = aliased(PersonRow)
    return (
        select(FileImportRow, PersonRow.name, undoer.name)
        .outerjoin(PersonRow, PersonRow.id == FileImportRow.person_id)
        .outerjoin(undoer, undoer.id == FileImportRow.undone_by)
        .where(not_locked(FileImportRow.cbo_id))
    )


async def imports(
    session: AsyncSession, wanted: ImportFilter, secret: str, size: int = PAGE_SIZE
) -> Page[PastImport]:
    """Imports that changed something, newest first."""
    key = (FileImportRow.created_at, FileImportRow.id)
    query = _imports().order_by(*(column.desc() for column in key)).limit(size + 1)
    if wanted.after:
        query = query.where(tuple_(*key) < decode_cursor(wanted.after, decode_moment, UUID))
    found = [
        PastImport(row, _opened_name(session, secret, row), *names)
        for row, *names in await session.execute(query)
    ]
    return page_of(found, size, lambda each: (each.row.created_at.isoformat(), str(each.row.id)))


async def one(session: AsyncSession, import_id: UUID, secret: str) -> PastImport:
    """One import; a missing one and one of somebody else look the same."""
    found = (await session.execute(_imports().where(FileImportRow.id == import_id))).one_or_none()
    if found is None:
        raise NotFound
    row, *names = found
    return PastImport(row, _opened_name(session, secret, row), *names)
