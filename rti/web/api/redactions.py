"""Redactions as JSON, on the same actions as the page."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.requests import evidence, redaction
from rti.requests.commands import Redact
from rti.web.downloads import download
from rti.web.guards import interactive_only, only, rate_limited
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest
from rti.web.transfers import FILE


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """A box (left, top, right, bottom in percent) of a page, or without one the whole page."""

    page: int
    box: tuple[float, float, float, float] | None


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """What is hidden of a document; words are found on its `readable` pages only."""

    document_id: UUID
    request_id: UUID
    pages: int
    readable: list[int]
    marks: list[MarkView]


class HitList(msgspec.Struct, frozen=True, kw_only=True):
    documents: list[HitView]


@post(
    "/api/redactions/preview",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.OPENINGS)],
    status_code=200,
)
async def preview_redaction(data: JSONBody[Redact], session: Session, person: Who, now: Now) -> HitList:
    """Preview the matches of a rule in each document; nothing is changed."""
    return _hits(await redaction.hits_of(session, person, data, now))


@post("/api/redactions", guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.RECORDS)])
async def redact(data: JSONBody[Redact], session: Session, person: Who, now: Now) -> HitList:
    """Hide the matches for good in the copies of these documents; the originals stay."""
    return _hits(await redaction.redact(session, person, data, now))


def _hits(previews: list[redaction.Preview]) -> HitList:
    return HitList(
        documents=[
            HitView(
                document_id=each.document.id,
                request_id=each.document.request_id,
                pages=each.hits.pages,
                readable=list(each.hits.readable),
                marks=[MarkView(page=mark.page, box=mark.box) for mark in each.marks],
            )
            for each in previews
        ]
    )


@get(
    "/api/requests/{request_id:uuid}/documents/{document_id:uuid}/preview",
    guards=[only(REQUESTS), interactive_only],
    media_type="*/*",
    opt=FILE,
)
async def show_preview(
    request: WebRequest, request_id: Id, document_id: Id, session: Session, person: Who
) -> Response[bytes]:
    """A small JPEG of the first page, where the document `has_preview`."""
    return download(request, await evidence.preview_of(session, person, request_id, document_id))


ROUTES = [preview_redaction, redact, show_preview]
