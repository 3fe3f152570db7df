"""Requests as JSON, on the same actions and queries as the pages."""

from typing import Annotated, Any

from litestar import Response, delete, get, post, put
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.db_roles import login_of
from rti.core.errors import Conflict, invalid, say
from rti.core.pagination import MOST_COUNTED
from rti.core.roles import CBO, REQUESTS, STAFF
from rti.core.validation import decode
from rti.law import scope
from rti.letters.commands import LETTER_FOR
from rti.requests import (
    actions,
    assigning,
    bulk,
    corrections,
    duplicates,
    evidence,
    listing,
    reading,
    requester,
    snoozing,
)
from rti.requests.as_known_on import as_known_on
from rti.requests.commands import (
    AssignRequest,
    CorrectRequest,
    FileRequest,
    KnownOn,
    MarkDuplicate,
    OpenSealed,
    RecordEvent,
    RecordForMany,
    RequestFilter,
    SaveRequester,
    SnoozeRequest,
)
from rti.requests.shown import Detail
from rti.requests.what_next import what_next
from rti.web.api.request_views import (
    DetailView,
    IdentityView,
    NextStepList,
    NextStepView,
    Recorded,
    RequestList,
    detail_view,
    identity_view,
    listed_view,
)
from rti.web.downloads import download
from rti.web.guards import Connection, interactive_only, only, rate_limited, recently_authenticated
from rti.web.inject import Found, Id, Now, Session, Today, Who
from rti.web.pages.requests import one_request
from rti.web.templating import WebRequest, chosen_language, reader_of, today_of, who
from rti.web.transfers import FILE, READS


def _listed(connection: Connection) -> listing.Counted:
    wanted = decode(RequestFilter, dict(connection.query_params))
    return listing.Counted(wanted, today_of(connection), chosen_language(connection))


@get("/api/requests", guards=[only(REQUESTS)], opt={READS: _listed})
async def list_requests(request: WebRequest, found: Found[listing.Listed]) -> RequestList:
    """Requests that pass every filter of the address, in the order of `sort`; the same filters as on the page."""
    page, today = found.page, today_of(request)
    views = [listed_view(line.request, today, hidden=line.hidden) for line in page.items]
    total = found.total if found.total is not None and found.total <= MOST_COUNTED else None
    return RequestList(requests=views, total=total, next=page.next, previous=page.previous)


