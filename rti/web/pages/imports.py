"""The pages of imports: sending a file, past imports, and undoing them.

The import itself is a job, whose page shows its progress and report.
"""

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.csv_export import as_csv
from rti.core.errors import NotFound, invalid, say
from rti.core.validation import decode, text_of
from rti.imports import history, undo
from rti.imports.actions import (
    COLUMNS,
    IMPORTERS,
    MOST_LINES,
    GivenFile,
    ImportOrder,
    ask_for_import,
    kinds_for,
)
from rti.imports.history import ImportFilter
from rti.imports.report import LineResult
from rti.jobs import queue
from rti.models.imports import FileKind
from rti.models.jobs import JobKind
from rti.web.downloads import csv_file
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/imports", guards=[only(IMPORTERS)])
async def new_import(
    request: WebRequest, state: State, session: Session, person: Who, form: Form
) -> Template:
    wanted = decode(ImportFilter, {"after": request.query_params.get("after", "")})
    jobs = await queue.recent(session, person, JobKind.IMPORT)
    waiting = await queue.recent(session, person, JobKind.COLUMNS)
    return page(
        request,
        "imports/new.html",
        COLUMNS,
        form=form,
        initial={"kind": request.query_params.get("kind", "")},
        kinds=kinds_for(person),
        most=MOST_LINES,
        imports=await history.imports(session, wanted, state.settings.secret),
        waiting=waiting,
        mapped=FileKind.REQUESTS in kinds_for(person),
        recent=[(job, msgspec.convert(job.arguments, ImportOrder)) for job in jobs],
    )


@post("/imports", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)])
@else_show(new_import)
async def import_one(
    state: State, session: Session, person: Who, form: Form, command: ImportOrder, now: Now
) -> Redirect:
    """Import a file; of requests in a layout of its own the columns are asked first."""
    upload, mapping = form.files.get("file"), form.files.get("mapping")
    if upload is None:
        raise invalid("file", say("Choose a CSV or XLSX file"))
    text = text_of(await mapping.read(), "mapping") if mapping else ""
    file = GivenFile(name=upload.filename, content=await upload.read(), mapping=text)
    of_requests = command.kind is FileKind.REQUESTS
    if mapping and not of_requests:
        raise invalid("mapping", say("A mapping is for files of requests"))
    asks = {"person": person, "secret": state.settings.secret, "now": now}
    job = await ask_for_import(session, command, file, **asks, confirms=of_requests and not mapping)
    if job.kind is JobKind.COLUMNS:
        return see_other(f"/imports/columns/{job.id}", done="")
    return see_other(f"/jobs/{job.id}")


@get("/imports/{import_id:uuid}", guards=[only(IMPORTERS)])
async def show_import(request: WebRequest, state: State, session: Session, import_id: Id) -> Template:
    """A past import, and the obstacles to undoing it."""
    past = await history.one(session, import_id, state.settings.secret)
    found = [] if past.row.undone_at else await undo.obstacles(session, past.row)
    return page(
        request,
        "imports/detail.html",
        past,
        obstacles=found,
        most=undo.SHOWN,
        counts=[(LineResult(result), count) for result, count in past.row.counts.items()],
    )


@post("/imports/{import_id:uuid}/undo", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)])
async def undo_import(session: Session, person: Who, import_id: Id, now: Now) -> Redirect:
    await undo.undo(session, import_id, person, now)
    return see_other(f"/imports/{import_id}")


@get("/imports/template/{file_kind:str}", guards=[only(IMPORTERS)], sync_to_thread=False)
def download_template(file_kind: FromPath[str]) -> Response[str]:
    """A file with the names of all columns, to fill in with a spreadsheet."""
    if file_kind not in set(FileKind):
        raise NotFound
    return csv_file(f"{file_kind}.csv", as_csv(COLUMNS[FileKind(file_kind)].known, ()))


ROUTES = [download_template, new_import, import_one, show_import, undo_import]
