"""From the events of a request to where it stands: pure, and the same for one request or a million."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rti.core.wallclock import HOME_ZONE
from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState, Deadline, deadlines
from rti.law.events import Event, EventKind, Outcome, effective
from rti.law.rules import FILING, ClockKind
from rti.law.status import RequestStatus, status_on
from rti.law.statutes import Statute
from rti.models.requests import NEVER, EventRow

_HOME = ZoneInfo(HOME_ZONE)
DECISIVE = (ClockKind.REPLY, ClockKind.SUPPLY, ClockKind.CAP)
"""The clocks that an answer meets; the last of them that has a date decides whether it was in time."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a request stands; the fields but `deadlines` are the projected columns of the table `request`."""

    status: RequestStatus
    outcome: Outcome | None
    drafted_on: date | None
    submitted_on: date | None
    received_on: date | None
    due_on: date | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    answered_on: date | None
    ended_on: date | None
    next_due_on: date
    deadlines: tuple[Deadline, ...]

    def columns(self) -> dict[str, Any]:
        """The projected columns with their values."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "deadlines"}


def project(statute: Statute, calendar: Calendar, events: Sequence[Event]) -> Projection:
    """Judge the events of one request under one statute and calendar."""
    standing = effective(events)
    clocks = deadlines(statute, calendar, events)
    decisive = decisive_clock(clocks)
    answer = _last(standing, EventKind.ANSWERED)
    withdrawal = _last(standing, EventKind.WITHDRAWN)
    pending = [c.due for c in clocks if c.state is ClockState.RUNNING and c.due and c.kind not in FILING]
    return Projection(
        status=status_on(events, date.max, statute.stops),
        outcome=(answer.outcome or Outcome.UNKNOWN) if answer else None,
        drafted_on=_day(_last(standing, EventKind.DRAFTED)),
        submitted_on=_day(_last(standing, EventKind.SUBMITTED)),
        received_on=_day(_last(standing, EventKind.RECEIVED)),
        due_on=decisive.due if decisive else None,
        binding=bool(decisive and decisive.binding),
        soft=bool(decisive and decisive.soft),
        provisional=bool(decisive and decisive.provisional),
        confirmed=decisive is None or decisive.confirmed,
        answered_on=_day(answer),
        ended_on=_day(withdrawal),
        next_due_on=min(pending, default=NEVER),
        deadlines=clocks,
    )


def decisive_clock(clocks: Sequence[Deadline]) -> Deadline | None:
    """The clock by which the final answer is judged, or none where the statute gives no number."""
    dated = [clock for clock in clocks if clock.kind in DECISIVE and clock.due]
    return max(dated, key=lambda clock: (clock.epoch, DECISIVE.index(clock.kind)), default=None)


def _last(events: Sequence[Event], kind: EventKind) -> Event | None:
    return next((event for event in reversed(events) if event.kind is kind), None)


def _day(event: Event | None) -> date | None:
    return event.on if event else None


def to_law(row: EventRow) -> Event:
    """The row as the law sees it."""
    details: dict[str, Any] = row.details or {}
    until = details.get("until")
    return Event(
        kind=row.kind,
        on=row.happened_on,
        at=row.happened_at and row.happened_at.astimezone(_HOME),
        recorded_at=row.recorded_at,
        id=str(row.id),
        outcome=row.outcome,
        days=details.get("days"),
        reason=details.get("reason"),
        channel=details.get("channel"),
        urgent=bool(details.get("urgent")),
        until=date.fromisoformat(until) if until else None,
        voids=details.get("voids"),
    )
