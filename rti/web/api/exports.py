"""Exports as JSON: asking for a file of rows, its progress, and the file."""

from litestar import get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.response import Stream

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.jobs import queue
from rti.models.jobs import JobKind, JobRow
from rti.statistics import exporting
from rti.statistics.exporting import ExportRequests
from rti.web.api.progress import Progress, progress
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.pages.exports import answered
from rti.web.templating import WebRequest
from rti.web.transfers import FILE


class ExportView(Progress, frozen=True, kw_only=True):
    """A file that is made; its steps are rows."""

    file_name: str


def export_view(request: WebRequest, job: JobRow) -> ExportView:
    return progress(request, job, ExportView, file_name=exporting.name_of(job))


AS_A_FILE = "application/octet-stream"
"""CSV and XLSX alike: the description of the API names one type for an answer, and the name of the file tells which."""


@post("/api/exports", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)])
async def ask_for_file(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today, data: JSONBody[ExportRequests]
) -> ExportView:
    return export_view(request, await exporting.ask_for_file(session, person, data, now, today))


@get("/api/exports/{export_id:uuid}", guards=[only(REQUESTS)])
async def show_export(
    request: WebRequest, session: Session, person: Who, now: Now, export_id: Id
) -> ExportView:
    return export_view(request, await queue.settled(session, person, export_id, now, JobKind.EXPORT))


@get("/api/exports/{export_id:uuid}/file", guards=[only(REQUESTS)], opt=FILE, media_type=AS_A_FILE)
async def download_export(state: State, session: Session, person: Who, export_id: Id) -> Stream:
    file = await answered(state, session, person, export_id)
    file.media_type = AS_A_FILE
    return file


ROUTES = [ask_for_file, show_export, download_export]
