"""Projecting the status of a request from its events: pure, and the same for one request or a million."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, Protocol
from uuid import UUID

from rti.core.wallclock import in_home_zone
from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState, Deadline, deadlines, of_rounds
from rti.law.events import NOT_TAKEN, Event, EventKind, Ground, Outcome, effective
from rti.law.follow_up import follow_up
from rti.law.monitoring import Contest
from rti.law.rounds import Round, rounds, sent_back
from rti.law.rules import DECISIVE, FILING
from rti.law.status import NEVER, RequestStatus, status_of
from rti.law.statutes import Statute

VERSION: Final = 7
"""Raised when the projection changes; a migration then projects again what is stored under an older version."""
_WITH_BODY = frozenset(RequestStatus) - {RequestStatus.DRAFT, RequestStatus.NOT_SUBMITTED}


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a request stands in its last round; the fields but the last two are columns of the table `request`.

    `due_on` is the day of the clock that decides, None while the request is not with the body. `met_on` is
    the day of the event that met that clock, the first reply where that is what it asks for, and
    `answered_on` that of the first answer; where it is `undated`, or there is only a withdrawal that is,
    only the last possible day is known. `outcome` is
    that of the last answer, with its `ground` and `section`, and `checked` where staff recorded it; `outcomes` are
    days and outcomes of all answers where there are several. `limit_on` is the due day as it would be without
    extensions, `not_taken` is by what the last attempt ended where the body has not got it, and `closed_on` the day of the answer, the withdrawal or of what else ended the round.
    `story` is the digest of what happened: requests with the same, and the same columns
    `batch_projection.TOLD_APART`, have the same clocks under any law.
    `to_body` is the last body that a transfer is known to have gone to; `body_known` is false after one of
    which nobody knows.
    """

    status: RequestStatus
    not_taken: EventKind | None
    outcome: Outcome | None
    outcomes: list[tuple[str, Outcome]] | None
    ground: Ground | None
    section: str | None
    checked: bool
    contest: Contest | None
    drafted_on: date | None
    submitted_on: date | None
    received_on: date | None
    due_on: date | None
    limit_on: date | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    met_on: date | None
    answered_on: date | None
    undated: bool
    ended_on: date | None
    closed_on: date | None
    next_due_on: date
    body_known: bool
    story: bytes
    to_body: str | None
    deadlines: tuple[Deadline, ...]

    def columns(self) -> dict[str, Any]:
        """The projected columns with their values."""
        others = {"to_body", "deadlines"}
        projected = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in others}
        return projected | {"projection": VERSION}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part of a projection on which the state of a request rests, with the clock that decides."""

    status: RequestStatus
    decisive: Deadline | None
    submitted_on: date | None
    received_on: date | None
    due_on: date | None
    met_on: date | None
    answered_on: date | None
    undated: bool
    ended_on: date | None


def project(statute: Statute, calendar: Calendar, events: Sequence[Event]) -> Projection:
    """Project the events of one request under one statute and calendar."""
    standing = effective(events)
    histories = rounds(statute, standing)
    current = histories[-1]
    clocks = of_rounds(statute, calendar, histories)
    found = _verdict(statute, current, clocks)
    decisive = found.decisive
    ask = follow_up(found.status, [event for event in current if not event.unread], clocks, calendar)
    clocks = (*clocks, ask) if ask else clocks
    answers = [event for event in current if event.kind is EventKind.ANSWERED]
    last = answers[-1] if answers else None
    ended = _not_taken(statute, current) if found.status is RequestStatus.NOT_SUBMITTED else None
    transfers = [event for event in standing if event.kind is EventKind.TRANSFERRED]
    pending = [c.due for c in clocks if c.state is ClockState.RUNNING and c.due and c.kind not in FILING]
    return Projection(
        status=found.status,
        not_taken=ended.kind if ended else None,
        outcome=_outcome(last) if last else None,
        outcomes=[(each.on.isoformat(), _outcome(each)) for each in answers] if len(answers) > 1 else None,
        ground=last.ground if last else None,
        section=last.section if last else None,
        checked=bool(last and last.checked),
        contest=_contest(current),
        drafted_on=_day(_last(standing, EventKind.DRAFTED)),
        submitted_on=found.submitted_on,
        received_on=found.received_on,
        due_on=found.due_on,
        limit_on=_without_extensions(statute, calendar, events, decisive),
        binding=bool(decisive and decisive.binding),
        soft=bool(decisive and decisive.soft),
        provisional=bool(decisive and decisive.provisional),
        confirmed=decisive is None or decisive.confirmed,
        met_on=found.met_on,
        answered_on=found.answered_on,
        undated=found.undated,
        ended_on=found.ended_on,
        closed_on=_closed_on(current, ended),
        next_due_on=min(pending, default=NEVER),
        body_known=not transfers or transfers[-1].to_body is not None,
        story=_story(events, histories),
        to_body=next((event.to_body for event in reversed(transfers) if event.to_body), None),
        deadlines=clocks,
    )


def verdict(statute: Statute, calendar: Calendar, events: Sequence[Event]) -> Verdict:
    """The same as in `project`, without the rest of it."""
    histories = rounds(statute, effective(events))
    return _verdict(statute, histories[-1], of_rounds(statute, calendar, histories))


def _verdict(statute: Statute, current: Round, clocks: Iterable[Deadline]) -> Verdict:
    status = status_of(statute, current)
    decisive = decisive_clock(clocks) if status in _WITH_BODY else None
    if decisive and not decisive.met_on and any(sent_back(statute, event) for event in current):
        decisive = None
    answer = next((event for event in current if event.kind is EventKind.ANSWERED), None)
    withdrawal = _last(current, EventKind.WITHDRAWN)
    met_on = (decisive and decisive.met_on) or _day(answer)
    return Verdict(
        status=status,
        decisive=decisive,
        submitted_on=_day(_last(current, EventKind.SUBMITTED)),
        received_on=_day(_last(current, EventKind.RECEIVED) or _last(current, EventKind.REGISTERED)),
        due_on=decisive.due if decisive else None,
        met_on=met_on,
        answered_on=_day(answer),
        undated=_undated(answer, withdrawal, met_on),
        ended_on=_day(withdrawal),
    )


_APART: Final = ("at", "on", "outcome", "ground", "section", "checked")
_TOLD: Final = attrgetter(
    *("kind", "until", "days", "reason", "channel", "urgent", "undated", "to_body"), *_APART
)
"""What the law asks of an event, but for the ids by which one corrects another."""


def _story(events: Iterable[Event], histories: Sequence[Round]) -> bytes:
    """Messages that nobody has read are not in it, nor notes of corrections elsewhere: they change nothing."""
    if any(event.voids for event in events):
        tells = (e for e in events if not e.unread and (e.voids or e.kind is not EventKind.CORRECTED))
        in_order = sorted(tells, key=attrgetter("on", "id"))
        return _digest([(*_TOLD(each), each.id, each.voids) for each in in_order])
    heard = [event for history in histories for event in history if not event.unread]
    apart = _told_apart(heard) if heard and len(histories) == 1 else set()
    return _digest([_TOLD(e)[: -len(_APART)] if e.kind in apart else _TOLD(e) for e in heard])


def _digest(told: object) -> bytes:
    return blake2b(repr(told).encode(), digest_size=16).digest()


def _told_apart(heard: Sequence[Event]) -> set[EventKind]:
    """Of an answer with which all ends, and of a draft and a hand-over before what else happened, columns hold what is `_APART`."""
    *before, last = heard
    ends = last.kind is EventKind.ANSWERED and last.outcome and all(e.on < last.on for e in before)
    # The last of what else happened stays.
    apart = [e for e in heard[: -2 if ends else -1] if e.kind in {EventKind.DRAFTED, EventKind.SUBMITTED}]
    apart += [last] if ends else []
    kinds = [event.kind for event in heard]
    return {e.kind for e in apart if kinds.count(e.kind) == 1 and not e.at}


def decisive_clock(clocks: Iterable[Deadline]) -> Deadline | None:
    """The clock by which an answer is judged: the last stage that has a date, or that stands still before it has one."""
    begun = [c for c in clocks if c.kind in DECISIVE and (c.due or c.state is ClockState.PAUSED)]
    return max(begun, key=lambda clock: DECISIVE.index(clock.kind), default=None)


def decisive_part(statute: Statute) -> Statute:
    """The same without the clocks that have no say in which one decides, and when it is due."""
    needed = {*DECISIVE}
    for clock in reversed(statute.clocks):
        if clock.kind in needed and clock.or_lapse_of:
            needed.add(clock.or_lapse_of)
    return replace(statute, clocks=tuple(clock for clock in statute.clocks if clock.kind in needed))


def _without_extensions(
    statute: Statute, calendar: Calendar, events: Sequence[Event], decisive: Deadline | None
) -> date | None:
    """The due day of the clock that decides, without extensions."""
    if decisive is None or not any(event.kind is EventKind.EXTENDED for event in events):
        return decisive.due if decisive else None
    plain = deadlines(statute, calendar, [e for e in effective(events) if e.kind is not EventKind.EXTENDED])
    return next((clock.due for clock in plain if clock.kind is decisive.kind), None)


_CONTESTS = {
    EventKind.REVIEW_REQUESTED: Contest.FILED,
    EventKind.COMPLAINT_FILED: Contest.FILED,
    EventKind.APPEAL_FILED: Contest.FILED,
    EventKind.REVIEW_DECIDED: Contest.DECIDED,
    EventKind.COMPLAINT_DECIDED: Contest.DECIDED,
    EventKind.APPEAL_DECIDED: Contest.DECIDED,
}


def _contest(current: Sequence[Event]) -> Contest | None:
    found = {_CONTESTS[event.kind] for event in current if event.kind in _CONTESTS}
    return Contest.DECIDED if Contest.DECIDED in found else Contest.FILED if found else None


def _not_taken(statute: Statute, current: Sequence[Event]) -> Event | None:
    """By what the last attempt ended: a refusal at the counter, nobody there, or a return."""
    refused = (e for e in reversed(current) if e.kind in NOT_TAKEN or sent_back(statute, e))
    return next(refused, None)


def _closed_on(current: Sequence[Event], ended: Event | None) -> date | None:
    """The day of the first answer or withdrawal; of what ended the attempt where the body has not got the request."""
    ends = [event.on for event in current if event.kind in {EventKind.ANSWERED, EventKind.WITHDRAWN}]
    return min(ends, default=_day(ended))


def _undated(answer: Event | None, withdrawal: Event | None, met_on: date | None) -> bool:
    """Whether the day of the decisive event is unknown."""
    if answer:
        return answer.undated and met_on == answer.on
    return bool(withdrawal and withdrawal.undated)


def _last(events: Sequence[Event], kind: EventKind) -> Event | None:
    return next((event for event in reversed(events) if event.kind is kind), None)


def _day(event: Event | None) -> date | None:
    return event.on if event else None


def _outcome(answer: Event) -> Outcome:
    return answer.outcome or Outcome.UNKNOWN


class Recorded(Protocol):
    """An event, as it is stored or as it was read."""

    @property
    def id(self) -> UUID | str: ...
    @property
    def kind(self) -> EventKind: ...
    @property
    def happened_on(self) -> date: ...
    @property
    def happened_at(self) -> datetime | None: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def details(self) -> dict[str, Any]: ...


def to_law(row: Recorded) -> Event:
    """The row as the law sees it."""
    details: dict[str, Any] = row.details or {}
    until = details.get("until")
    return Event(
        kind=row.kind,
        on=row.happened_on,
        at=row.happened_at and in_home_zone(row.happened_at),
        recorded_at=row.recorded_at,
        id=str(row.id),
        outcome=row.outcome,
        days=details.get("days"),
        reason=details.get("reason"),
        channel=details.get("channel"),
        urgent=bool(details.get("urgent")),
        until=date.fromisoformat(until) if until else None,
        voids=details.get("voids"),
        undated=bool(details.get("undated")),
        to_body=details.get("to_body"),
        unread="unread" in details,
        ground=Ground(details["ground"]) if details.get("ground") else None,
        section=details.get("section"),
        checked=bool(details.get("checked")),
    )
