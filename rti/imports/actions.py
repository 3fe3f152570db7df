"""Importing a file for somebody who is signed in, as a job with the rights of their role.

The file waits sealed for the person, with its mapping, and so does the report of what became of each line. A file of
requests in a layout of its own waits in the same way until its columns are confirmed.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import wallclock
from rti.core.errors import Conflict, Forbidden, Invalid, TooLarge, invalid, say
from rti.core.roles import ADMINISTRATION, REQUESTS, SUPPORT, Person, Role
from rti.imports.csv_reader import Columns, CsvFile
from rti.imports.guessing import Meanings, read_sheet
from rti.imports.history import named_run
from rti.imports.mapping import FIXED, RequestMap, read_mapping
from rti.imports.report import Foresee, Report, Run
from rti.imports.requests import import_requests
from rti.imports.spreadsheets import as_csv
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos
from rti.jobs import queue, reports
from rti.jobs.worker import Work
from rti.models.imports import FileKind
from rti.models.jobs import JobKind, JobRow
from rti.topics.queries import topics

MOST_LINES = 5_000
"""Lines of a file sent over the web; longer ones need the command line."""

WHO: Mapping[FileKind, frozenset[Role]] = {
    FileKind.REQUESTS: REQUESTS,
    FileKind.BODIES: SUPPORT,
    FileKind.CBOS: SUPPORT,
}
IMPORTERS = REQUESTS | ADMINISTRATION
_GONE = say("The file cannot be opened any more; send it again")

COLUMNS: Mapping[FileKind, Columns] = {
    FileKind.REQUESTS: FIXED.expected,
    FileKind.BODIES: BODY_COLUMNS,
    FileKind.CBOS: CBO_COLUMNS,
}


class ImportOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The options of an import; `check` goes through everything and stores nothing.

    `columns` is the file that waits, where its columns were confirmed in the browser.
    """

    kind: FileKind
    check: bool = False
    all_or_nothing: bool = False
    columns: UUID | None = None


class GivenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of CSV with its name, and the TOML of its mapping; empty for the fixed layout."""

    name: str
    content: bytes
    mapping: str = ""

    def packed(self) -> bytes:
        """As it is sealed; a name may have been sent in no encoding that there is."""
        name = self.name.encode(errors="replace").decode()
        return msgspec.msgpack.encode(msgspec.structs.replace(self, name=name))

    def map_for(self, person: Person) -> RequestMap:
        """The mapping; raises Invalid with its faults, and where it makes what this person may not."""
        if not self.mapping:
            return FIXED
        mapping = read_mapping(self.mapping.encode())
        if person.role not in SUPPORT and (mapping.bodies.create or mapping.new_cbo or mapping.standard):
            raise invalid(
                "mapping",
                say(
                    "Only staff can import with [bodies.create], [cbo.create] or [standard]. Leave these out"
                ),
            )
        return mapping


def kinds_for(person: Person) -> list[FileKind]:
    """What this person may import."""
    return [kind for kind, roles in WHO.items() if person.role in roles]


async def ask_for_import(
    session: AsyncSession,
    order: ImportOrder,
    file: GivenFile,
    *,
    person: Person,
    secret: str,
    now: datetime,
    confirms: bool = False,
) -> JobRow:
    """Add the job that imports a file, CSV or XLSX, in the fixed layout or through its mapping.

    Where the person `confirms` columns, a file in a layout of its own becomes a job that waits for that instead. Raises
    Forbidden for a kind that is not for this role, Invalid or TooLarge for a file that cannot be taken: it is read through
    first, so that only what single lines are like turns up later.
    """
    _require(order.kind, person)
    file = msgspec.structs.replace(file, content=await as_csv(file.content))
    columns = file.map_for(person).expected if file.mapping else COLUMNS[order.kind]
    try:
        lines = await asyncio.to_thread(_lines_of, file.content, columns)
    except Invalid:
        if not confirms:
            raise
        sheet = await asyncio.to_thread(read_sheet, file.content)
        if sheet.lines > MOST_LINES:
            raise _too_long() from None
        job = queue.added(person, JobKind.COLUMNS, order, sheet.lines, now)
        reports.keep(job, secret, "columns", file.packed(), now)
    else:
        job = queue.added(person, JobKind.IMPORT, order, lines, now)
        reports.give(job, secret, "file", file.packed())
    session.add(job)
    await session.flush()
    return job


async def kept_for_columns(
    session: AsyncSession, person: Person, job_id: UUID, secret: str
) -> tuple[JobRow, GivenFile]:
    """A file that waits for its columns; raises NotFound, and Conflict where it cannot be opened any more."""
    job = await queue.find(session, person, job_id, JobKind.COLUMNS)
    plain = await reports.report_of(session, job, secret, "columns", _GONE)
    return job, msgspec.msgpack.decode(plain or b"", type=GivenFile)


async def meanings(session: AsyncSession) -> Meanings:
    """What words stand for that only the database knows: topics by their names."""
    named = await topics(session)
    return {"topic": {word: each.code for each in named for word in (each.code, each.name_en, each.name_km)}}


def _lines_of(content: bytes, columns: Columns) -> int:
    file = CsvFile(BytesIO(content), columns)
    for _ in file:
        if file.lines > MOST_LINES:
            raise _too_long()
    return file.lines


def _too_long() -> TooLarge:
    return TooLarge(
        say("Here a file may have up to {count} lines; cut it, or use the command line", count=MOST_LINES)
    )


async def run_import(work: Work, foresee: Foresee | None = None) -> bytes:
    """Import the file of a job; returns the sealed report."""
    secret, job = work.settings.secret, work.job
    order = msgspec.convert(job.arguments, ImportOrder)
    _require(order.kind, work.person)
    try:
        file = msgspec.msgpack.decode(reports.given(work, "file", _GONE), type=GivenFile)
    except msgspec.DecodeError:
        raise Conflict(_GONE) from None

    def on_progress(read: CsvFile) -> None:
        work.progress.done = read.lines

    run = named_run(
        secret,
        file.name,
        id=job.id,
        by=work.person,
        dry_run=order.check,
        all_or_nothing=order.all_or_nothing,
        on_progress=on_progress,
        foresee=foresee,
    )
    report = await _import(work, order.kind, file, run)
    return reports.sealed(work, "report", msgspec.json.encode(report))


async def _import(work: Work, kind: FileKind, file: GivenFile, run: Run) -> Report:
    session, now = work.session, work.now
    if kind is FileKind.REQUESTS:
        mapping = file.map_for(work.person)
        lines = CsvFile(BytesIO(file.content), mapping.expected)
        today = wallclock.day_of(now, work.settings.timezone)
        return await import_requests(session, lines, mapping, now=now, today=today, run=run)
    lines = CsvFile(BytesIO(file.content), COLUMNS[kind])
    return await (import_bodies if kind is FileKind.BODIES else import_cbos)(session, lines, now, run)


def _require(kind: FileKind, person: Person) -> None:
    if kind not in kinds_for(person):
        raise Forbidden


async def report_of(session: AsyncSession, job: JobRow, secret: str) -> Report | None:
    """The result of each line, once the import is done."""
    gone = say("This report cannot be opened any more")
    plain = await reports.report_of(session, job, secret, "report", gone)
    return msgspec.json.decode(plain, type=Report) if plain else None
