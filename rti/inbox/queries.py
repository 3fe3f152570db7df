"""What came in, as people see it: what is held by those who see every request, the rest by whoever sees its request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, false, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from rti.core.cipher import Unreadable
from rti.core.errors import Conflict, NotFound, say
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import STAFF, Person
from rti.encryption.data_keys import DataKeys
from rti.files.answers import TooManyPixels
from rti.files.media_types import guessed
from rti.files.sandbox import examine
from rti.inbox.commands import IncomingFilter
from rti.inbox.filing import read_apart
from rti.inbox.mail import Mail
from rti.inbox.store import Summary, keys_of, summary_of
from rti.models.inbox import IncomingRow, Nature
from rti.models.requests import DocumentContentRow, RequestRow
from rti.requests.evidence import Download
from rti.requests.queries import visible
from rti.requests.requester import not_hidden_from


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that came in with what a list shows of it; `request` is None while it belongs to none."""

    row: IncomingRow
    summary: Summary
    request: RequestRow | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The same with what it says, read anew; `mail` is None for a scan, and for what cannot be read."""

    incoming: Incoming
    mail: Mail | None
    raw: bytes


def _seen(person: Person) -> Select[IncomingRow, RequestRow]:
    """Mail to a sealed request is for its own people only; policies narrow what is held to those who see everything."""
    mine = visible(person).with_only_columns(RequestRow.id).where(not_hidden_from(person))
    nobodys = and_(IncomingRow.cbo_id.is_(None), IncomingRow.request_id.is_(None))
    return (
        select(IncomingRow, RequestRow)
        .outerjoin(
            RequestRow, and_(RequestRow.id == IncomingRow.request_id, RequestRow.cbo_id == IncomingRow.cbo_id)
        )
        .where(
            or_(
                and_(IncomingRow.cbo_id.is_not(None), IncomingRow.request_id.in_(mine)),
                and_(IncomingRow.request_id.is_(None), IncomingRow.cbo_id == person.cbo_id),
                nobodys if person.role in STAFF else false(),
            )
        )
    )


async def listed(session: AsyncSession, person: Person, wanted: IncomingFilter) -> Page[Incoming]:
    """What is in a state, the newest first."""
    query = _seen(person).where(IncomingRow.state == wanted.state)
    if wanted.after:
        behind = decode_cursor(wanted.after, decode_moment, UUID)
        query = query.where(tuple_(IncomingRow.received_at, IncomingRow.id) < behind)
    query = query.order_by(IncomingRow.received_at.desc(), IncomingRow.id.desc()).limit(PAGE_SIZE + 1)
    keys: dict[UUID | None, DataKeys] = {}
    found = []
    for row, request in await session.execute(query):
        if row.cbo_id not in keys:
            keys[row.cbo_id] = await keys_of(session, row)
        found.append(Incoming(row, summary_of(row, keys[row.cbo_id]), request))
    return page_of(found, PAGE_SIZE, lambda each: (each.row.received_at.isoformat(), str(each.row.id)))


async def one(session: AsyncSession, person: Person, incoming_id: UUID, *, locking: bool = False) -> Incoming:
    """One; a missing one and one of somebody else look the same."""
    query = _seen(person).where(IncomingRow.id == incoming_id).options(undefer(IncomingRow.content))
    if locking:
        query = query.with_for_update(of=IncomingRow)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound
    row, request = found
    return Incoming(row, summary_of(row, await keys_of(session, row)), request)


async def opened(session: AsyncSession, incoming: Incoming) -> Opened:
    """Its bytes, and what they say; raises Conflict where they cannot be opened."""
    row, keys = incoming.row, await keys_of(session, incoming.row)
    try:
        if row.document_id:
            stored = await session.get_one(DocumentContentRow, row.document_id)
            raw = keys.decrypt(DocumentContentRow.content, row.document_id, stored.content)
        else:
            raw = keys.decrypt(IncomingRow.content, row.id, row.content or b"")
    except Unreadable:
        raise Conflict(
            say("This cannot be opened: the keys of its organisation are missing or locked")
        ) from None
    return Opened(incoming, None if row.nature is Nature.SCAN else await read_apart(raw), raw)


async def file_of(session: AsyncSession, person: Person, incoming_id: UUID, number: int) -> Download:
    """The copy without metadata of a file that is held; number 0 is that of a scan. Raises NotFound where there is none.

    What was filed is evidence, of which parts may be hidden.
    """
    found = await opened(session, await one(session, person, incoming_id))
    if found.incoming.row.nature is Nature.SCAN and number == 0:
        name, content = found.incoming.summary.subject, found.raw
    elif found.mail and 0 < number <= len(found.mail.attachments):
        attachment = found.mail.attachments[number - 1]
        name, content = attachment.name, attachment.content
    else:
        raise NotFound
    if found.incoming.row.request_id:
        raise Conflict(say("This was filed. Open the files on the page of the request"))
    name, media_type = guessed(name, content)
    try:
        copy = (await examine(content, media_type)).copy
    except TooManyPixels:
        copy = None
    if copy is None:
        raise Conflict(
            say("There is no safe copy of this file. File the message with its request to open the original")
        )
    return Download(name, copy.media_type, copy.content)


async def of_request(session: AsyncSession, person: Person, request_id: UUID) -> Mapping[UUID, IncomingRow]:
    """What came in for a request, by the event that shows it."""
    rows = await session.execute(_seen(person).where(IncomingRow.request_id == request_id))
    return {row.event_id: row for row, _ in rows if row.event_id}


async def came_again(session: AsyncSession, incoming: Incoming) -> list[datetime]:
    """When the same came by other ways."""
    again = select(IncomingRow.received_at).where(IncomingRow.same_as == incoming.row.id)
    return list(await session.scalars(again.order_by(IncomingRow.received_at)))
