"""Files of many rows, as jobs: made in the background, stored encrypted for the person who asked, and downloaded later."""

import gzip
import tempfile
from asyncio import to_thread
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from shutil import copyfileobj
from typing import IO

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.errors import invalid, say
from rti.core.replica import for_reading
from rti.core.roles import Person
from rti.core.wallclock import day_of
from rti.jobs import queue
from rti.jobs.reports import report_of, sealed
from rti.jobs.worker import Work
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter
from rti.requests.queries import matching
from rti.statistics.export import ExportFile, ExportForm, Rows, rows_of, write_csv, write_workbook

MOST_IN_WORKBOOK = 250_000
"""Rows; a sheet takes a million, and no office program opens that many well."""
_IN_MEMORY = 4_000_000
"""Bytes of a file; what is longer goes to the disk."""


class ExportRequests(RequestFilter, frozen=True, kw_only=True):
    """Which requests, in which form, and as which kind of file."""

    form: ExportForm = ExportForm.REQUESTS
    file: ExportFile = ExportFile.CSV


async def foreseen(session: AsyncSession, person: Person, wanted: ExportRequests, today: date) -> int:
    """How many rows the file will have."""
    ids: Select[object] = matching(person, wanted, today).with_only_columns(RequestRow.id)
    return await session.scalar(select(func.count()).select_from(ids.subquery())) or 0


async def ask_for_file(
    session: AsyncSession, person: Person, wanted: ExportRequests, now: datetime, today: date
) -> JobRow:
    """Add the job that makes the file; raises Invalid where a workbook would have too many rows."""
    total = await foreseen(session, person, wanted, today)
    if wanted.file is ExportFile.XLSX and total > MOST_IN_WORKBOOK:
        message = say(
            "A workbook can have up to {count} rows. Choose CSV, or narrow the list", count=MOST_IN_WORKBOOK
        )
        raise invalid("file", message)
    job = queue.added(person, JobKind.EXPORT, wanted, total, now)
    session.add(job)
    record(session, AuditAction.EXPORTED, now, about="requests", cbo_id=person.cbo_id)
    await session.flush()
    return job


async def export(work: Work) -> bytes:
    """Make the file; returns it packed and sealed."""
    wanted = msgspec.convert(work.job.arguments, ExportRequests)
    today = day_of(work.now, work.settings.timezone)
    rows = rows_of(matching(work.person, wanted, today), wanted.form, today)
    database: Database = work.session.info["database"]
    reading = await for_reading(database.under(login_of(work.person)))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        async with reading.transaction(work.person.id) as session:
            await _write(session, rows, wanted.file, file, lambda done: setattr(work.progress, "done", done))
        file.seek(0)
        packed = file.read()
    return sealed(work, "export", packed)


async def _write(
    session: AsyncSession, rows: Rows, kind: ExportFile, file: IO[bytes], progress: Callable[[int], None]
) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
        if kind is ExportFile.CSV:
            written = -1  # the header

            def write(piece: bytes) -> None:
                nonlocal written
                packed.write(piece)
                written += piece.count(b"\n")
                progress(max(0, written))

            await write_csv(session, rows, write)
            return
        with tempfile.TemporaryFile() as book:
            async for done in write_workbook(session, rows, book):
                progress(done)
            book.seek(0)
            while piece := book.read(_IN_MEMORY):
                packed.write(piece)


async def made(session: AsyncSession, job: JobRow, secret: str) -> IO[bytes] | None:
    """The file, to be read in pieces, once it is done; raises Conflict where it cannot be opened any more."""
    gone = say("This file cannot be opened any more. Make it again")
    packed = await report_of(session, job, secret, "export", gone)
    if packed is None:
        return None
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- closed by who reads it
    with gzip.GzipFile(fileobj=BytesIO(packed)) as unpacked:
        await to_thread(copyfileobj, unpacked, file)
    file.seek(0)
    return file


def name_of(job: JobRow) -> str:
    """The name of the file."""
    wanted = msgspec.convert(job.arguments, ExportRequests)
    return f"{wanted.form}-{job.created_at.date()}.{wanted.file}"
