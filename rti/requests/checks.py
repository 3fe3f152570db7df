"""Checks before anything is recorded: pure, and the same for a form, JSON and a CSV line."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from rti.core.errors import Fault, say
from rti.core.validation import LIMIT_HINT
from rti.core.wallclock import at_hour, in_home_zone
from rti.law.events import Event, EventKind, Outcome, effective, not_voided
from rti.law.limits import parse_limit
from rti.law.order import Misplaced, Wrong, misplaced
from rti.law.statutes import Statute
from rti.requests.commands import CorrectRequest, FilingFields, RecordEvent

FIRST_DAYS = (
    ("drafted_on", EventKind.DRAFTED),
    ("submitted_on", EventKind.SUBMITTED),
    ("received_on", EventKind.RECEIVED),
)
"""The days of filing in their order, and the events they stand for."""
NOT_ASSIGNED = say("This campaign and area are not assigned to you; ask an administrator")


def filing_faults(command: FilingFields | CorrectRequest, today: date) -> list[Fault]:
    """Dates of filing that are in the future or out of order."""
    faults, before = [], None
    for name, _ in FIRST_DAYS:
        day = getattr(command, name)
        if day is None:
            continue
        if day > today:
            faults.append(
                Fault(name, say("This date is in the future. Leave it empty until it has happened"))
            )
        elif before and day < before:
            faults.append(
                Fault(name, say("This is before the date of the previous step ({day})", day=before))
            )
        before = day
    if command.received_at and command.received_on is None:
        faults.append(Fault("received_on", say("Enter the date received as well as the time")))
    return faults


def asked_on(command: FilingFields | CorrectRequest, today: date) -> date:
    """The day on which the body is asked, as far as that is known."""
    return command.received_on or command.submitted_on or command.drafted_on or today


def closed_fault(closed_on: date | None, asked: date, field: str = "body_id") -> list[Fault]:
    """Whether the body was closed before it was asked."""
    if closed_on is None or asked <= closed_on:
        return []
    message = say("This public body was closed on {day}. Choose the one that took its place", day=closed_on)
    return [Fault(field, message)]


def event_faults(
    command: RecordEvent,
    earlier: Sequence[Event],
    today: date,
    statute: Statute,
    to_body: UUID | None = None,
) -> list[Fault]:
    """Faults of an event, given the timeline; `to_body` is the body of its code."""
    event = _as_event(command, statute, to_body)
    return [*_own_faults(command, today), *_faults_beside(event, earlier, statute)]


def _own_faults(command: RecordEvent, today: date) -> list[Fault]:
    faults = []
    if command.happened_on > today:
        faults.append(
            Fault("happened_on", say("This date is in the future. Record the event when it has happened"))
        )
    if command.kind is EventKind.ANSWERED and command.outcome is None:
        faults.append(Fault("outcome", say("Choose the outcome of the request")))
    if command.kind is EventKind.CORRECTED and command.voids is None:
        faults.append(Fault("voids", say("Choose the timeline entry that this corrects")))
    if command.kind is EventKind.EXTENDED and not (command.days or command.until):
        message = say("Enter the length of the extension, for example 10 working, or its end date")
        faults.append(Fault("days", message))
    if command.kind is EventKind.ANSWERED and command.until:
        faults += _rest_faults(command)
    if command.to_body and command.kind is not EventKind.TRANSFERRED:
        faults.append(Fault("to_body", say("Only a transfer goes to another body; leave this empty")))
    if command.days and not _is_limit(command.days):
        faults.append(Fault("days", LIMIT_HINT))
    return faults


def _rest_faults(command: RecordEvent) -> list[Fault]:
    """Of an answer that names a day for what is missing in it."""
    if command.outcome is Outcome.FULL:
        return [Fault("until", say("Nothing is missing in a full answer; leave this empty"))]
    if command.until and command.until <= command.happened_on:
        return [Fault("until", say("This is not after the day of the answer"))]
    return []


def _as_event(command: RecordEvent, statute: Statute, to_body: UUID | None) -> Event:
    """What is to be recorded, as the law will see it."""
    return Event(
        command.kind,
        command.happened_on,
        in_home_zone(at_hour(command.happened_on, command.at, statute.zone)) if command.at else None,
        id="new",
        outcome=command.outcome,
        until=command.until,
        days=command.days,
        reason=command.reason,
        voids=str(command.voids) if command.voids else None,
        to_body=str(to_body) if to_body else None,
    )


def _faults_beside(event: Event, earlier: Sequence[Event], statute: Statute) -> list[Fault]:
    """What cannot be true together: the event, and what stands again where it takes a correction back."""
    if event.voids and event.voids not in {each.id for each in earlier}:
        return [Fault("voids", say("Choose an entry of this timeline"))]
    if event.voids and event.voids not in {each.id for each in not_voided(earlier)}:
        return [Fault("voids", say("This entry was corrected already. Choose the entry that corrects it"))]
    before, after = effective(earlier), effective([*earlier, event])
    for fresh in (each for each in after if each not in before):
        if found := misplaced(statute, fresh, [each for each in after if each is not fresh]):
            return [misplaced_fault(found, "happened_on", "voids")]
    return []


def misplaced_fault(found: Misplaced, day_field: str, again_field: str) -> Fault:
    """What cannot be true in words, at the field of its day or of what it would correct."""
    match found.wrong:
        case Wrong.TOO_EARLY:
            message = say("This is before the date of the previous step ({day})", day=found.day)
            return Fault(day_field, message)
        case Wrong.TOO_LATE:
            return Fault(day_field, say("This is after the date of the next step ({day})", day=found.day))
        case Wrong.CONTRADICTS:
            message = say(
                "An entry of this kind on {day} says something else. To change it, choose that entry under "
                "“Corrects an entry”",
                day=found.day,
            )
            return Fault(again_field, message)
    message = say(
        "This event is already on the timeline. To correct it, choose that entry under “Corrects an entry”"
    )
    return Fault(again_field, message)


def _is_limit(text: str) -> bool:
    try:
        parse_limit(text)
    except ValueError:
        return False
    return True
