"""The pages of print runs: choosing letters, progress, and the file."""

from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Invalid, NotFound
from rti.core.i18n import LANGUAGES, Language
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.jobs import queue
from rti.letters import print_runs
from rti.letters.commands import PrintLetters
from rti.letters.run_sheets import run_sheets
from rti.models.jobs import JobKind
from rti.models.letters import LetterKind
from rti.requests.commands import RequestFilter
from rti.requests.evidence import Download
from rti.web.downloads import download
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page
from rti.web.transfers import FILE


@get("/print-runs/new", guards=[only(REQUESTS)])
async def new_run(request: WebRequest, session: Session, person: Who, today: Today, form: Form) -> Template:
    """How many letters the filter of the address, or what was sent, would print."""
    asked = form.values or {name: value for name, value in request.query_params.items() if name != "after"}
    try:
        wanted = decode(PrintLetters, asked)
        count = await print_runs.foreseen(session, person, wanted, today)
    except Invalid:
        count = None
    return page(
        request,
        "letters/print.html",
        form=form,
        count=count,
        initial={"language": Language(language_of(request)), **asked},
        kinds=LetterKind,
        language_choices=list(LANGUAGES.items()),
        most=print_runs.MOST_LETTERS,
        filters=[name for name in PrintLetters.__struct_fields__ if name in asked],
        asked=asked,
    )


@post("/print-runs/new", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(new_run)
async def start_run(session: Session, person: Who, command: PrintLetters, now: Now, today: Today) -> Redirect:
    job = await print_runs.ask_for_print(session, person, command, now, today)
    return see_other(f"/print-runs/{job.id}", done="")


@get("/print-runs/{run_id:uuid}", guards=[only(REQUESTS)])
async def show_run(request: WebRequest, session: Session, person: Who, now: Now, run_id: Id) -> Template:
    job = await queue.settled(session, person, run_id, now, JobKind.PRINT)
    return page(
        request, "letters/printing.html", job, fault=queue.fault_of(job), address=f"/print-runs/{run_id}"
    )


@get("/print-runs/{run_id:uuid}/letters.pdf", guards=[only(REQUESTS)], opt=FILE)
async def download_run(
    request: WebRequest, state: State, session: Session, person: Who, run_id: Id
) -> Response[bytes]:
    return download(request, await file_of(state, session, person, run_id))


async def file_of(state: State, session: Session, person: Who, run_id: UUID) -> Download:
    """The letters of a run; raises NotFound while it is not done."""
    job = await queue.find(session, person, run_id, JobKind.PRINT)
    content = await print_runs.printed(session, job, state.settings.secret)
    if content is None:
        raise NotFound
    return Download("letters.pdf", "application/pdf", content)


@get("/run-sheet.pdf", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)], opt=FILE)
async def download_sheets(
    request: WebRequest, session: Session, person: Who, today: Today
) -> Response[bytes]:
    """For the list that the address filters."""
    asked = {name: value for name, value in request.query_params.items() if name != "after"}
    wanted, language = decode(RequestFilter, asked), Language(language_of(request))
    content = await run_sheets(session, person, wanted, language, today)
    return download(request, Download("run-sheet.pdf", "application/pdf", content))


@post("/print-runs/{run_id:uuid}/cancel", guards=[only(REQUESTS)])
async def cancel_run(session: Session, person: Who, now: Now, run_id: Id) -> Redirect:
    await queue.cancel(session, person, run_id, now, JobKind.PRINT)
    return see_other(f"/print-runs/{run_id}", done="")


ROUTES = [new_run, start_run, show_run, download_run, download_sheets, cancel_run]
