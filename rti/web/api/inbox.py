"""Incoming messages and scans as JSON."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import invalid, say
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.inbox import actions, queries
from rti.inbox.commands import DiscardIncoming, FileIncoming, FileScans, IncomingFilter
from rti.inbox.queries import Incoming
from rti.inbox.scans import file_scans
from rti.models.inbox import FoundBy, IncomingState, Nature
from rti.requests.commands import RecordEvent
from rti.web.guards import interactive_only, only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, reader_of


class IncomingView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came in; `request_id` is null while it is held.

    `nature` is reply, automatic, bounce or scan: by its form, and not what it means. `sha256` is of the bytes as they
    came. `same_as` is the same message, which came before by another way. `reason` is why a bounce came back, or why it was discarded.
    """

    id: UUID
    state: IncomingState
    nature: Nature | None
    found_by: FoundBy | None
    request_id: UUID | None
    received_at: datetime
    size: int
    sha256: str
    author: str
    subject: str
    envelope_from: str
    envelope_to: str
    files: tuple[str, ...]
    reason: str
    same_as: UUID | None


class IncomingText(msgspec.Struct, frozen=True, kw_only=True):
    """One with its whole text; null where it is a scan or cannot be read."""

    incoming: IncomingView
    text: str | None


class IncomingList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    incoming: list[IncomingView]
    next: str | None


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a stack of scans: filed with a request, which may have had it already, or held with the reason."""

    page: int
    request_id: UUID | None
    reference: str | None
    known: bool
    held: UUID | None
    reason: str | None


class StackView(msgspec.Struct, frozen=True, kw_only=True):
    pages: list[PageView]


def view_of(found: Incoming) -> IncomingView:
    row, summary = found.row, found.summary
    return IncomingView(
        id=row.id,
        state=row.state,
        nature=row.nature,
        found_by=row.found_by,
        request_id=row.request_id,
        received_at=row.received_at,
        size=row.size,
        sha256=row.sha256.hex(),
        author=summary.author,
        subject=summary.subject,
        envelope_from=summary.envelope_from,
        envelope_to=summary.envelope_to,
        files=summary.files,
        reason=row.reason or summary.reason,
        same_as=row.same_as,
    )


async def _text(session: Session, person: Who, incoming_id: UUID) -> IncomingText:
    found = await queries.opened(session, await queries.one(session, person, incoming_id))
    return IncomingText(incoming=view_of(found.incoming), text=found.mail.text if found.mail else None)


@get("/api/inbox", guards=[only(REQUESTS)])
async def list_incoming(request: WebRequest, session: Session, person: Who) -> IncomingList:
    found = await queries.listed(session, person, decode(IncomingFilter, dict(request.query_params)))
    return IncomingList(incoming=[view_of(each) for each in found.items], next=found.next)


@get(
    "/api/inbox/{incoming_id:uuid}",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.OPENINGS)],
)
async def show_incoming(session: Session, person: Who, incoming_id: Id) -> IncomingText:
    """Not with an API token, like everything stored encrypted."""
    return await _text(session, person, incoming_id)


@post(
    "/api/inbox/{incoming_id:uuid}/file",
    guards=[only(REQUESTS), interactive_only, rate_limited(LimitedCall.RECORDS)],
)
async def file_incoming(
    incoming_id: Id, data: JSONBody[FileIncoming], session: Session, person: Who, now: Now
) -> IncomingView:
    """Not with a token: what came in is opened to be sealed with the key of the organisation."""
    await actions.file_to(session, incoming_id, data, person, now)
    return view_of(await queries.one(session, person, incoming_id))


@post("/api/inbox/scans", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def file_stack(
    request: WebRequest,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> StackView:
    """File each page of `document`, a PDF or a picture, by the QR code that it shows; `kind`, `happened_on` and `outcome` say what happened."""
    fields = {name: value for name, value in data.items() if isinstance(value, str) and value}
    command, file = decode(FileScans, fields), data.get("document")
    if not isinstance(file, UploadFile):
        raise invalid("document", say("Choose a PDF or a picture"))
    content, reader = await file.read(), reader_of(request)
    placed = await file_scans(session, file.filename, content, command, person, now, today)
    return StackView(
        pages=[
            PageView(
                page=each.number,
                request_id=each.request.id if each.request else None,
                reference=each.request.reference if each.request else None,
                known=each.known,
                held=each.held,
                reason=reader.say(each.why) if each.why else None,
            )
            for each in placed
        ]
    )


@post("/api/inbox/{incoming_id:uuid}/discard", guards=[only(REQUESTS)])
async def discard_incoming(
    incoming_id: Id, data: JSONBody[DiscardIncoming], session: Session, person: Who, now: Now
) -> IncomingView:
    await actions.discard(session, incoming_id, data, person, now)
    return view_of(await queries.one(session, person, incoming_id))


@post("/api/inbox/{incoming_id:uuid}/means", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
async def say_what_it_is(
    incoming_id: Id, data: JSONBody[RecordEvent], session: Session, person: Who, now: Now, today: Today
) -> IncomingView:
    await actions.say_what_it_is(session, incoming_id, data, person, now, today)
    return view_of(await queries.one(session, person, incoming_id))


ROUTES = [list_incoming, show_incoming, file_incoming, file_stack, discard_incoming, say_what_it_is]
