"""Letters about a whole list as JSON: asking for a print run, its progress and its file; and run sheets."""

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.i18n import Language
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.jobs import queue
from rti.letters import print_runs
from rti.letters.commands import PrintLetters
from rti.letters.run_sheets import run_sheets
from rti.models.jobs import JobKind
from rti.requests.commands import RequestFilter
from rti.requests.evidence import Download
from rti.web.api.progress import Progress, progress
from rti.web.downloads import download
from rti.web.guards import interactive_only, only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.pages.print_runs import file_of
from rti.web.templating import WebRequest, language_of
from rti.web.transfers import FILE

PDF = "application/pdf"


@post("/api/print-runs", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def start_run(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today, data: JSONBody[PrintLetters]
) -> Progress:
    """Write a letter about each request of a list; its steps are letters."""
    return progress(request, await print_runs.ask_for_print(session, person, data, now, today), Progress)


@get("/api/print-runs/{run_id:uuid}", guards=[only(REQUESTS)])
async def show_run(request: WebRequest, session: Session, person: Who, now: Now, run_id: Id) -> Progress:
    return progress(request, await queue.settled(session, person, run_id, now, JobKind.PRINT), Progress)


@get(
    "/api/print-runs/{run_id:uuid}/letters",
    guards=[only(REQUESTS), interactive_only],
    media_type=PDF,
    opt=FILE,
)
async def download_run(
    request: WebRequest, state: State, session: Session, person: Who, run_id: Id
) -> Response[bytes]:
    """All letters in one PDF; not with a token, like all that is stored encrypted."""
    return download(request, await file_of(state, session, person, run_id))


@get("/api/run-sheets", guards=[only(REQUESTS), rate_limited(LimitedCall.EXPORTS)], media_type=PDF, opt=FILE)
async def download_sheets(
    request: WebRequest, session: Session, person: Who, today: Today
) -> Response[bytes]:
    """For the list that the address filters, a page for each district (PDF)."""
    asked = {name: value for name, value in request.query_params.items() if name != "after"}
    wanted, language = decode(RequestFilter, asked), Language(language_of(request))
    return download(
        request, Download("run-sheet.pdf", PDF, await run_sheets(session, person, wanted, language, today))
    )


ROUTES = [start_run, show_run, download_run, download_sheets]
