"""Checklists, visits and their photos as JSON, and how much bodies publish."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound, invalid, say
from rti.core.roles import COUNTING, REQUESTS, SUPPORT
from rti.core.validation import decode
from rti.models.bodies import BodyKind
from rti.models.visits import Finding
from rti.statistics.publication import Change, Publication, PublicationQuery, publication
from rti.visits import actions, checklists, queries
from rti.visits.checklists import Checklist
from rti.visits.commands import RecordVisit, SaveChecklist, VisitFilter
from rti.web.count_tables import CountTableView, count_view
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of
from rti.web.transfers import FILE


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    """A visit; `cbo_id` is the organisation whose people looked, null for campaign staff. Of a list, `photos` is null."""

    id: UUID
    campaign_id: UUID
    body_id: UUID
    body_code: str
    cbo_id: UUID | None
    visited_on: date
    withdrawn: bool
    checklist_version: int
    findings: Mapping[str, Finding]
    photos: list[UUID] | None


class VisitList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    visits: list[VisitView]
    next: str | None


class PublicationView(msgspec.Struct, frozen=True, kw_only=True):
    """The table, and how many bodies publish more, as much or less than at their first visit."""

    figures: CountTableView
    changes: Mapping[Change, int | None]


def _view(found: queries.Visited, *, whole: bool) -> VisitView:
    row = found.visit
    return VisitView(
        id=row.id,
        campaign_id=row.campaign_id,
        body_id=row.body_id,
        body_code=found.body.code,
        cbo_id=row.cbo_id,
        visited_on=row.visited_on,
        withdrawn=row.withdrawn_at is not None,
        checklist_version=row.checklist_version,
        findings={code: Finding(finding) for code, finding in row.findings.items()},
        photos=list(found.photos) if whole else None,
    )


@get("/api/visits", guards=[only(REQUESTS)])
async def list_visits(request: WebRequest, session: Session, person: Who) -> VisitList:
    found = await queries.visits(session, person, decode(VisitFilter, dict(request.query_params)))
    return VisitList(visits=[_view(each, whole=False) for each in found.items], next=found.next)


@post("/api/visits", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def record_visit(
    data: JSONBody[RecordVisit], session: Session, person: Who, now: Now, today: Today
) -> VisitView:
    row = await actions.record_visit(session, data, [], person, now, today)
    return _view(await queries.visit(session, person, row.id), whole=True)


@get("/api/visits/{visit_id:uuid}", guards=[only(REQUESTS)])
async def show_visit(visit_id: Id, session: Session, person: Who) -> VisitView:
    return _view(await queries.visit(session, person, visit_id), whole=True)


@post("/api/visits/{visit_id:uuid}/withdraw", guards=[only(REQUESTS)], status_code=200)
async def withdraw_visit(visit_id: Id, session: Session, person: Who, now: Now) -> VisitView:
    await actions.withdraw(session, visit_id, person, now)
    return _view(await queries.visit(session, person, visit_id), whole=True)


@post("/api/visits/{visit_id:uuid}/photos", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def add_photo(
    visit_id: Id,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
    session: Session,
    person: Who,
) -> VisitView:
    """Add the first file of the form, under any field name; it is made anew without what it tells of place and time."""
    found = await queries.visit(session, person, visit_id)
    file = next((part for part in data.values() if isinstance(part, UploadFile)), None)
    if file is None:
        raise invalid("photo", say("Choose a picture"))
    await actions.add_photo(session, found.visit, file.filename, await file.read())
    return _view(await queries.visit(session, person, visit_id), whole=True)


@get(
    "/api/visits/{visit_id:uuid}/photos/{photo_id:uuid}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    media_type="*/*",
    opt=FILE,
)
async def show_photo(visit_id: Id, photo_id: Id, session: Session, person: Who) -> Response[bytes]:
    found = await queries.photo(session, person, visit_id, photo_id)
    return Response(found.content, media_type=found.media_type)


@get("/api/campaigns/{campaign_id:uuid}/checklists", guards=[signed_in])
async def list_checklists(campaign_id: Id, session: Session) -> list[Checklist]:
    """The items that bodies of each type should publish; version 0 is the default list."""
    return await checklists.checklists(session, campaign_id)


@put("/api/campaigns/{campaign_id:uuid}/checklists/{body_kind:str}", guards=[only(SUPPORT)])
async def save_checklist(
    campaign_id: Id, body_kind: FromPath[str], data: JSONBody[SaveChecklist], session: Session, now: Now
) -> Checklist:
    """Save a new version of a list; without items the default list applies again."""
    if body_kind not in list(BodyKind):
        raise NotFound
    return await checklists.save(session, campaign_id, BodyKind(body_kind), data, now)


async def asked_publication(request: WebRequest, session: Session, person: Who, today: date) -> Publication:
    """What an address asks for; raises Invalid."""
    return await publication(session, person, decode(PublicationQuery, dict(request.query_params)), today)


def publication_view(found: Publication, language: str) -> PublicationView:
    return PublicationView(figures=count_view(found.table, language), changes=found.changes)


@get("/api/statistics/publication", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def publication_as_json(
    request: WebRequest, session: Session, person: Who, today: Today
) -> PublicationView:
    return publication_view(await asked_publication(request, session, person, today), language_of(request))


ROUTES = [
    list_visits,
    record_visit,
    show_visit,
    withdraw_visit,
    add_photo,
    show_photo,
    list_checklists,
    save_checklist,
]
FIGURES = [publication_as_json]
