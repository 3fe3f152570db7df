"""The pages of dossiers: choosing the content, progress, and the files."""

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound
from rti.core.i18n import LANGUAGES, Language
from rti.core.roles import REQUESTS
from rti.dossiers import actions
from rti.dossiers.bundle import PAPER, paper_in
from rti.dossiers.commands import MakeDossier
from rti.jobs import queue
from rti.letters.actions import case_of
from rti.models.jobs import JobKind
from rti.requests.evidence import Download
from rti.requests.requester import is_own
from rti.web import reauthentication
from rti.web.downloads import download
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, language_of, page
from rti.web.transfers import FILE


@get("/requests/{request_id:uuid}/dossier", guards=[only(REQUESTS)])
async def new_dossier(
    request: WebRequest, session: Session, person: Who, request_id: Id, form: Form
) -> Template:
    case = await case_of(session, person, request_id)
    return page(
        request,
        "dossiers/new.html",
        case,
        form=form,
        own=is_own(person, case.request),
        named=form.values.get("identity") == "true",
        initial={"language": Language(language_of(request))},
        language_choices=list(LANGUAGES.items()),
    )


@post("/requests/{request_id:uuid}/dossier", guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)])
@else_show(new_dossier, reauthentication.read)
async def make_dossier(
    request: WebRequest, session: Session, person: Who, request_id: Id, command: MakeDossier, now: Now
) -> Redirect:
    secret = request.app.state.settings.secret
    job = await actions.ask_for_dossier(session, person, request_id, command, secret, now)
    return see_other(f"/dossiers/{job.id}", done="")


@get("/dossiers/{dossier_id:uuid}", guards=[only(REQUESTS)])
async def show_dossier(
    request: WebRequest, session: Session, person: Who, now: Now, dossier_id: Id
) -> Template:
    job = await queue.settled(session, person, dossier_id, now, JobKind.DOSSIER)
    return page(
        request,
        "dossiers/detail.html",
        job,
        fault=queue.fault_of(job),
        address=f"/dossiers/{dossier_id}",
        request_id=job.arguments["request_id"],
    )


async def bundle_of(state: State, session: Session, person: Who, dossier_id: Id) -> bytes:
    """The bundle; raises NotFound where it is not done or of somebody else."""
    job = await queue.find(session, person, dossier_id, JobKind.DOSSIER)
    content = await actions.bundle_made(session, job, state.settings.secret)
    if content is None:
        raise NotFound
    return content


@get("/dossiers/{dossier_id:uuid}/bundle.zip", guards=[only(REQUESTS)], opt=FILE)
async def download_bundle(
    request: WebRequest, state: State, session: Session, person: Who, dossier_id: Id
) -> Response[bytes]:
    content = await bundle_of(state, session, person, dossier_id)
    return download(request, Download("bundle.zip", "application/zip", content))


@get("/dossiers/{dossier_id:uuid}/dossier.pdf", guards=[only(REQUESTS)], opt=FILE)
async def download_paper(
    request: WebRequest, state: State, session: Session, person: Who, dossier_id: Id
) -> Response[bytes]:
    content = paper_in(await bundle_of(state, session, person, dossier_id))
    return download(request, Download(PAPER, "application/pdf", content))


@post("/dossiers/{dossier_id:uuid}/cancel", guards=[only(REQUESTS)])
async def cancel_dossier(session: Session, person: Who, now: Now, dossier_id: Id) -> Redirect:
    await queue.cancel(session, person, dossier_id, now, JobKind.DOSSIER)
    return see_other(f"/dossiers/{dossier_id}", done="")


ROUTES = [new_dossier, make_dossier, show_dossier, download_bundle, download_paper, cancel_dossier]
