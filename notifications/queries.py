"""Reading messages, and the state of the queue.

The text of a message belongs to the person it is for. Staff and administrators see of every message how
far it came, in every installation alike: a mode in which they could read on would be left switched on
where messages hold more than they do today. Administrators, who see no request, also see to which
organisation it goes. Staff do not: the day of a reminder and the due date of a sealed request would tell
whose that is.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, case, false, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.attributes import from_attributes
from rti.core.errors import NotFound
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import SUPPORT, Person, Role
from rti.core.validation import ShortText
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.jobs import HeartbeatRow
from rti.models.messages import WAITING, MessageKind, MessageRow, MessageState


class MessageFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages to list; `after` is the mark of the page before."""

    state: MessageState | None = None
    after: ShortText = ""


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message; the fields from `to_address` on are None for anybody but its reader, and before it has a text."""

    id: UUID
    kind: MessageKind
    state: MessageState
    cbo_code: str | None
    created_at: datetime
    finished_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    ambiguous_attempts: int
    last_reply: str
    own: bool
    to_address: str | None
    language: str | None
    subject: str | None
    body: str | None


def _visible(person: Person) -> Select[MessageRow, str]:
    """The messages of which this person may know."""
    named = CboRow.locked_at.is_(None) if person.role is not Role.STAFF else false()
    query = (
        select(MessageRow, case((named, CboRow.code)))
        .join(PersonRow, PersonRow.id == MessageRow.person_id)
        .join(CboRow, CboRow.id == PersonRow.cbo_id, isouter=True)
    )
    return query if person.role in SUPPORT else query.where(MessageRow.person_id == person.id)


async def messages(session: AsyncSession, person: Person, wanted: MessageFilter) -> Page[MessageView]:
    """Messages, the newest first."""
    query = _visible(person)
    if wanted.state:
        query = query.where(MessageRow.state == wanted.state)
    if wanted.after:
        behind = decode_cursor(wanted.after, decode_moment, UUID)
        query = query.where(tuple_(MessageRow.created_at, MessageRow.id) < behind)
    query = query.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(PAGE_SIZE + 1)
    found = [_view(row, person) for row in await session.execute(query)]
    return page_of(found, PAGE_SIZE, lambda each: (each.created_at.isoformat(), str(each.id)))


async def message(session: AsyncSession, person: Person, message_id: UUID) -> MessageView:
    """One message; a missing one and one of somebody else look the same."""
    row = (await session.execute(_visible(person).where(MessageRow.id == message_id))).one_or_none()
    if row is None:
        raise NotFound
    return _view(row, person)


def _view(row: Row[MessageRow, str], person: Person) -> MessageView:
    found, cbo_code = row
    own = found.person_id == person.id
    hidden = () if own else ("to_address", "language", "subject", "body")
    return from_attributes(
        MessageView,
        found,
        cbo_code=cbo_code,
        next_attempt_at=found.next_attempt_at if found.state in WAITING else None,
        attempts=found.attempt,
        ambiguous_attempts=found.ambiguous,
        own=own,
        **dict.fromkeys(hidden),
    )


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue: how many messages wait, when the oldest was created, and the latest time at which one is due."""

    waiting: int
    oldest_at: datetime | None
    next_turn_at: datetime | None


async def queue(session: AsyncSession) -> Queue:
    facts = select(func.count(), func.min(MessageRow.created_at), func.min(MessageRow.next_attempt_at))
    count, oldest, turn = (await session.execute(facts.where(MessageRow.state.in_(WAITING)))).one()
    return Queue(count, oldest, turn)


async def ticks(session: AsyncSession) -> dict[str, HeartbeatRow]:
    """The last run of each job of the scheduler."""
    return {tick.job: tick for tick in await session.scalars(select(HeartbeatRow))}
