"""Incoming messages and scans in the browser: those held, those whose meaning is not recorded yet, and each with its text."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import invalid, say
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.core.wallclock import day_of
from rti.files.answers import MOST_PAGES
from rti.files.media_types import KINDS
from rti.files.sandbox import COPIED
from rti.inbox import actions, queries
from rti.inbox.commands import DiscardIncoming, FileIncoming, FileScans, IncomingFilter
from rti.inbox.mail import folded
from rti.inbox.scans import file_scans
from rti.law.events import EventKind, Outcome
from rti.models.inbox import IncomingState
from rti.requests.commands import RecordEvent
from rti.web.downloads import download
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page
from rti.web.transfers import FILE

WAITING = (IncomingState.HELD, IncomingState.FILED, IncomingState.READ, IncomingState.DISCARDED)
SHOWN = (
    EventKind.SUBMITTED,
    EventKind.RECEIVED,
    EventKind.REFUSED_AT_COUNTER,
    EventKind.ACKNOWLEDGED,
    EventKind.ANSWERED,
    EventKind.MESSAGE,
)
"""What scanned pages can show."""
PAGES = ",".join(f".{ending}" for kind in KINDS if kind.media_type in COPIED for ending in kind.endings)
MEANS = (
    EventKind.ANSWERED,
    EventKind.REPLIED,
    EventKind.ACKNOWLEDGED,
    EventKind.RECEIVED,
    EventKind.REGISTERED,
    EventKind.CLARIFICATION_REQUESTED,
    EventKind.FEE_REQUESTED,
    EventKind.EXTENDED,
    EventKind.TRANSFERRED,
    EventKind.RETURNED,
    EventKind.MESSAGE,
)
"""What a body can mean by a message."""


@get("/inbox", guards=[only(REQUESTS)])
async def list_incoming(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(IncomingFilter, dict(request.query_params))
    found = await queries.listed(session, person, wanted)
    return page(request, "inbox/list.html", found, wanted=wanted, states=WAITING)


@get("/inbox/scans", guards=[only(REQUESTS)])
async def new_scans(request: WebRequest, person: Who, form: Form, today: Today) -> Template:
    initial = {"happened_on": today.isoformat(), "kind": EventKind.RECEIVED.value}
    return page(
        request,
        "inbox/scans.html",
        person,
        form=form,
        initial=initial,
        kinds=SHOWN,
        outcomes=Outcome,
        accepted=PAGES,
        most=MOST_PAGES,
    )


@post("/inbox/scans", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)], status_code=200)
@else_show(new_scans)
async def file_stack(
    request: WebRequest,
    session: Session,
    person: Who,
    form: Form,
    command: FileScans,
    now: Now,
    today: Today,
) -> Template:
    """Responds with the result of each page."""
    file = form.files.get("document")
    if file is None:
        raise invalid("document", say("Choose a PDF or a picture"))
    placed = await file_scans(session, file.filename, await file.read(), command, person, now, today)
    return page(request, "inbox/scanned.html", placed)


@get("/inbox/{incoming_id:uuid}", guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)])
async def show_incoming(
    request: WebRequest, session: Session, person: Who, incoming_id: Id, form: Form
) -> Template:
    incoming = await queries.one(session, person, incoming_id)
    found = await queries.opened(session, incoming)
    received_on = day_of(incoming.row.received_at, request.app.state.settings.timezone)
    return page(
        request,
        "inbox/detail.html",
        found,
        form=form,
        initial={"happened_on": received_on.isoformat(), "kind": EventKind.ANSWERED.value},
        pieces=folded(found.mail.text) if found.mail else [],
        again=await queries.came_again(session, incoming),
        kinds=MEANS,
        outcomes=Outcome,
    )


@get(
    "/inbox/{incoming_id:uuid}/files/{number:int}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    opt=FILE,
)
async def show_file(
    request: WebRequest, session: Session, person: Who, incoming_id: Id, number: FromPath[int]
) -> Response[bytes]:
    return download(request, await queries.file_of(session, person, incoming_id, number))


@post("/inbox/{incoming_id:uuid}/file", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_incoming)
async def file_incoming(
    session: Session, person: Who, incoming_id: Id, command: FileIncoming, now: Now
) -> Redirect:
    await actions.file_to(session, incoming_id, command, person, now)
    return see_other("/inbox")


@post("/inbox/{incoming_id:uuid}/discard", guards=[only(REQUESTS)])
@else_show(show_incoming)
async def discard_incoming(
    session: Session, person: Who, incoming_id: Id, command: DiscardIncoming, now: Now
) -> Redirect:
    await actions.discard(session, incoming_id, command, person, now)
    return see_other("/inbox")


@post("/inbox/{incoming_id:uuid}/means", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_incoming)
async def say_what_it_is(
    session: Session, person: Who, incoming_id: Id, command: RecordEvent, now: Now, today: Today
) -> Redirect:
    request_id = await actions.say_what_it_is(session, incoming_id, command, person, now, today)
    return see_other(f"/requests/{request_id}#timeline")


ROUTES = [
    new_scans,
    file_stack,
    list_incoming,
    show_incoming,
    show_file,
    file_incoming,
    discard_incoming,
    say_what_it_is,
]
