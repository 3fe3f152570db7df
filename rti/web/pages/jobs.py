"""The page of a job: progress and result. It can be closed and opened again."""

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound
from rti.imports.actions import IMPORTERS, ImportOrder, report_of
from rti.imports.report import LineResult
from rti.jobs import queue
from rti.models.jobs import JobKind
from rti.web.downloads import csv_file
from rti.web.forms import see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest, page, reader_of
from rti.web.transfers import FILE


@get("/jobs/{job_id:uuid}", guards=[only(IMPORTERS)])
async def show_job(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, job_id: Id
) -> Template:
    job = await queue.settled(session, person, job_id, now, JobKind.IMPORT)
    return page(
        request,
        "jobs/detail.html",
        job,
        order=msgspec.convert(job.arguments, ImportOrder),
        report=await report_of(session, job, state.settings.secret),
        rejected=LineResult.REJECTED,
        fault=queue.fault_of(job),
    )


@get("/jobs/{job_id:uuid}/report.csv", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], opt=FILE)
async def download_report(
    request: WebRequest, state: State, session: Session, person: Who, job_id: Id
) -> Response[str]:
    """What became of each line, as a file."""
    job = await queue.find(session, person, job_id, JobKind.IMPORT)
    report = await report_of(session, job, state.settings.secret)
    if report is None:
        raise NotFound
    return csv_file("import-report.csv", report.as_csv(reader_of(request).translate))


@post("/jobs/{job_id:uuid}/cancel", guards=[only(IMPORTERS)])
async def cancel_job(session: Session, person: Who, now: Now, job_id: Id) -> Redirect:
    await queue.cancel(session, person, job_id, now)
    return see_other(f"/jobs/{job_id}", done="")


ROUTES = [show_job, download_report, cancel_job]
