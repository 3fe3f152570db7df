"""The text of scans as JSON: a draft by a machine, and the search in it."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get

from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests import scans
from rti.search.queries import Search
from rti.web.guards import interactive_only, only, rate_limited
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest


class ScanTextView(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine read in the copy of a document; nobody checked it, and it is not the content of the document."""

    text: str
    read_at: datetime


class FoundScanView(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a request with the line in which the first word stands."""

    request_id: UUID
    reference: str
    title: str
    document_id: UUID
    around: str


class FoundScans(msgspec.Struct, frozen=True, kw_only=True):
    found: list[FoundScanView]


@get(
    "/api/requests/{request_id:uuid}/documents/{document_id:uuid}/text",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.OPENINGS)],
)
async def show_text(session: Session, person: Who, request_id: Id, document_id: Id, now: Now) -> ScanTextView:
    return from_attributes(ScanTextView, await scans.text_of(session, person, request_id, document_id, now))


@get(
    "/api/search/scans",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.OPENINGS)],
)
async def search(request: WebRequest, session: Session, person: Who) -> FoundScans:
    """Documents in whose text all words of `q` stand, of the newest 500 that you may open."""
    wanted = decode(Search, dict(request.query_params))
    found = await scans.search(session, person, wanted.q)
    return FoundScans(found=[from_attributes(FoundScanView, each) for each in found])


ROUTES = [show_text, search]
