"""One search for everything that a person may see, as JSON."""

from uuid import UUID

import msgspec
from litestar import get

from rti.bodies.places import places
from rti.core.attributes import from_attributes
from rti.core.validation import decode
from rti.law.status import RequestStatus
from rti.models.bodies import PublicBodyRow
from rti.requests.finding import everything
from rti.search.queries import Search
from rti.web.guards import signed_in
from rti.web.inject import Session, Who
from rti.web.templating import WebRequest


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A province, district or commune."""

    code: str
    name_km: str
    name_en: str


class FoundBody(msgspec.Struct, frozen=True, kw_only=True):
    """A body with the areas that it lies in, the innermost first."""

    id: UUID
    code: str
    name_km: str
    name_en: str
    within: list[PlaceView]


class FoundRequest(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    reference: str
    title: str
    status: RequestStatus
    body: FoundBody


class FoundCbo(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    name_km: str
    name_en: str


class FoundView(msgspec.Struct, frozen=True, kw_only=True):
    """At most 200 of each kind; `more` names the kinds with further results, `near` those with only near misses."""

    requests: list[FoundRequest]
    bodies: list[FoundBody]
    cbos: list[FoundCbo]
    more: list[str]
    near: list[str]


@get("/api/search", guards=[signed_in])
async def search(request: WebRequest, session: Session, person: Who) -> FoundView:
    """Requests, public bodies and organisations that hold all words of `q`, in Khmer or English."""
    wanted = decode(Search, dict(request.query_params))
    found = await everything(session, person, wanted.q)

    place_of = await places(session, (*found.bodies, *(body for _, body in found.requests)))

    def body_view(row: PublicBodyRow) -> FoundBody:
        within = [from_attributes(PlaceView, area) for area in place_of[row.id]]
        return from_attributes(FoundBody, row, within=within)

    return FoundView(
        requests=[from_attributes(FoundRequest, row, body=body_view(body)) for row, body in found.requests],
        bodies=[body_view(row) for row in found.bodies],
        cbos=[from_attributes(FoundCbo, row) for row in found.cbos],
        more=[kind for kind, each in found.found.items() if each.more],
        near=[kind for kind, each in found.found.items() if each.near],
    )


ROUTES = [search]
