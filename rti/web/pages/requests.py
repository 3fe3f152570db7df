"""The pages of requests: the list, filing, and the page of a request with what can be recorded there."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import body as body_of
from rti.cbos.queries import with_cbo_id
from rti.core.asking import read
from rti.core.db_roles import login_of
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.files.media_types import ACCEPTED, PICTURES
from rti.inbox.addresses import reply_address
from rti.inbox.queries import of_request
from rti.law import scope
from rti.law.events import EventKind
from rti.law.explanations import step_from_data
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.law.status import RequestStatus
from rti.models.inbox import IncomingRow
from rti.models.requests import Channel, EventRow, Filing
from rti.requests import actions, date_changes, listing, queries, reading, snoozing
from rti.requests.as_known_on import as_known_on
from rti.requests.commands import FileRequest, KnownOn, RequestFilter, SnoozeRequest, Sort
from rti.requests.evidence import attach
from rti.requests.new_request import FormShown, NewRequest
from rti.requests.requester import Identity
from rti.requests.shown import Detail
from rti.requests.what_next import result_of, what_next
from rti.web.forms import attempt, else_show, read_query, see_other
from rti.web.guards import Connection, only, rate_limited
from rti.web.inject import Form, Found, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, chosen_language, language_of, page, today_of, who
from rti.web.transfers import READS


def listed(connection: Connection) -> listing.ListPage:
    return listing.ListPage(wanted_of(connection), today_of(connection), chosen_language(connection))


def wanted_of(connection: Connection | WebRequest) -> RequestFilter:
    """The requests for which an address asks."""
    return decode(RequestFilter, texts_of(connection))


def texts_of(connection: Connection | WebRequest) -> dict[str, str]:
    """What an address says of a list; each request that was ticked is named in it once more."""
    query = connection.query_params
    ticked = query.getall("only", [])
    return {**dict(query), **({"only": "\n".join(ticked)} if ticked else {})}


def one_request(connection: Connection) -> reading.OneRequest:
    return reading.OneRequest(connection.path_params["request_id"])


RECORDABLE = tuple(kind for kind in EventKind if kind not in {EventKind.DRAFTED, EventKind.CORRECTED})
"""What can have happened: a draft is there before, and what takes an entry back names that entry."""


@get("/requests", guards=[only(REQUESTS)], opt={READS: listed})
async def list_requests(request: WebRequest, found: Found[listing.Listed]) -> Template:
    return page(
        request,
        "requests/list.html",
        found.page,
        total=found.total,
        wanted=msgspec.structs.replace(found.wanted, after="", before=""),
        today=today_of(request),
        provinces=found.provinces,
        campaigns=found.campaigns,
        saved=found.saved,
        statuses=RequestStatus,
        topics=found.topics,
        sorts=Sort,
    )


def new_to_body(connection: Connection) -> NewRequest:
    return NewRequest(connection.path_params["body_id"])


@get("/bodies/{body_id:uuid}/new-request", guards=[only(REQUESTS)], opt={READS: new_to_body})
async def new_request(request: WebRequest, found: Found[FormShown]) -> Template:
    return form_for(request, found)


def form_for(request: WebRequest, found: FormShown, form: Form | None = None) -> Template:
    again = request.query_params.get("resubmission_of")
    return page(
        request,
        "requests/new.html",
        found.body,
        form=form,
        initial={"resubmission_of": again} if again else {},
        path_to_body=found.path,
        campaigns=found.campaigns,
        statutes=found.statutes,
        notes=scope.notes(found.statutes, found.body.country, found.body.kind),
        topics=found.topics,
        channels=Channel,
        question_classes=QuestionClass,
        profiles=RequesterProfile,
        filings=Filing,
        accepted=ACCEPTED,
    )


async def new_again(request: WebRequest, session: Session, body_id: Id, person: Who, form: Form) -> Template:
    return form_for(request, await read(session, NewRequest(body_id), person), form)


@post("/bodies/{body_id:uuid}/new-request", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(new_again)
async def file_request(
    request: WebRequest, session: Session, body_id: Id, person: Who, form: Form, now: Now, today: Today
) -> Redirect:
    await body_of(session, body_id)
    given = await with_cbo_id(session, person, form.values, language_of(request))
    command = decode(FileRequest, {**given, "body_id": str(body_id)})
    filed = await actions.file_request(session, command, person, now, today)
    for event in await queries.events_of(session, filed.id) if form.files else ():
        await keep_evidence(session, event, form, f"{event.kind}_document", now)
    return see_other(f"/requests/{filed.id}", done="filed")


async def detail_page(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: UUID,
    today: Today,
    form: Form | None = None,
    identity: Identity | None = None,
) -> Template:
    """The page of a request; after an opening, once with the requester."""
    detail = await reading.one(session, person, request_id)
    came_in = await of_request(session, person, request_id) if detail.has_incoming else {}
    return shown(request, detail, today, came_in, form, identity)


def shown(
    request: WebRequest,
    detail: Detail,
    today: date,
    came_in: Mapping[UUID, IncomingRow],
    form: Form | None = None,
    identity: Identity | None = None,
) -> Template:
    statute = detail.statute
    return page(
        request,
        "requests/detail.html",
        detail,
        form=form,
        identity=identity,
        accepted=ACCEPTED,
        pictures=PICTURES,
        today=today,
        statute=statute,
        newest_version=detail.newest_version,
        kinds=RECORDABLE,
        cause=date_changes.cause_text,
        came_in=came_in,
        answers_to=_answers_to(request, detail),
        letters=detail.letters,
        next_steps=what_next(detail, today),
        outside=scope.is_outside(statute, detail.body.country, detail.body.kind),
        notes=scope.notes([statute], detail.body.country, detail.body.kind),
        result=result_of(detail, today),
    )


def _answers_to(request: WebRequest, detail: Detail) -> str:
    """The reply address of a request that goes by e-mail, for those who may know whose it is."""
    settings = request.app.state.settings
    if not settings.reply_address or detail.cbo is None or detail.request.channel is not Channel.EMAIL:
        return ""
    return reply_address(detail.request.id, settings.reply_address, settings.secret)


@get("/requests/{request_id:uuid}", guards=[only(REQUESTS)], opt={READS: one_request})
async def show_request(request: WebRequest, state: State, found: Found[Detail]) -> Template:
    came_in: Mapping[UUID, IncomingRow] = {}
    if found.has_incoming:
        person = who(request)
        async with state.database.under(login_of(person)).transaction(person.id) as session:
            came_in = await of_request(session, person, found.request.id)
    return shown(request, found, today_of(request), came_in)


async def show_again(
    request: WebRequest, session: Session, person: Who, request_id: Id, today: Today, form: Form
) -> Template:
    return await detail_page(request, session, person, request_id, today, form)


@post(
    "/requests/{request_id:uuid}/events/{event_id:uuid}/documents",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
)
@else_show(show_again)
async def add_evidence(
    session: Session, person: Who, request_id: Id, event_id: Id, form: Form, now: Now
) -> Redirect:
    event = await actions.event_of(session, request_id, event_id, person)
    await keep_evidence(session, event, form, "document", now)
    return see_other(f"/requests/{request_id}#event-{event_id}")


async def keep_evidence(session: Session, event: EventRow, form: Form, field: str, now: datetime) -> None:
    """Keep the file of a field with an event, where one was sent."""
    if file := form.files.get(field):
        await attach(session, event, file_name=file.filename, content=await file.read(), now=now, field=field)


@get("/requests/{request_id:uuid}/why", guards=[only(REQUESTS)])
async def why_this_date(request: WebRequest, session: Session, person: Who, request_id: Id) -> Template:
    """Every deadline with its steps in order, to print in either language; `?known_on=` looks back."""
    detail = await reading.one(session, person, request_id)
    form = read_query(request)
    day = None
    async with attempt(form, session):
        if day := decode(KnownOn, form.values).known_on:
            detail = await as_known_on(session, detail, day, request.app.state.settings.timezone)
    return page(
        request,
        "requests/why.html",
        detail,
        form=form,
        statute=detail.statute,
        steps=[[step_from_data(step) for step in clock.steps] for clock in detail.deadlines],
        known_on=None if form.faults else day,
    )


@post("/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
@else_show(show_again)
async def snooze_request(
    session: Session, person: Who, request_id: Id, command: SnoozeRequest, now: Now, today: Today
) -> Redirect:
    await snoozing.snooze(session, request_id, command, person, now, today)
    return see_other(f"/requests/{request_id}#timeline")


@post("/requests/{request_id:uuid}/snooze/end", guards=[only(REQUESTS)])
async def end_snooze(session: Session, person: Who, request_id: Id, now: Now) -> Redirect:
    await snoozing.end(session, request_id, person, now)
    return see_other(f"/requests/{request_id}#timeline")


ROUTES = [
    list_requests,
    new_request,
    file_request,
    show_request,
    add_evidence,
    why_this_date,
    snooze_request,
    end_snooze,
]
