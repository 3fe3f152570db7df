"""The pages of exports: choosing rows and form, progress, and the file."""

from litestar import get, post
from litestar.datastructures import State
from litestar.response import Redirect, Stream, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Invalid, NotFound
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.jobs import queue
from rti.models.jobs import JobKind
from rti.statistics import exporting
from rti.statistics.export import ExportFile, ExportForm
from rti.statistics.exporting import ExportRequests
from rti.web.downloads import CSV, in_pieces
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.headers import DOWNLOAD_POLICY, attachment
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page
from rti.web.transfers import FILE
from rti.web.workbook import MEDIA_TYPE


@get("/exports/new", guards=[only(REQUESTS)])
async def new_export(
    request: WebRequest, session: Session, person: Who, today: Today, form: Form
) -> Template:
    """How many rows the filter of the address, or what was sent, would give."""
    asked = form.values or {name: value for name, value in request.query_params.items() if name != "after"}
    try:
        count = await exporting.foreseen(session, person, decode(ExportRequests, asked), today)
    except Invalid:
        count = None
    return page(
        request,
        "exports/new.html",
        form=form,
        count=count,
        initial=asked,
        forms=ExportForm,
        files=ExportFile,
        filters=[name for name in ExportRequests.__struct_fields__ if name in asked],
        asked=asked,
    )


@post("/exports/new", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)])
@else_show(new_export)
async def start_export(
    session: Session, person: Who, command: ExportRequests, now: Now, today: Today
) -> Redirect:
    job = await exporting.ask_for_file(session, person, command, now, today)
    return see_other(f"/exports/{job.id}", done="")


@get("/exports/{export_id:uuid}", guards=[only(REQUESTS)])
async def show_export(
    request: WebRequest, session: Session, person: Who, now: Now, export_id: Id
) -> Template:
    job = await queue.settled(session, person, export_id, now, JobKind.EXPORT)
    return page(
        request,
        "exports/detail.html",
        job,
        fault=queue.fault_of(job),
        address=f"/exports/{export_id}",
        file_name=exporting.name_of(job),
    )


@get("/exports/{export_id:uuid}/file", guards=[only(REQUESTS)], opt=FILE)
async def download_export(state: State, session: Session, person: Who, export_id: Id) -> Stream:
    """The file; the same for the browser and, with a token, under /api."""
    return await answered(state, session, person, export_id)


async def answered(state: State, session: Session, person: Who, export_id: Id) -> Stream:
    job = await queue.find(session, person, export_id, JobKind.EXPORT)
    file = await exporting.made(session, job, state.settings.secret)
    if file is None:
        raise NotFound
    name = exporting.name_of(job)
    return Stream(
        in_pieces(file),
        media_type=CSV if name.endswith(ExportFile.CSV) else MEDIA_TYPE,
        headers={
            "Content-Disposition": attachment(name),
            "Content-Security-Policy": DOWNLOAD_POLICY,
        },
    )


@post("/exports/{export_id:uuid}/cancel", guards=[only(REQUESTS)])
async def cancel_export(session: Session, person: Who, now: Now, export_id: Id) -> Redirect:
    await queue.cancel(session, person, export_id, now, JobKind.EXPORT)
    return see_other(f"/exports/{export_id}", done="")


ROUTES = [new_export, start_export, show_export, download_export, cancel_export]
