"""Changing and deleting a draft: until a request was handed over it is the organisation's own, and nothing hangs on it.

Afterwards what was recorded wrongly is put right by an entry; see `corrections`.
"""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from rti.audit.record import record
from rti.bodies.queries import by_code
from rti.core.attributes import assign, from_attributes
from rti.core.errors import Conflict, Forbidden, Invalid, invalid, say
from rti.core.roles import Person
from rti.law.events import EventKind
from rti.law.status import RequestStatus
from rti.models.audit import AuditAction
from rti.models.requests import EventRow, RequestRow
from rti.requests import assigning
from rti.requests.actions import locked, record_event
from rti.requests.checks import closed_fault
from rti.requests.commands import EditDraft, HandOver, PlainFields, RecordEvent
from rti.requests.queries import events_of
from rti.requests.requester import is_hidden, is_own
from rti.topics.queries import topic_faults, topics


async def edit(
    session: AsyncSession, request_id: UUID, command: EditDraft, person: Person, now: datetime, today: date
) -> RequestRow:
    """Change what a draft says; raises Invalid, and Conflict once it was handed over."""
    request = await _draft(session, request_id, person)
    body = await by_code(session, command.body_code, "body_code")
    faults = topic_faults(await topics(session), command.topic, before=request.topic)
    if body.id != request.body_id:
        faults += closed_fault(body.closed_on, today, "body_code")
    if faults:
        raise Invalid(*faults)
    plain = asdict(from_attributes(PlainFields, command))
    changed = assign(request, {**plain, "body_id": body.id, "first_body_id": body.id})
    if command.campaign and await _choose_campaign(session, request, command.campaign, person, now):
        changed.append("campaign")
    if changed:
        about = {"about": request.id, "cbo_id": request.cbo_id}
        record(session, AuditAction.DRAFT_CHANGED, now, **about, fields=",".join(changed))
        await session.flush()
    return request


async def _choose_campaign(
    session: AsyncSession, request: RequestRow, code: str, person: Person, now: datetime
) -> bool:
    """Put an own draft into the campaign with a code; returns whether that changes it."""
    campaign = await assigning.named(session, code)
    campaign_id = campaign.id if campaign else None
    if campaign_id == request.campaign_id:
        return False
    if not is_own(person, request):
        raise invalid("campaign", say("Change the campaign of another organisation's draft on its page"))
    if not await assigning.moved(session, request.id, campaign_id, now):
        raise invalid("campaign", assigning.IN_A_BATCH)
    set_committed_value(request, "campaign_id", campaign_id)
    return True


async def choose_way(
    session: AsyncSession, request_id: UUID, command: HandOver, person: Person, now: datetime
) -> RequestRow:
    """Choose the channel of a draft; raises Conflict once it was handed over."""
    request = await _draft(session, request_id, person)
    if changed := assign(request, {"channel": command.channel, "urgent": command.urgent}):
        about = {"about": request.id, "cbo_id": request.cbo_id}
        record(session, AuditAction.DRAFT_CHANGED, now, **about, fields=",".join(changed))
        await session.flush()
    return request


async def happened(
    session: AsyncSession, request_id: UUID, command: RecordEvent, person: Person, now: datetime, today: date
) -> EventRow:
    """Record an event; a draft that is handed over on a day before it was recorded was written by then.

    Whoever comes home with a receipt records it all later, and the day of recording is no day of the request.
    """
    request = await locked(session, request_id, person)
    if (
        request.status is RequestStatus.DRAFT
        and request.drafted_on
        and command.happened_on < request.drafted_on
    ):
        drafted = next(e for e in await events_of(session, request.id) if e.kind is EventKind.DRAFTED)
        earlier = RecordEvent(kind=EventKind.DRAFTED, happened_on=command.happened_on, voids=drafted.id)
        await record_event(session, request_id, earlier, person, now, today)
    return await record_event(session, request_id, command, person, now, today)


async def remove(session: AsyncSession, request_id: UUID, person: Person, now: datetime) -> None:
    """Delete a draft with everything attached to it; raises Conflict once it was handed over."""
    request = await _draft(session, request_id, person)
    record(session, AuditAction.DRAFT_DELETED, now, about=request.id, cbo_id=request.cbo_id)
    gone = delete(RequestRow).where(RequestRow.id == request.id)
    await session.execute(gone.execution_options(synchronize_session=False))
    session.expunge(request)


async def _draft(session: AsyncSession, request_id: UUID, person: Person) -> RequestRow:
    request = await locked(session, request_id, person)
    if is_hidden(person, request):
        raise Forbidden
    if request.status is not RequestStatus.DRAFT:
        raise Conflict(
            say("This request is no draft any more. Correct it instead: that stays on its timeline")
        )
    return request
