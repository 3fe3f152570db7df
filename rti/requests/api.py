"""Requests as JSON, on the same actions and queries as the pages."""

from typing import Annotated

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from rti.accounts.policy import REQUESTS
from rti.intake import decode
from rti.requests import actions, queries
from rti.requests.commands import FileRequest, KnownOn, RecordEvent, RequestFilter
from rti.requests.documents import attach
from rti.requests.knowing import as_known_on
from rti.requests.views import DetailView, RequestList, detail_view, list_view
from rti.web.api import JsonBody
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest


@get("/api/requests", guards=[only(REQUESTS)])
async def list_requests(request: WebRequest, session: Session, person: Who, today: Today) -> RequestList:
    wanted = decode(RequestFilter, dict(request.query_params))
    found = await queries.worklist(session, person, wanted, today)
    return list_view(list(found.items), found.next, today)


@post("/api/requests", guards=[only(REQUESTS)], dto=JsonBody[FileRequest], return_dto=None)
async def file_request(
    data: JSONBody[FileRequest], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    filed = await actions.file_request(session, data, person, now, today)
    return detail_view(await queries.one(session, person, filed.id), today)


@get("/api/requests/{request_id:uuid}", guards=[only(REQUESTS)])
async def show_request(
    request: WebRequest, session: Session, person: Who, request_id: Id, today: Today
) -> DetailView:
    """As it stands, or with `?known_on=` as it was known at the end of that day."""
    detail = await queries.one(session, person, request_id)
    if day := decode(KnownOn, dict(request.query_params)).known_on:
        zone = request.app.state.settings.timezone
        return detail_view(await as_known_on(session, detail, day, zone), min(day, today))
    return detail_view(detail, today)


@post(
    "/api/requests/{request_id:uuid}/events",
    guards=[only(REQUESTS)],
    dto=JsonBody[RecordEvent],
    return_dto=None,
)
async def record_event(
    request_id: Id, data: JSONBody[RecordEvent], session: Session, person: Who, now: Now, today: Today
) -> DetailView:
    await actions.record_event(session, request_id, data, person, now, today)
    return detail_view(await queries.one(session, person, request_id), today)


@post("/api/requests/{request_id:uuid}/events/{event_id:uuid}/documents", guards=[only(REQUESTS)])
async def attach_document(
    request_id: Id,
    event_id: Id,
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> DetailView:
    content = await data.read()
    event = await actions.event_of(session, request_id, event_id, person)
    await attach(session, event, file_name=data.filename, content=content, now=now)
    return detail_view(await queries.one(session, person, request_id), today)


ROUTES = [list_requests, file_request, show_request, record_event, attach_document]
