"""The same event for many requests: these 24 were handed over on Tuesday."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import Invalid, invalid, say
from rti.core.roles import Person
from rti.law.events import EventKind
from rti.models.requests import RequestRow
from rti.requests.actions import record_event
from rti.requests.commands import RecordEvent, RecordForMany, RequestFilter
from rti.requests.queries import matching

MOST_AT_ONCE = 200
FOR_MANY = (
    EventKind.SUBMITTED,
    EventKind.REFUSED_AT_COUNTER,
    EventKind.RECEIVED,
    EventKind.REGISTERED,
    EventKind.ACKNOWLEDGED,
    EventKind.RETURNED,
    EventKind.WITHDRAWN,
    EventKind.REVIEW_REQUESTED,
    EventKind.COMPLAINT_FILED,
)
"""The events that say the same of each request; an answer has an outcome of its own."""


async def references_of(
    session: AsyncSession, person: Person, wanted: RequestFilter, today: date
) -> Sequence[str]:
    """The references of a list, as far as they can be recorded at once."""
    found = matching(person, wanted, today).with_only_columns(RequestRow.reference)
    return (await session.scalars(found.order_by(RequestRow.reference).limit(MOST_AT_ONCE))).all()


async def record_for_many(
    session: AsyncSession, command: RecordForMany, person: Person, now: datetime, today: date
) -> int:
    """Record an event for each request, or for none; returns for how many. Raises Invalid, naming the first that cannot be."""
    wanted = list(dict.fromkeys(command.named))
    if command.kind not in FOR_MANY:
        raise invalid("kind", say("Record this event on the page of each request"))
    if len(wanted) > MOST_AT_ONCE:
        raise invalid("references", say("Enter at most {count} references", count=MOST_AT_ONCE))
    event = RecordEvent(kind=command.kind, happened_on=command.happened_on, note=command.note)
    for reference in wanted:
        request_id = await _request(session, person, reference, today)
        try:
            await record_event(session, request_id, event, person, now, today)
        except Invalid as found:
            first = found.faults[0].message
            told = say("{name}: {reason}", name=reference, reason=first)
            raise invalid("references", told) from None
    return len(wanted)


async def _request(session: AsyncSession, person: Person, reference: str, today: date) -> UUID:
    found = matching(person, RequestFilter(), today).where(RequestRow.reference == reference)
    ids = (await session.scalars(found.with_only_columns(RequestRow.id).limit(2))).all()
    if not ids:
        raise invalid("references", say("There is no request with the reference {name}", name=reference))
    if len(ids) > 1:
        told = say(
            "Several requests have the reference {name}. Record the event on their pages", name=reference
        )
        raise invalid("references", told)
    return ids[0]
