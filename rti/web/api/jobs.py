"""Jobs as JSON: progress and result."""

from datetime import datetime

import msgspec
from litestar import get, post
from litestar.datastructures import State

from rti.imports.actions import IMPORTERS, ImportOrder, report_of
from rti.imports.report import Forecast, LineResult
from rti.jobs import queue
from rti.models.imports import FileKind
from rti.models.jobs import JobKind, JobRow
from rti.web.api.progress import Progress, progress
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Who
from rti.web.openapi import FaultView
from rti.web.problems import fault_views
from rti.web.templating import WebRequest, reader_of


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file; `same_as_line` belongs to a repetition, `note` to a doubtful one."""

    line: int
    result: LineResult
    faults: list[FaultView]
    note: str | None
    same_as_line: int | None


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every line, and what no single line shows; `kept` is false where nothing was written.

    `forecast` says what follows today from imported requests, or would.
    """

    kind: FileKind
    kept: bool
    counts: dict[str, int]
    warnings: list[str]
    lines: list[LineView]
    forecast: Forecast | None


class JobView(Progress, frozen=True, kw_only=True):
    """An import; its steps are lines. `report` is there once it is done, where one is asked for."""

    kind: JobKind
    cancel_asked: bool
    finished_at: datetime | None
    report: ImportReport | msgspec.UnsetType = msgspec.UNSET


def job_view(
    request: WebRequest, job: JobRow, report: ImportReport | msgspec.UnsetType = msgspec.UNSET
) -> JobView:
    return progress(request, job, JobView, report=report)


@get("/api/jobs", guards=[only(IMPORTERS)])
async def list_jobs(request: WebRequest, session: Session, person: Who) -> list[JobView]:
    return [job_view(request, job) for job in await queue.recent(session, person, JobKind.IMPORT)]


@get("/api/jobs/{job_id:uuid}", guards=[only(IMPORTERS)])
async def show_job(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, job_id: Id
) -> JobView:
    job = await queue.settled(session, person, job_id, now, JobKind.IMPORT)
    report = await report_of(session, job, state.settings.secret)
    if report is None:
        return job_view(request, job)
    reader = reader_of(request)
    lines = [
        LineView(
            line=line.number,
            result=line.result,
            faults=fault_views(line.faults, reader),
            note=reader.say(line.note) if line.note else None,
            same_as_line=line.first,
        )
        for line in report.lines
    ]
    counts = {result.value: count for result, count in report.counts.items()}
    kind = msgspec.convert(job.arguments, ImportOrder).kind
    answer = ImportReport(
        kind=kind,
        kept=not report.undone,
        counts=counts,
        warnings=[reader.say(warning) for warning in report.warnings],
        lines=lines,
        forecast=report.forecast,
    )
    return job_view(request, job, answer)


@post("/api/jobs/{job_id:uuid}/cancel", guards=[only(IMPORTERS)], status_code=200)
async def cancel_job(request: WebRequest, session: Session, person: Who, now: Now, job_id: Id) -> JobView:
    return job_view(request, await queue.cancel(session, person, job_id, now))


ROUTES = [list_jobs, show_job, cancel_job]
