"""The pages of what is sealed: who asks, and the documents of a request."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Problem
from rti.core.roles import CBO, REQUESTS
from rti.core.validation import decode
from rti.requests import actions, evidence, requester
from rti.requests.commands import OpenSealed, SaveRequester
from rti.requests.queries import one
from rti.web import forms, problems, reauthentication
from rti.web.guards import only, rate_limited
from rti.web.headers import DOWNLOAD_POLICY, attachment
from rti.web.inject import Door, Id, Now, Session, Today, Who
from rti.web.pages.requests import detail_page
from rti.web.templating import Faults, WebRequest, page


def download(request: WebRequest, found: evidence.Download | Problem) -> Response[bytes]:
    """The bytes as a file that no browser runs, or the refusal."""
    if isinstance(found, Problem):
        return problems.answer(request, found)
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": attachment(found.file_name),
            "Content-Security-Policy": DOWNLOAD_POLICY,
        },
    )


@post("/requests/{request_id:uuid}/requester", guards=[only(CBO)])
async def save_requester(
    request: WebRequest, session: Session, person: Who, request_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    filed = await actions.locked(session, request_id, person)
    async with forms.attempt(session, sent):
        await requester.correct_requester(session, filed, decode(SaveRequester, sent.values), person, now)
    if sent.faults:
        return await detail_page(request, session, person, request_id, today, sent)
    return Redirect(f"/requests/{request_id}#requester", status_code=303)


@post(
    "/requests/{request_id:uuid}/identity",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    status_code=200,
)
async def open_identity(
    request: WebRequest,
    session: Session,
    auth_database: Door,
    person: Who,
    request_id: Id,
    now: Now,
    today: Today,
) -> Template:
    """Answers with the page instead of a way to it: each look is an opening of its own."""
    sent = await reauthentication.read(request, auth_database, now)
    filed = await actions.locked(session, request_id, person)
    opened = None
    async with forms.attempt(session, sent):
        sent.good()
        command = decode(OpenSealed, sent.values)
        opened = await requester.open_identity(session, filed, command, person, now)
    faulty = sent if sent.faults else None
    return await detail_page(request, session, person, request_id, today, faulty, opened)


@get(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
)
async def show_copy(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id, now: Now
) -> Response[bytes] | Redirect:
    """The copy without metadata; where there is none, the way to the original."""
    found = await evidence.copy_to_show(session, person, request_id, document_id, now)
    if found is None:
        return Redirect(f"/requests/{request_id}/documents/{document_id}/original", status_code=303)
    return download(request, found)


async def _original_page(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: Id,
    document_id: Id,
    sent: forms.Form | None = None,
) -> Template:
    await evidence.document_of(session, person, request_id, document_id)
    detail = await one(session, person, request_id)
    shown = next(each for event in detail.events for each in event.documents if each.id == document_id)
    return page(
        request,
        "requests/original.html",
        detail,
        status=422 if sent else 200,
        document=shown,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/requests/{request_id:uuid}/documents/{document_id:uuid}/original", guards=[only(REQUESTS)])
async def ask_for_original(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id
) -> Template:
    return await _original_page(request, session, person, request_id, document_id)


@post(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}/original",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    status_code=200,
)
async def get_original(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id, now: Now
) -> Response[bytes] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        command = decode(OpenSealed, sent.values)
        found = await evidence.original(
            session, person, request_id, document_id, command, request.app.state.settings.clamd, now
        )
    if sent.faults:
        return await _original_page(request, session, person, request_id, document_id, sent)
    return download(request, found)


ROUTES = [save_requester, open_identity, show_copy, ask_for_original, get_original]
