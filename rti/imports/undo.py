"""Undoing an import as a whole, in one transaction, while no work continued on it.

What it made goes, what it changed is again as it was. Numbers that requests had are not given again, and the public
bodies that came with requests go unless something else refers to them.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.attributes import assign
from rti.core.errors import Conflict, Message, NotFound, say
from rti.core.roles import Person
from rti.models.audit import AuditAction
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow, not_locked
from rti.models.imports import FileImportRow, FileKind, ImportEntryRow
from rti.models.letters import WrittenLetterRow
from rti.models.messages import LetterRow, LetterState
from rti.models.requests import (
    DocumentRow,
    EventRow,
    IdentityOpeningRow,
    RequesterRow,
    RequestRow,
    SnoozeRow,
)

SHOWN = 10
"""Obstacles that are named; of more it is said that there are some."""
_CODED: Mapping[str, Any] = {table.__tablename__: table for table in (PublicBodyRow, CboRow)}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of undoing an import: a request, body or organisation, and what became of it."""

    id: UUID | None
    name: str
    reason: Message


async def undo(session: AsyncSession, import_id: UUID, by: Person | None, now: datetime) -> FileImportRow:
    """Undo everything that an import wrote; raises Conflict with the obstacles.

    `by` is None on the command line. Row security says whose imports there are, and those of the people of a locked
    organisation are not there.
    """
    found = select(FileImportRow).where(FileImportRow.id == import_id, not_locked(FileImportRow.cbo_id))
    row = await session.scalar(found.with_for_update())
    if row is None:
        raise NotFound
    if row.undone_at:
        raise Conflict(say("This import has already been undone"))
    if row.kind is FileKind.REQUESTS:
        await session.execute(_requests(row).with_only_columns(RequestRow.id).with_for_update())
    if built := await obstacles(session, row) or await _take_back(session, row):
        raise Conflict(_told(built))
    row.undone_at, row.undone_by = now, by.id if by else None
    record(session, AuditAction.IMPORT_UNDONE, now, about=row.id, cbo_id=row.cbo_id, kind=row.kind)
    await session.flush()
    return row


async def obstacles(session: AsyncSession, row: FileImportRow) -> Sequence[Obstacle]:
    """What was built on an import since, as far as it can be seen without trying."""
    return [each async for each in _obstacles(session, row)]


async def _obstacles(session: AsyncSession, row: FileImportRow) -> AsyncIterator[Obstacle]:
    if row.kind is FileKind.REQUESTS:
        made = _entries(row, RequestRow).with_only_columns(func.count())
        seen = _requests(row).with_only_columns(func.count())
        if hidden := (await session.scalar(made) or 0) - (await session.scalar(seen) or 0):
            yield Obstacle(None, str(hidden), say("these requests are not assigned to you"))
        for reason, built in _built_on(row):
            found = _requests(row).where(built).order_by(RequestRow.reference)
            columns = found.with_only_columns(RequestRow.id, RequestRow.reference)
            for request_id, reference in await session.execute(columns.limit(SHOWN + 1)):
                yield Obstacle(request_id, reference, reason)
    for entry, found in await _coded(session, row):
        if entry.after and any(getattr(found, name) != value for name, value in entry.after.items()):
            yield Obstacle(found.id, found.code, say("it was changed afterwards"))


def _built_on(row: FileImportRow) -> Sequence[tuple[Message, ColumnElement[bool]]]:
    """What people may have added to a request since it was imported, and how that is seen.

    What the system adds by itself goes with the request: dates that a calendar moved, reminders, proposed letters.
    """

    def exists(table: Any, *more: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(table.request_id).where(table.request_id == RequestRow.id, *more).exists()

    return (
        (
            say("something was recorded on its timeline"),
            exists(EventRow, EventRow.recorded_at > row.created_at),
        ),
        (say("a document was added"), exists(DocumentRow)),
        (say("its requester was recorded"), exists(RequesterRow)),
        (say("somebody looked at its requester"), exists(IdentityOpeningRow)),
        (say("a letter about it was decided"), exists(LetterRow, LetterRow.state != LetterState.PROPOSED)),
        (say("a letter about it was written"), exists(WrittenLetterRow)),
        (say("its reminders were snoozed"), exists(SnoozeRow)),
    )


def _entries(row: FileImportRow, table: Any) -> Any:
    of_table = ImportEntryRow.table == table.__tablename__
    return select(ImportEntryRow).where(ImportEntryRow.file_import_id == row.id, of_table)


def _requests(row: FileImportRow) -> Any:
    """What can be seen of the requests that the import made."""
    made = _entries(row, RequestRow).with_only_columns(ImportEntryRow.row_id)
    return select(RequestRow).where(RequestRow.id.in_(made), not_locked(RequestRow.cbo_id))


async def _coded(session: AsyncSession, row: FileImportRow) -> list[tuple[ImportEntryRow, Any]]:
    """The bodies and organisations that the import made or changed, with what was noted of them.

    A locked organisation is as if it were not there, and stays as it is.
    """
    found = []
    for table in _CODED.values():
        query = _entries(row, table).join(table, table.id == ImportEntryRow.row_id).add_columns(table)
        if table is CboRow:
            query = query.where(CboRow.locked_at.is_(None))
        found += [(entry, known) for entry, known in await session.execute(query)]
    return found


async def _take_back(session: AsyncSession, row: FileImportRow) -> list[Obstacle]:
    """Remove and restore; returns what could not be removed although the import is about it."""
    if row.kind is FileKind.REQUESTS:
        made = _entries(row, RequestRow).with_only_columns(ImportEntryRow.row_id)
        await session.execute(_without(RequestRow, RequestRow.id.in_(made)))
    gone: dict[Any, list[Any]] = defaultdict(list)
    for entry, known in await _coded(session, row):
        if entry.before is None:
            gone[type(known)].append(known)
        else:
            assign(known, entry.before)
    await session.flush()
    left = [each for table, rows in gone.items() for each in await _remove(session, table, rows)]
    if row.kind is FileKind.REQUESTS:
        return []
    return [Obstacle(each.id, each.code, say("something else refers to it")) for each in left]


async def _remove(session: AsyncSession, table: Any, rows: Sequence[Any]) -> Sequence[Any]:
    """Remove rows unless something refers to them; returns those that are left, found by halves."""
    try:
        async with session.begin_nested():
            await session.execute(_without(table, table.id.in_([row.id for row in rows])))
    except IntegrityError:
        if len(rows) == 1:
            return rows
        half = len(rows) // 2
        return [*await _remove(session, table, rows[:half]), *await _remove(session, table, rows[half:])]
    return []


def _without(table: Any, which: ColumnElement[bool]) -> Any:
    return delete(table).where(which).execution_options(synchronize_session=False)


def _told(found: Sequence[Obstacle]) -> Message:
    messages = [say("{name}: {reason}", name=each.name, reason=each.reason) for each in found]
    reasons = messages[0]
    for each in messages[1:SHOWN]:
        reasons = say("{reasons}; {reason}", reasons=reasons, reason=each)
    if len(messages) > SHOWN:
        reasons = say("{reasons}; and more", reasons=reasons)
    return say("This import can no longer be undone. {reasons}", reasons=reasons)
