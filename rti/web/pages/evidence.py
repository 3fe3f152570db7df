"""The pages of encrypted data: the requester, and the documents of a request."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import CBO, REQUESTS
from rti.requests import actions, evidence, requester, scans
from rti.requests.commands import OpenSealed, SaveRequester
from rti.requests.reading import one
from rti.web import reauthentication
from rti.web.downloads import download
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.pages.requests import detail_page, show_again
from rti.web.templating import WebRequest, page
from rti.web.transfers import FILE


@post("/requests/{request_id:uuid}/requester", guards=[only(CBO)])
@else_show(show_again)
async def save_requester(
    session: Session, person: Who, request_id: Id, command: SaveRequester, now: Now
) -> Redirect:
    filed = await actions.locked(session, request_id, person)
    await requester.correct_requester(session, filed, command, person, now)
    return see_other(f"/requests/{request_id}#requester")


@post(
    "/requests/{request_id:uuid}/identity",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    status_code=200,
)
@else_show(show_again, reauthentication.read)
async def open_identity(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: Id,
    command: OpenSealed,
    now: Now,
    today: Today,
) -> Template:
    """Responds with the page instead of a redirect: each view is a separate opening."""
    filed = await actions.locked(session, request_id, person)
    opened = await requester.open_identity(session, filed, command, person, now)
    return await detail_page(request, session, person, request_id, today, identity=opened)


@get(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    opt=FILE,
)
async def show_copy(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id, now: Now
) -> Response[bytes] | Redirect:
    """The copy without metadata; where there is none, the way to the original. `?preview=1` shows it within a page."""
    found = await evidence.copy_to_show(session, person, request_id, document_id, now)
    if found is None:
        return see_other(f"/requests/{request_id}/documents/{document_id}/original", done="")
    return download(request, found, within="preview" in request.query_params)


@get(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}/text",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
)
async def show_text(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id, now: Now
) -> Template:
    """What a machine read in it."""
    found = await scans.text_of(session, person, request_id, document_id, now)
    detail = await one(session, person, request_id)
    shown = next(each for event in detail.events for each in event.documents if each.id == document_id)
    return page(request, "requests/text.html", detail, document=shown, found=found)


@get("/requests/{request_id:uuid}/documents/{document_id:uuid}/original", guards=[only(REQUESTS)])
async def ask_for_original(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id, form: Form
) -> Template:
    await evidence.document_of(session, person, request_id, document_id)
    detail = await one(session, person, request_id)
    shown = next(each for event in detail.events for each in event.documents if each.id == document_id)
    return page(request, "requests/original.html", detail, form=form, document=shown)


@post(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}/original",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    status_code=200,
    opt=FILE,
)
@else_show(ask_for_original, reauthentication.read)
async def get_original(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: Id,
    document_id: Id,
    command: OpenSealed,
    now: Now,
) -> Response[bytes]:
    clamd = request.app.state.settings.clamd
    found = await evidence.original(session, person, request_id, document_id, command, clamd, now)
    return download(request, found)


ROUTES = [save_requester, open_identity, show_copy, show_text, ask_for_original, get_original]
