"""Dossiers as JSON, for people who signed in and confirmed the password: creating one, its progress, and its bundle."""

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.dossiers import actions
from rti.dossiers.commands import MakeDossier
from rti.jobs import queue
from rti.models.jobs import JobKind
from rti.requests.evidence import Download
from rti.web.api.jobs import JobView, job_view
from rti.web.downloads import download
from rti.web.guards import interactive_only, only, rate_limited, recently_authenticated
from rti.web.inject import Id, Now, Session, Who
from rti.web.pages.dossiers import bundle_of
from rti.web.templating import WebRequest
from rti.web.transfers import FILE


@post(
    "/api/requests/{request_id:uuid}/dossier",
    guards=[
        only(REQUESTS),
        interactive_only,
        recently_authenticated,
        rate_limited(LimitedCall.OPENINGS),
    ],
)
async def make_dossier(
    request: WebRequest,
    state: State,
    request_id: Id,
    data: JSONBody[MakeDossier],
    session: Session,
    person: Who,
    now: Now,
) -> JobView:
    """Ask for the dossier of a request; people outside of its organisation give a `purpose` for its `identity`."""
    job = await actions.ask_for_dossier(session, person, request_id, data, state.settings.secret, now)
    return job_view(request, job)


@get("/api/dossiers/{dossier_id:uuid}", guards=[only(REQUESTS)])
async def show_dossier(
    request: WebRequest, session: Session, person: Who, now: Now, dossier_id: Id
) -> JobView:
    return job_view(request, await queue.settled(session, person, dossier_id, now, JobKind.DOSSIER))


@get(
    "/api/dossiers/{dossier_id:uuid}/bundle",
    guards=[only(REQUESTS), interactive_only],
    media_type="application/zip",
    opt=FILE,
)
async def download_bundle(
    request: WebRequest, state: State, session: Session, person: Who, dossier_id: Id
) -> Response[bytes]:
    """The files, the dossier as PDF and as JSON, and their digests (ZIP)."""
    content = await bundle_of(state, session, person, dossier_id)
    return download(request, Download("bundle.zip", "application/zip", content))


ROUTES = [make_dossier, show_dossier, download_bundle]
