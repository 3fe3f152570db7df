"""Correcting a request, with the earlier values on its timeline.

What the request itself says is changed, and an entry keeps what it said. A day of filing is an event, which never
changes: another one takes its place. So the dates that follow from it are worked out anew, and both stay to be seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import asdict, replace
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.bodies.queries import body as body_of
from rti.bodies.queries import by_code
from rti.calendars.queries import count_undisturbed
from rti.core.attributes import assign, from_attributes
from rti.core.db import new_id, unique
from rti.core.errors import Conflict, Fault, Invalid, invalid, say
from rti.core.roles import Person
from rti.core.wallclock import HOME_ZONE, at_hour, day_of, hour_of
from rti.encryption.data_keys import keys_to_encrypt
from rti.law.events import EventKind, effective
from rti.law.rounds import INTAKE
from rti.models.audit import AuditAction
from rti.models.requests import EventRow, RequestRow
from rti.requests.actions import intake, locked, reproject
from rti.requests.checks import FIRST_DAYS, asked_on, closed_fault, filing_faults
from rti.requests.commands import CorrectRequest, PlainFields
from rti.requests.projection import to_law
from rti.requests.queries import events_of
from rti.requests.shown import AnyRequest
from rti.statutes.queries import version_of
from rti.topics.queries import topic_faults, topics

_DAYS: Mapping[EventKind, str] = {kind: name for name, kind in FIRST_DAYS}
_WAY = {"channel", "urgent"}
"""What the entries of handing over and receipt repeat of the request, because limits depend on it."""


@dataclass(frozen=True, slots=True)
class _Filing:
    """The entries of a timeline that stand, and the first of each day of filing."""

    standing: Sequence[EventRow]
    zone: str | None

    @property
    def first(self) -> dict[EventKind, EventRow]:
        return {event.kind: event for event in reversed(self.standing) if event.kind in _DAYS}

    def as_recorded(self, request: AnyRequest, body_code: str) -> CorrectRequest:
        days: dict[str, Any] = {_DAYS[kind]: event.happened_on for kind, event in self.first.items()}
        received = self.first.get(EventKind.RECEIVED)
        if received and received.happened_at:
            days["received_at"] = hour_of(received.happened_at, self.zone)
        return from_attributes(CorrectRequest, request, body_code=body_code, note="", **days)


async def as_recorded(session: AsyncSession, request: AnyRequest) -> CorrectRequest:
    """A request as it was filed, as far as known: the initial values of the correction form."""
    filing = await _filing_of(session, request, await events_of(session, request.id))
    return filing.as_recorded(request, (await body_of(session, request.first_body_id)).code)


async def correct(
    session: AsyncSession,
    request_id: UUID,
    command: CorrectRequest,
    person: Person,
    now: datetime,
    today: date,
) -> Sequence[EventRow]:
    """Correct a request; returns the entries that say so, none where nothing differs. Raises Invalid."""
    await count_undisturbed(session)
    request = await locked(session, request_id, person)
    earlier = await events_of(session, request.id)
    filing = await _filing_of(session, request, earlier)
    before = filing.as_recorded(request, (await body_of(session, request.first_body_id)).code)
    wanted = _completed(command, before)
    faults = filing_faults(wanted, today) or list(_late_faults(wanted, filing.standing))
    faults += topic_faults(await topics(session), wanted.topic, before=before.topic)
    if faults:
        raise Invalid(*faults)
    known_from = day_of(now, HOME_ZONE)
    changes = await _change(session, request, wanted, before, today, known_from)
    entries = [_entry(request, EventKind.CORRECTED, today, {}, changes=changes)] if changes else []
    entries += _days_corrected(request, filing, wanted, way_changed=bool(_WAY & {*changes}))
    for entry in entries:
        entry.recorded_at, entry.recorded_by = now, person.id
    if entries and command.note:
        keys = await keys_to_encrypt(session, request.cbo_id, now)
        entries[0].note = keys.encrypt_text(EventRow.note, entries[0].id, command.note)
    if entries:
        session.add_all(entries)
        fields = ",".join([*changes, *(each.kind for each in entries if each.changes is None)])
        about = {"about": request.id, "cbo_id": request.cbo_id}
        record(session, AuditAction.REQUEST_CORRECTED, now, **about, fields=fields)
        await reproject(session, request, [*earlier, *entries], now, cause=EventKind.CORRECTED)
    return entries


async def _filing_of(session: AsyncSession, request: AnyRequest, events: Sequence[EventRow]) -> _Filing:
    statute = await version_of(session, request.statute_id, request.statute_version)
    rows = {str(event.id): event for event in events}
    return _Filing([rows[event.id] for event in effective(map(to_law, events))], statute.zone)


def _completed(command: CorrectRequest, before: CorrectRequest) -> CorrectRequest:
    """The correction with the days that it leaves out; an hour belongs to its day."""
    same_day = command.received_on in {None, before.received_on}
    days = {name: getattr(command, name) or getattr(before, name) for name, _ in FIRST_DAYS}
    hour = command.received_at or (before.received_at if same_day else None)
    return replace(command, **days, received_at=hour)


def _late_faults(wanted: CorrectRequest, standing: Sequence[EventRow]) -> Iterator[Fault]:
    """Days of filing behind the first answer."""
    answered = min((e.happened_on for e in standing if e.kind is EventKind.ANSWERED), default=date.max)
    for name, _ in FIRST_DAYS:
        if (day := getattr(wanted, name)) and day > answered:
            yield Fault(name, say("This is after the date of the next step ({day})", day=answered))


async def _change(
    session: AsyncSession,
    request: RequestRow,
    wanted: CorrectRequest,
    before: CorrectRequest,
    today: date,
    known_from: date,
) -> dict[str, Any]:
    """Change the columns of the request; returns for each that differs what was there, and what is.

    Raises Invalid for a body that was closed before it was asked.
    """
    columns = asdict(from_attributes(PlainFields, wanted))
    changes = {
        name: [getattr(before, name), getattr(wanted, name)]
        for name in [*columns, "body_code"]
        if getattr(before, name) != getattr(wanted, name)
    }
    not_assigned = invalid("body_code", say("This public body is not assigned to you; ask an administrator"))
    async with unique(session, Conflict(), out_of_reach=not_assigned):
        if "body_code" in changes:
            first = await by_code(session, wanted.body_code, "body_code")
            if closed := closed_fault(first.closed_on, asked_on(wanted, today), "body_code"):
                raise Invalid(*closed)
            if request.body_id == request.first_body_id:
                request.body_id = first.id
            request.first_body_id = first.id
        assign(request, columns | ({"known_from": known_from} if changes else {}))
    return changes


def _days_corrected(
    request: RequestRow, filing: _Filing, wanted: CorrectRequest, *, way_changed: bool
) -> Iterator[EventRow]:
    """Entries in place of those of which the day, the hour or the way was wrong, and for days that were missing."""
    first = filing.first
    for event in filing.standing:
        day, details = event.happened_on, _without(event.details, {"voids"})
        if event is first.get(event.kind):
            day = getattr(wanted, _DAYS[event.kind])
        at = event.happened_at if day == event.happened_on else None
        if event is first.get(EventKind.RECEIVED):
            at = _hour_of_receipt(wanted, filing.zone)
        if way_changed and event.kind in INTAKE:
            details = _without(details, _WAY) | intake(request)
        if (day, at, details) != (event.happened_on, event.happened_at, _without(event.details, {"voids"})):
            yield _entry(request, event.kind, day, details | {"voids": str(event.id)}, happened_at=at)
    for name, kind in FIRST_DAYS:
        if kind not in first and (day := getattr(wanted, name)):
            at = _hour_of_receipt(wanted, filing.zone) if kind is EventKind.RECEIVED else None
            yield _entry(request, kind, day, intake(request) if kind in INTAKE else {}, happened_at=at)


def _hour_of_receipt(wanted: CorrectRequest, zone: str | None) -> datetime | None:
    if wanted.received_on is None or wanted.received_at is None:
        return None
    return at_hour(wanted.received_on, wanted.received_at, zone)


def _entry(request: RequestRow, kind: EventKind, day: date, details: dict[str, Any], **more: Any) -> EventRow:
    return EventRow(
        id=new_id(),
        cbo_id=request.cbo_id,
        request_id=request.id,
        kind=kind,
        happened_on=day,
        details=details,
        **more,
    )


def _without(details: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name not in names}
