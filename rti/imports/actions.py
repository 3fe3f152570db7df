"""Importing a file for somebody who is signed in: by what their role allows, as a job.

The file waits sealed for the person, and so does the report of what became of each line.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import wallclock
from rti.core.errors import Forbidden, TooLarge, say
from rti.core.roles import ADMINISTRATION, REQUESTS, SUPPORT, Person, Role
from rti.imports.csv_reader import Columns, CsvFile
from rti.imports.history import named_run
from rti.imports.mapping import FIXED
from rti.imports.report import Foresee, Report, Run
from rti.imports.requests import import_requests
from rti.imports.spreadsheets import as_csv
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos
from rti.jobs import queue, reports
from rti.jobs.worker import Work
from rti.models.imports import FileKind
from rti.models.jobs import JobKind, JobRow

MOST_LINES = 5_000
"""Lines of a file that is sent over the web; a longer one belongs on the command line."""

WHO: Mapping[FileKind, frozenset[Role]] = {
    FileKind.REQUESTS: REQUESTS,
    FileKind.BODIES: SUPPORT,
    FileKind.CBOS: SUPPORT,
}
IMPORTERS = REQUESTS | ADMINISTRATION
_AFTER_NAME = b"\x00"
"""Between the name of a file, which has none, and its content."""

COLUMNS: Mapping[FileKind, Columns] = {
    FileKind.REQUESTS: FIXED.expected,
    FileKind.BODIES: BODY_COLUMNS,
    FileKind.CBOS: CBO_COLUMNS,
}


class ImportOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of an import; `check` goes through everything and keeps nothing."""

    kind: FileKind
    check: bool = False
    all_or_nothing: bool = False


def kinds_for(person: Person) -> list[FileKind]:
    """What this person may import."""
    return [kind for kind, roles in WHO.items() if person.role in roles]


async def ask_for_import(
    session: AsyncSession,
    order: ImportOrder,
    content: bytes,
    *,
    file_name: str,
    person: Person,
    secret: str,
    now: datetime,
) -> JobRow:
    """Add the job that imports a file in the fixed layout, CSV or XLSX.

    Raises Forbidden for a kind that is not for this role, Invalid or TooLarge for a file that cannot be taken:
    it is read through first, so that only what single lines are like turns up later.
    """
    _require(order.kind, person)
    content = await as_csv(content)
    lines = await asyncio.to_thread(_lines_of, content, COLUMNS[order.kind])
    job = queue.added(person, JobKind.IMPORT, order, lines, now)
    named = file_name.encode(errors="replace").replace(_AFTER_NAME, b"") + _AFTER_NAME + content
    reports.give(job, secret, "file", named)
    session.add(job)
    await session.flush()
    return job


def _lines_of(content: bytes, columns: Columns) -> int:
    file = CsvFile(BytesIO(content), columns)
    for _ in file:
        if file.lines > MOST_LINES:
            raise TooLarge(
                say(
                    "Here a file may have up to {count} lines; cut it, or use the command line",
                    count=MOST_LINES,
                )
            )
    return file.lines


async def run_import(work: Work, foresee: Foresee | None = None) -> bytes:
    """Import the file of a job; returns the sealed report."""
    secret, job = work.settings.secret, work.job
    order = msgspec.convert(job.arguments, ImportOrder)
    _require(order.kind, work.person)
    named = reports.given(work, "file", say("The file cannot be opened any more; send it again"))

    def on_progress(file: CsvFile) -> None:
        work.progress.done = file.lines

    name, _, content = named.partition(_AFTER_NAME)
    run = named_run(
        secret,
        name.decode(),
        id=job.id,
        by=work.person,
        dry_run=order.check,
        all_or_nothing=order.all_or_nothing,
        on_progress=on_progress,
        foresee=foresee,
    )
    report = await _import(work, order.kind, CsvFile(BytesIO(content), COLUMNS[order.kind]), run)
    return reports.sealed(work, "report", msgspec.json.encode(report))


async def _import(work: Work, kind: FileKind, file: CsvFile, run: Run) -> Report:
    session, now = work.session, work.now
    if kind is FileKind.BODIES:
        return await import_bodies(session, file, now, run)
    if kind is FileKind.CBOS:
        return await import_cbos(session, file, now, run)
    today = wallclock.day_of(now, work.settings.timezone)
    return await import_requests(session, file, FIXED, now=now, today=today, run=run)


def _require(kind: FileKind, person: Person) -> None:
    if kind not in kinds_for(person):
        raise Forbidden


async def report_of(session: AsyncSession, job: JobRow, secret: str) -> Report | None:
    """What became of each line, once the import is done."""
    gone = say("This report cannot be opened any more")
    plain = await reports.report_of(session, job, secret, "report", gone)
    return msgspec.json.decode(plain, type=Report) if plain else None