@post("/api/requests", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def file_request(
    data: JSONBody[FileRequest], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    filed = await actions.file_request(session, data, person, now, today)
    return detail_view(await reading.one(session, person, filed.id), today)


@post("/api/requests/events", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def record_for_many(
    data: JSONBody[RecordForMany], session: Session, person: Who, now: Now, today: Today
) -> Recorded:
    """Record the same event for each request, or for none."""
    return Recorded(requests=await bulk.record_for_many(session, data, person, now, today))


@get("/api/requests/{request_id:uuid}", guards=[only(REQUESTS)], opt={READS: one_request})
async def show_request(
    request: WebRequest,
    state: State,
    found: Found[Detail],
    request_id: Id,  # noqa: ARG001 -- for the description of the API
) -> DetailView:
    """As it stands, or with `?known_on=` as it was known at the end of that day."""
    person, today = who(request), today_of(request)
    if day := decode(KnownOn, dict(request.query_params)).known_on:
        async with state.database.under(login_of(person)).transaction(person.id) as session:
            known = await as_known_on(session, found, day, state.settings.timezone)
        return detail_view(known, min(day, today))
    return detail_view(found, today)


@get("/api/requests/{request_id:uuid}/next-steps", guards=[only(REQUESTS)])
async def list_next_steps(
    request: WebRequest, session: Session, person: Who, request_id: Id, today: Today
) -> NextStepList:
    """What can be done now, the most useful first."""
    detail = await reading.one(session, person, request_id)
    steps = [
        from_attributes(NextStepView, each, letter=LETTER_FOR.get(each.step), events=[*each.events])
        for each in what_next(detail, today)
    ]
    body, law = detail.body, detail.statute
    known = scope.scope_for(law.id, body.kind)
    return NextStepList(
        next_steps=steps,
        outside=scope.is_outside(law, body.country, body.kind),
        scope=reader_of(request).name(known.text) if known else None,
    )


@post("/api/requests/{request_id:uuid}/events", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def record_event(
    request_id: Id, data: JSONBody[RecordEvent], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    await actions.record_event(session, request_id, data, person, now, today)
    return detail_view(await reading.one(session, person, request_id), today)


@post(
    "/api/requests/{request_id:uuid}/events/{event_id:uuid}/documents",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
)
async def attach_document(
    request_id: Id,
    event_id: Id,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> DetailView:
    """Attach the first file of the form, under any field name."""
    file = next((part for part in data.values() if isinstance(part, UploadFile)), None)
    if file is None:
        raise invalid("document", say("Choose a file"))
    content = await file.read()
    event = await actions.event_of(session, request_id, event_id, person)
    await evidence.attach(session, event, file_name=file.filename, content=content, now=now)
    return detail_view(await reading.one(session, person, request_id), today)


@put("/api/requests/{request_id:uuid}", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def correct_request(
    request_id: Id, data: JSONBody[CorrectRequest], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    """Correct a request; the earlier values stay on the timeline."""
    await corrections.correct(session, request_id, data, person, now, today)
    return detail_view(await reading.one(session, person, request_id), today)


@post("/api/requests/{request_id:uuid}/duplicate", guards=[only(REQUESTS)])
async def mark_duplicate(
    request_id: Id, data: JSONBody[MarkDuplicate], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    """Mark a request as a duplicate of the one with this `reference`."""
    await duplicates.mark(session, request_id, data, person, now, today)
    return detail_view(await reading.one(session, person, request_id), today)


@put(
    "/api/requests/{request_id:uuid}/campaign",
    guards=[only(STAFF), rate_limited(LimitedCall.RECORDS)],
    status_code=204,
)
async def assign_request(
    request_id: Id, data: JSONBody[AssignRequest], session: Session, person: Who, now: Now, today: Today
) -> None:
    """Put a request into the `campaign` with a code, or with `-` into none; `POST /api/requests/many` shows who then sees it."""
    await assigning.put_one(session, request_id, data, person, now, today)


@delete("/api/requests/{request_id:uuid}/duplicate", guards=[only(REQUESTS)])
async def unmark_duplicate(request_id: Id, session: Session, person: Who, now: Now, today: Today) -> None:
    """Remove the mark of a duplicate."""
    await duplicates.unmark(session, request_id, person, now, today)


@put("/api/requests/{request_id:uuid}/requester", guards=[only(CBO), interactive_only])
async def save_requester(
    request_id: Id, data: JSONBody[SaveRequester], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    """Not with a token: a program cannot see what it would replace."""
    filed = await actions.locked(session, request_id, person)
    await requester.correct_requester(session, filed, data, person, now)
    return detail_view(await reading.one(session, person, request_id), today)


@post(
    "/api/requests/{request_id:uuid}/identity",
    guards=[
        only(REQUESTS),
        interactive_only,
        recently_authenticated,
        rate_limited(LimitedCall.OPENINGS),
    ],
    status_code=200,
)
async def open_identity(
    request_id: Id, data: JSONBody[OpenSealed], session: Session, person: Who, now: Now
) -> IdentityView:
    """The requester; people outside the organisation give a `purpose`, which it will read."""
    filed = await actions.locked(session, request_id, person)
    return identity_view(await requester.open_identity(session, filed, data, person, now))


@get(
    "/api/requests/{request_id:uuid}/documents/{document_id:uuid}",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.OPENINGS)],
    media_type="*/*",
    opt=FILE,
)
async def show_copy(
    request: WebRequest, request_id: Id, document_id: Id, session: Session, person: Who, now: Now
) -> Response[bytes]:
    """The copy without metadata, as a file; not with a token, since a letter names who wrote it."""
    found = await evidence.copy_to_show(session, person, request_id, document_id, now)
    if found is None:
        raise Conflict(evidence.NO_COPY)
    return download(request, found)


@post(
    "/api/requests/{request_id:uuid}/documents/{document_id:uuid}/original",
    guards=[
        only(REQUESTS),
        interactive_only,
        recently_authenticated,
        rate_limited(LimitedCall.OPENINGS),
    ],
    media_type="*/*",
    opt=FILE,
    status_code=200,
)
async def get_original(
    request: WebRequest,
    request_id: Id,
    document_id: Id,
    data: JSONBody[OpenSealed],
    session: Session,
    person: Who,
    now: Now,
) -> Response[bytes]:
    """The original bytes with their metadata, for who confirmed the password; the download is recorded."""
    clamd = request.app.state.settings.clamd
    found = await evidence.original(session, person, request_id, document_id, data, clamd, now)
    return download(request, found)


@post("/api/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
async def snooze_request(
    request_id: Id, data: JSONBody[SnoozeRequest], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    await snoozing.snooze(session, request_id, data, person, now, today)
    return detail_view(await reading.one(session, person, request_id), today)


@delete("/api/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
async def end_snooze(session: Session, person: Who, request_id: Id, now: Now) -> None:
    await snoozing.end(session, request_id, person, now)


ROUTES = [
    list_requests,
    file_request,
    record_for_many,
    show_request,
    list_next_steps,
    record_event,
    correct_request,
    assign_request,
    mark_duplicate,
    unmark_duplicate,
    attach_document,
    save_requester,
    open_identity,
    show_copy,
    get_original,
    snooze_request,
    end_snooze,
]
