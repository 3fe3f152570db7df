"""Requests that were recorded twice: one is kept, the other is marked as its duplicate and no longer counts.

Nothing moves. The duplicate keeps its entries and documents where they were recorded, its page leads to the one that is
kept, and lists, figures, reminders and calendars leave it out. Removing the mark undoes it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.errors import Conflict, NotFound, invalid, say
from rti.core.roles import Person
from rti.core.wallclock import HOME_ZONE, day_of
from rti.models.audit import AuditAction
from rti.models.requests import RequestRow
from rti.requests.actions import locked, note_change
from rti.requests.commands import MarkDuplicate
from rti.requests.queries import visible
from rti.requests.requester import is_hidden

SEALED = say("This request is sealed; only its own organisation can say that it is a duplicate")


async def mark(
    session: AsyncSession,
    request_id: UUID,
    command: MarkDuplicate,
    person: Person,
    now: datetime,
    today: date,
) -> RequestRow:
    """Close a request into another one of its organisation; raises Invalid."""
    request, kept = await _both(session, request_id, command.reference, person)
    if kept is None or kept.id == request.id or kept.filing is not request.filing:
        unknown = say(
            "Your organisation has no other request with the reference {reference} that was filed in the same name",
            reference=command.reference,
        )
        raise invalid("reference", unknown)
    if kept.duplicate_of:
        raise invalid("reference", say("That request is a duplicate itself. Choose the one that was kept"))
    if await session.scalar(select(RequestRow.id).where(RequestRow.duplicate_of == request.id).limit(1)):
        raise invalid(
            "reference", say("Another request is marked as a duplicate of this one. Change that first")
        )
    if request.duplicate_of:
        raise Conflict(say("This request is already marked as a duplicate"))
    request.duplicate_of, request.known_from = kept.id, day_of(now, HOME_ZONE)
    note_change(session, request, "duplicate_of", [None, kept.id], person, now, today)
    note_change(session, kept, "merged", [None, request.id], person, now, today)
    record(session, AuditAction.DUPLICATE_MARKED, now, about=request.id, cbo_id=request.cbo_id, of=kept.id)
    await session.flush()
    return request


async def unmark(
    session: AsyncSession, request_id: UUID, person: Person, now: datetime, today: date
) -> RequestRow:
    """Let a request count again; does nothing where it is no duplicate."""
    request = await locked(session, request_id, person)
    if request.duplicate_of is None:
        return request
    kept = await locked(session, request.duplicate_of, person)
    request.duplicate_of, request.known_from = None, day_of(now, HOME_ZONE)
    note_change(session, request, "duplicate_of", [kept.id, None], person, now, today)
    note_change(session, kept, "merged", [request.id, None], person, now, today)
    record(session, AuditAction.DUPLICATE_UNMARKED, now, about=request.id, cbo_id=request.cbo_id, of=kept.id)
    await session.flush()
    return request


async def _both(
    session: AsyncSession, request_id: UUID, reference: str, person: Person
) -> tuple[RequestRow, RequestRow | None]:
    """The request and the one to keep, locked in one order; who may not know whose they are finds neither."""
    whose = visible(person).where(RequestRow.id == request_id).with_only_columns(RequestRow.cbo_id)
    other = and_(RequestRow.cbo_id.in_(whose), RequestRow.reference == reference)
    found = visible(person).where(or_(RequestRow.id == request_id, other)).order_by(RequestRow.id)
    rows: Sequence[RequestRow] = (await session.scalars(found.with_for_update(key_share=True))).all()
    request = next((row for row in rows if row.id == request_id), None)
    if request is None:
        raise NotFound
    if is_hidden(person, request):
        raise Conflict(SEALED)
    return request, next((row for row in rows if row.reference == reference), None)
