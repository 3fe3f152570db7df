"""Filing requests and recording what happened to them.

Each action checks everything before it writes, adds events, and projects the request anew. Nothing here
commits: the transaction belongs to the request or job around it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import asdict, astuple
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.bodies.queries import by_code
from rti.calendars.queries import calendar_of, count_undisturbed
from rti.core.attributes import assign, from_attributes
from rti.core.db import new_id, unique
from rti.core.errors import Conflict, Fault, Invalid, NotFound, invalid, say
from rti.core.roles import Person, Role
from rti.core.wallclock import HOME_ZONE, at_home, at_hour, day_of
from rti.encryption.data_keys import keys_to_encrypt
from rti.law.deadlines import Deadline
from rti.law.events import EventKind
from rti.law.rounds import INTAKE
from rti.law.statutes import Statute
from rti.models.audit import AuditAction
from rti.models.bodies import FormerNameRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow
from rti.models.requests import DateChangeRow, DeadlineRow, EventRow, Filing, RequestRow
from rti.requests.checks import (
    FIRST_DAYS,
    NOT_ASSIGNED,
    asked_on,
    closed_fault,
    event_faults,
    filing_faults,
)
from rti.requests.commands import FileRequest, PlainFields, RecordEvent, SaveRequester
from rti.requests.projection import Projection, project, to_law
from rti.requests.queries import events_of, visible
from rti.requests.references import next_reference
from rti.requests.requester import not_hidden_from, save_requester
from rti.statutes.queries import DEFAULT_STATUTE, newest_of, version_of
from rti.topics.queries import topic_faults, topics


async def file_request(
    session: AsyncSession, command: FileRequest, person: Person, now: datetime, today: date
) -> RequestRow:
    """Record a request and the days of its filing; raises Invalid."""
    cbo_id = _cbo_of(person, command.cbo_id)
    faults = filing_faults(command, today)
    if not await _may_ask(session, cbo_id):
        faults.append(_NO_CBO)
    if command.reference and command.filing is not Filing.ITSELF:
        message = say("Leave this empty: your own reference could reveal the requester")
        faults.append(Fault("reference", message))
    body = await session.get(PublicBodyRow, command.body_id)
    if body is None:
        faults.append(Fault("body_id", say("Choose a public body from the directory")))
    else:
        faults += closed_fault(body.closed_on, asked_on(command, today))
    campaign = await session.get(CampaignRow, command.campaign_id) if command.campaign_id else None
    if command.campaign_id and campaign is None:
        faults.append(Fault("campaign_id", say("Choose a campaign from the list")))
    faults += topic_faults(await topics(session), command.topic)
    again = await _asked_before(session, cbo_id, command, person, faults)
    if faults:
        raise Invalid(*faults)
    chosen = command.statute_id or (campaign.statute_id if campaign else DEFAULT_STATUTE)
    statute = await newest_of(session, chosen)
    await count_undisturbed(session)
    reference = command.reference or await next_reference(session, cbo_id, command.filing)
    request = request_row(command, cbo_id=cbo_id, reference=reference, statute=statute, by=person.id, now=now)
    request.resubmission_of = again
    events = filing_events(request, command, now, today, person.id, statute.zone)
    projection = project(
        statute, await calendar_of(session, statute.countries, statute.weekend), [to_law(e) for e in events]
    )
    write_projection(request, projection, day_of(now, HOME_ZONE))
    used = say("Your organisation already has a request with the reference {reference}", reference=reference)
    out_of_reach = invalid("campaign_id", NOT_ASSIGNED)
    async with unique(session, invalid("reference", used), out_of_reach=out_of_reach):
        session.add(request)
    session.add_all(events)
    session.add_all(deadline_rows(request, projection.deadlines))
    record(session, AuditAction.REQUEST_FILED, now, about=request.id, cbo_id=cbo_id)
    await session.flush()
    asks = from_attributes(SaveRequester, command)
    if any(astuple(asks)):
        await save_requester(session, request, asks, now)
    return request


async def _asked_before(
    session: AsyncSession, cbo_id: UUID, command: FileRequest, person: Person, faults: list[Fault]
) -> UUID | None:
    """The organisation's earlier request that a new one asks again.

    One that is sealed from who files is not found, and none is linked to one that is not sealed: either would
    tell whose the sealed one is.
    """
    if command.resubmission_of is None:
        return None
    sealed = command.filing is Filing.SEALED
    alike = RequestRow.filing == Filing.SEALED if sealed else RequestRow.filing != Filing.SEALED
    asked = (RequestRow.cbo_id == cbo_id, RequestRow.reference == command.resubmission_of)
    found = await session.scalar(select(RequestRow.id).where(*asked, alike, not_hidden_from(person)))
    if found is None:
        message = say(
            "Your organisation has no other request with the reference {reference} that was filed in the same name",
            reference=command.resubmission_of,
        )
        faults.append(Fault("resubmission_of", message))
    return found


def request_row(
    command: FileRequest, *, cbo_id: UUID, reference: str, statute: Statute, by: UUID | None, now: datetime
) -> RequestRow:
    """A new request without its projected columns."""
    return RequestRow(
        id=new_id(),
        cbo_id=cbo_id,
        campaign_id=command.campaign_id,
        first_body_id=command.body_id,
        body_id=command.body_id,
        reference=reference,
        filing=command.filing,
        statute_id=statute.id,
        statute_version=statute.version,
        filed_by=by,
        created_at=now,
        **asdict(from_attributes(PlainFields, command)),
    )


def filing_events(
    request: RequestRow, command: FileRequest, now: datetime, today: date, by: UUID | None, zone: str | None
) -> list[EventRow]:
    """One event for each day of filing that is known; without any, the request was drafted when recorded.

    `zone` is the time zone of the statute, in which the hour of receipt is given.
    """
    hours = {EventKind.RECEIVED: command.received_at}
    known = [(kind, getattr(command, name)) for name, kind in FIRST_DAYS if getattr(command, name)]
    return [
        EventRow(
            id=new_id(),
            cbo_id=request.cbo_id,
            request_id=request.id,
            kind=kind,
            happened_on=day,
            happened_at=at_hour(day, hour, zone) if (hour := hours.get(kind)) else None,
            recorded_at=now,
            recorded_by=by,
            details=intake(request) if kind in INTAKE else {},
        )
        for kind, day in known or [(EventKind.DRAFTED, today)]
    ]


def intake(request: RequestRow) -> dict[str, Any]:
    """What the law needs to know about handing over and receipt: some channels, and urgency, have shorter limits."""
    return {"channel": request.channel.value} | ({"urgent": True} if request.urgent else {})


async def record_event(
    session: AsyncSession, request_id: UUID, command: RecordEvent, person: Person, now: datetime, today: date
) -> EventRow:
    """Record an event, and project the request anew."""
    await count_undisturbed(session)
    request = await locked(session, request_id, person)
    if request.duplicate_of:
        raise Conflict(say("This request is a duplicate. Record the event with the one that was kept"))
    earlier = await events_of(session, request.id)
    statute = await version_of(session, request.statute_id, request.statute_version)
    to_body = (await by_code(session, command.to_body, "to_body")).id if command.to_body else None
    faults = event_faults(command, [to_law(event) for event in earlier], today, statute, to_body)
    if faults:
        raise Invalid(*faults)
    checked = command.kind is EventKind.ANSWERED and person.role is Role.STAFF
    event = EventRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        kind=command.kind,
        happened_on=command.happened_on,
        happened_at=at_hour(command.happened_on, command.at, statute.zone) if command.at else None,
        recorded_at=now,
        recorded_by=person.id,
        outcome=command.outcome,
        details=_details(command, to_body, checked=checked)
        | (intake(request) if command.kind in INTAKE else {}),
    )
    if command.note:
        keys = await keys_to_encrypt(session, request.cbo_id, now)
        event.note = keys.encrypt_text(EventRow.note, event.id, command.note)
    session.add(event)
    record(
        session,
        AuditAction.EVENT_RECORDED,
        now,
        about=request.id,
        cbo_id=event.cbo_id,
        event=event.id,
        kind=event.kind,
    )
    await reproject(session, request, [*earlier, event], now, cause=command.kind)
    return event


async def locked(session: AsyncSession, request_id: UUID, person: Person) -> RequestRow:
    """The request, locked for writing; missing and foreign ones look the same."""
    found = visible(person).where(RequestRow.id == request_id)
    request = await session.scalar(found.with_for_update(key_share=True))
    if request is None:
        raise NotFound
    return request


async def event_of(session: AsyncSession, request_id: UUID, event_id: UUID, person: Person) -> EventRow:
    """An event of a request that the person may change, the request locked."""
    request = await locked(session, request_id, person)
    event = await session.scalar(
        select(EventRow).where(EventRow.id == event_id, EventRow.request_id == request.id)
    )
    if event is None:
        raise NotFound
    return event


def note_change(
    session: AsyncSession,
    request: RequestRow,
    what: str,
    change: Sequence[UUID | str | None],
    person: Person,
    now: datetime,
    today: date,
) -> EventRow:
    """Note on the timeline what something of the request was and is: by identifiers, because names and references change."""
    event = EventRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        kind=EventKind.CORRECTED,
        happened_on=today,
        recorded_at=now,
        recorded_by=person.id,
        details={},
        changes={what: [str(each) if each else None for each in change]},
    )
    session.add(event)
    return event


async def reproject(
    session: AsyncSession, request: RequestRow, events: Iterable[EventRow], now: datetime, cause: str
) -> None:
    """Project the events, store the status of the request, and record every due date that moved."""
    statute = await version_of(session, request.statute_id, request.statute_version)
    calendar = await calendar_of(session, statute.countries, statute.weekend)
    projection = project(statute, calendar, [to_law(event) for event in events])
    await replace_deadlines(session, request, projection, now, cause)


async def replace_deadlines(
    session: AsyncSession,
    request: RequestRow,
    projection: Projection,
    now: datetime,
    cause: str,
    known_from: date | None = None,
) -> None:
    """Store a projection in place of the one before; a date that moved stays on the timeline with its cause.

    It is known from today on, unless told otherwise.
    """
    of_request = DeadlineRow.request_id == request.id
    columns = (DeadlineRow.kind, DeadlineRow.epoch, DeadlineRow.due_on)
    before = {
        (kind, epoch): due for kind, epoch, due in await session.execute(select(*columns).where(of_request))
    }
    for clock in projection.deadlines:
        old = before.get((clock.kind, clock.epoch))  # our own follow-up has a new epoch with each event
        if old and old != clock.due:
            session.add(
                DateChangeRow(
                    cbo_id=request.cbo_id,
                    request_id=request.id,
                    kind=clock.kind,
                    old_due_on=old,
                    new_due_on=clock.due,
                    cause=cause,
                    changed_at=now,
                )
            )
    await session.execute(delete(DeadlineRow).where(of_request).execution_options(synchronize_session=False))
    request.body_id = await _body_of(session, request, projection.to_body)
    write_projection(request, projection, known_from or day_of(now, HOME_ZONE))
    session.add_all(deadline_rows(request, projection.deadlines))
    await session.flush()


def write_projection(request: RequestRow, projection: Projection, known_from: date) -> None:
    """Store the projected columns."""
    assign(request, projection.columns() | {"known_from": known_from})


async def _body_of(session: AsyncSession, request: RequestRow, to_body: str | None) -> UUID:
    """The body that has the request: the one it was last transferred to, by its current name."""
    if to_body is None:
        return request.first_body_id
    merged = await session.get(FormerNameRow, UUID(to_body))
    return merged.body_id if merged else UUID(to_body)


def deadline_rows(request: RequestRow, clocks: Sequence[Deadline]) -> list[DeadlineRow]:
    return [
        DeadlineRow(request_id=request.id, cbo_id=request.cbo_id, **deadline_values(clock))
        for clock in clocks
    ]


def deadline_values(clock: Deadline) -> dict[str, Any]:
    """The columns of a deadline, but for whose it is."""
    return {
        "kind": clock.kind,
        "epoch": clock.epoch,
        "state": clock.state,
        "starts_on": clock.starts_on,
        "due_on": clock.due,
        "due_at": clock.due_at and at_home(clock.due_at),
        "met_on": clock.met_on,
        "binding": clock.binding,
        "soft": clock.soft,
        "provisional": clock.provisional,
        "confirmed": clock.confirmed,
        "steps": [step.to_data() for step in clock.steps],
    }


def _details(command: RecordEvent, to_body: UUID | None, *, checked: bool) -> dict[str, Any]:
    given = {
        "days": command.days,
        "until": command.until,
        "reason": command.reason,
        "voids": command.voids,
        "to_body": to_body,
        "ground": command.ground,
        "section": command.section,
        "medium": command.medium,
    }
    return {name: str(value) for name, value in given.items() if value} | (
        {"checked": True} if checked else {}
    )


_NO_CBO = Fault("cbo_id", say("Choose the requesting organisation"))


def _cbo_of(person: Person, named: UUID | None) -> UUID:
    """Members file for their own organisation; staff say for which."""
    own = person.cbo_id
    if own is None and named is None:
        raise Invalid(_NO_CBO)
    if own and named not in {None, own}:
        raise invalid("cbo_id", say("You can only file requests for your own organisation"))
    return own or named  # type: ignore[return-value]


async def _may_ask(session: AsyncSession, cbo_id: UUID) -> bool:
    cbo = await session.get(CboRow, cbo_id)
    return cbo is not None and cbo.locked_at is None


async def asking_cbo(session: AsyncSession, person: Person, named: UUID | None) -> UUID:
    """The organisation for which a person files; raises Invalid for `cbo_id`."""
    cbo_id = _cbo_of(person, named)
    if not await _may_ask(session, cbo_id):
        raise Invalid(_NO_CBO)
    return cbo_id
