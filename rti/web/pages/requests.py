"""Snoozing a request and ending that, from its page."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import body as body_of
from rti.bodies.queries import path_to, provinces
from rti.campaigns.queries import campaigns
from rti.cbos.queries import cbos
from rti.core.roles import CBO, REQUESTS
from rti.core.validation import decode
from rti.files.media_types import ACCEPTED
from rti.law.events import EventKind, Outcome
from rti.law.explanations import step_from_data
from rti.law.status import RequestStatus
from rti.models.requests import Channel, EventRow, Filing, Topic
from rti.requests import actions, date_changes, queries, snoozing
from rti.requests.as_known_on import as_known_on
from rti.requests.commands import FileRequest, KnownOn, RecordEvent, RequestFilter, SnoozeRequest
from rti.requests.evidence import attach
from rti.requests.requester import Identity
from rti.statutes.queries import newest, newest_version, version_of
from rti.web import forms
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import Faults, WebRequest, page

RECORDABLE = [kind for kind in EventKind if kind is not EventKind.DRAFTED]


@get("/requests", guards=[only(REQUESTS)])
async def list_requests(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(RequestFilter, dict(request.query_params))
    return page(
        request,
        "requests/list.html",
        await queries.worklist(session, person, wanted, today),
        wanted=wanted,
        today=today,
        provinces=await provinces(session),
        campaigns=await campaigns(session),
        statuses=RequestStatus,
        topics=Topic,
    )


async def _new_request_page(
    request: WebRequest, session: Session, body_id: UUID, person: Who, sent: forms.Form | None = None
) -> Template:
    body = await body_of(session, body_id)
    return page(
        request,
        "requests/new.html",
        body,
        status=422 if sent else 200,
        path_to_body=await path_to(session, body.area_code),
        campaigns=await campaigns(session),
        statutes=await newest(session),
        cbos=[] if person.role in CBO else await cbos(session),
        topics=Topic,
        channels=Channel,
        filings=Filing,
        accepted=ACCEPTED,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/bodies/{body_id:uuid}/new-request", guards=[only(REQUESTS)])
async def new_request(request: WebRequest, session: Session, body_id: Id, person: Who) -> Template:
    return await _new_request_page(request, session, body_id, person)


@post("/bodies/{body_id:uuid}/new-request", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def file_request(
    request: WebRequest, session: Session, body_id: Id, person: Who, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    await body_of(session, body_id)
    async with forms.attempt(session, sent):
        command = decode(FileRequest, {**sent.values, "body_id": str(body_id)})
        filed = await actions.file_request(session, command, person, now, today)
        for event in await queries.events_of(session, filed.id) if sent.files else ():
            await _keep_evidence(session, event, sent, f"{event.kind}_document", now)
    if sent.faults:
        return await _new_request_page(request, session, body_id, person, sent)
    return Redirect(f"/requests/{filed.id}", status_code=303)


async def detail_page(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: UUID,
    today: Today,
    sent: forms.Form | None = None,
    identity: Identity | None = None,
) -> Template:
    detail = await queries.one(session, person, request_id)
    statute = await version_of(session, detail.request.statute_id, detail.request.statute_version)
    return page(
        request,
        "requests/detail.html",
        detail,
        status=422 if sent else 200,
        identity=identity,
        accepted=ACCEPTED,
        today=today,
        statute=statute,
        reasons=[(reason, reason.replace("_", " ")) for reason in statute.extension_reasons],
        newest_version=await newest_version(session, detail.request.statute_id),
        kinds=RECORDABLE,
        outcomes=Outcome,
        cause=date_changes.cause_text,
        form=sent.values if sent else {"happened_on": today.isoformat()},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/requests/{request_id:uuid}", guards=[only(REQUESTS)])
async def show_request(
    request: WebRequest, session: Session, person: Who, request_id: Id, today: Today
) -> Template:
    return await detail_page(request, session, person, request_id, today)


@post("/requests/{request_id:uuid}/events", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def record_event(
    request: WebRequest, session: Session, person: Who, request_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        command = decode(RecordEvent, sent.values)
        event = await actions.record_event(session, request_id, command, person, now, today)
        await _keep_evidence(session, event, sent, "document", now)
    if sent.faults:
        return await detail_page(request, session, person, request_id, today, sent)
    return Redirect(f"/requests/{request_id}#timeline", status_code=303)


@post(
    "/requests/{request_id:uuid}/events/{event_id:uuid}/documents",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
)
async def add_evidence(
    request: WebRequest, session: Session, person: Who, request_id: Id, event_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        event = await actions.event_of(session, request_id, event_id, person)
        await _keep_evidence(session, event, sent, "document", now)
    if sent.faults:
        return await detail_page(request, session, person, request_id, today, sent)
    return Redirect(f"/requests/{request_id}#event-{event_id}", status_code=303)


async def _keep_evidence(
    session: Session, event: EventRow, sent: forms.Form, field: str, now: datetime
) -> None:
    if file := sent.files.get(field):
        await attach(session, event, file_name=file.filename, content=await file.read(), now=now, field=field)


@get("/requests/{request_id:uuid}/why", guards=[only(REQUESTS)])
async def why_this_date(request: WebRequest, session: Session, person: Who, request_id: Id) -> Template:
    """Every deadline with its steps in order, to print in either language; `?known_on=` looks back."""
    detail = await queries.one(session, person, request_id)
    sent = forms.Form({name: value for name, value in request.query_params.items() if value}, {})
    day = None
    async with forms.attempt(session, sent):
        if day := decode(KnownOn, sent.values).known_on:
            detail = await as_known_on(session, detail, day, request.app.state.settings.timezone)
    statute = await version_of(session, detail.request.statute_id, detail.request.statute_version)
    steps = [[step_from_data(step) for step in clock.steps] for clock in detail.deadlines]
    return page(
        request,
        "requests/why.html",
        detail,
        status=422 if sent.faults else 200,
        statute=statute,
        steps=steps,
        known_on=None if sent.faults else day,
        form=sent.values,
        faults=Faults(sent.faults),
    )


@post("/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
async def snooze_request(
    request: WebRequest, session: Session, person: Who, request_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        command = decode(SnoozeRequest, sent.values)
        await snoozing.snooze(session, request_id, command, person, now, today)
    if sent.faults:
        return await detail_page(request, session, person, request_id, today, sent)
    return Redirect(f"/requests/{request_id}#timeline", status_code=303)


@post("/requests/{request_id:uuid}/snooze/end", guards=[only(REQUESTS)])
async def end_snooze(session: Session, person: Who, request_id: Id, now: Now) -> Redirect:
    await snoozing.end(session, request_id, person, now)
    return Redirect(f"/requests/{request_id}#timeline", status_code=303)


ROUTES = [
    list_requests,
    new_request,
    file_request,
    show_request,
    record_event,
    add_evidence,
    why_this_date,
    snooze_request,
    end_snooze,
]
