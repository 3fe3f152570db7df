"""What people do with incoming messages and scans: file them with a request, record what they mean, or discard them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.errors import Conflict, invalid, say
from rti.core.roles import Person
from rti.inbox.commands import DiscardIncoming, FileIncoming
from rti.inbox.filing import Target, file_mail, file_scan
from rti.inbox.queries import Incoming, one, opened
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow
from rti.models.inbox import FoundBy, IncomingState, Nature
from rti.models.requests import RequestRow
from rti.requests.actions import record_event
from rti.requests.commands import RecordEvent
from rti.requests.queries import visible
from rti.requests.requester import not_hidden_from


async def file_to(
    session: AsyncSession, incoming_id: UUID, command: FileIncoming, person: Person, now: datetime
) -> Target:
    """Put what is held with a request, as evidence of which somebody then says what it means."""
    incoming = await _in_state(session, incoming_id, person, IncomingState.HELD)
    target = await _target(session, command, person)
    found = await opened(session, incoming)
    row = incoming.row
    if row.nature is Nature.SCAN:
        await file_scan(session, row, found.raw, incoming.summary, target, found_by=FoundBy.PERSON, now=now)
    else:
        await file_mail(
            session, row, found.raw, found.mail, incoming.summary, target, found_by=FoundBy.PERSON, now=now
        )
    return target


async def discard(
    session: AsyncSession, incoming_id: UUID, command: DiscardIncoming, person: Person, now: datetime
) -> None:
    """Discard a message or scan; it is kept for a month in case that was a mistake."""
    row = (await _in_state(session, incoming_id, person, IncomingState.HELD)).row
    row.state, row.reason = IncomingState.DISCARDED, command.reason
    row.decided_at, row.decided_by = now, person.id
    record(
        session, AuditAction.INCOMING_DISCARDED, now, about=row.id, cbo_id=row.cbo_id, sha256=row.sha256.hex()
    )


async def say_what_it_is(
    session: AsyncSession, incoming_id: UUID, command: RecordEvent, person: Person, now: datetime, today: date
) -> UUID:
    """Record what a message or scan means for its request, which is returned: only this moves a clock."""
    incoming = await one(session, person, incoming_id, locking=True)
    row = incoming.row
    if row.request_id is None or row.state not in {IncomingState.FILED, IncomingState.READ}:
        raise Conflict(say("File this with a request first"))
    if row.decided_at:
        raise Conflict(say("Somebody has already recorded what this is"))
    await record_event(session, row.request_id, command, person, now, today)
    row.state, row.decided_at, row.decided_by = IncomingState.READ, now, person.id
    return row.request_id


async def _in_state(
    session: AsyncSession, incoming_id: UUID, person: Person, state: IncomingState
) -> Incoming:
    found = await one(session, person, incoming_id, locking=True)
    if found.row.state is not state:
        raise Conflict(say("Somebody has already filed or discarded this"))
    return found


async def _target(session: AsyncSession, command: FileIncoming, person: Person) -> Target:
    """The request that the person sees under this reference; organisations of sealed ones are not looked at."""
    query = visible(person).where(RequestRow.reference == command.reference.strip())
    if command.cbo_code:
        named = select(CboRow.id).where(CboRow.code == command.cbo_code)
        query = query.where(RequestRow.cbo_id.in_(named), not_hidden_from(person))
    found = (await session.scalars(query.limit(2))).all()
    if not found:
        raise invalid(
            "reference", say("There is no request with this reference among those that you can see")
        )
    if len(found) > 1:
        raise invalid("cbo_code", say("Several organisations use this reference. Enter the code of the one"))
    kept = found[0].duplicate_of or found[0].id
    return Target(kept, found[0].cbo_id)
