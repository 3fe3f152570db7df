"""Which events can be true together: the order of steps, and events that happen only once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum, auto
from typing import Final, NamedTuple

from rti.law.events import NOT_TAKEN, Event, EventKind, effective
from rti.law.rounds import INTAKE, rounds
from rti.law.statutes import Statute

STEPS: Final = (EventKind.DRAFTED, EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.ANSWERED)
"""Events that within a round happen only in this order."""
_AFTER: Final[Mapping[EventKind, frozenset[EventKind]]] = {
    EventKind.ACKNOWLEDGED: INTAKE,
    EventKind.FEE_REQUESTED: INTAKE,
    EventKind.CLARIFICATION_REQUESTED: INTAKE,
    EventKind.EXTENDED: INTAKE,
    EventKind.REVIEW_DECIDED: frozenset({EventKind.REVIEW_REQUESTED}),
    EventKind.COMPLAINT_DECIDED: frozenset({EventKind.COMPLAINT_FILED}),
    EventKind.APPEAL_DECIDED: frozenset({EventKind.APPEAL_FILED}),
}
"""What a body does with a request, never before it first had one. The requester may pay or explain unasked."""
_ONCE: Final = frozenset({EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.WITHDRAWN})
_AGAIN_AFTER: Final = NOT_TAKEN | {EventKind.TRANSFERRED}
"""After one of these a request is handed over or received a second time in the same round."""
_ONE_AT_A_TIME: Final = frozenset({EventKind.ANSWERED, EventKind.EXTENDED, EventKind.TRANSFERRED})
"""Events of which two at one moment with different content cannot both be true."""


class Wrong(Enum):
    TOO_EARLY = auto()
    TOO_LATE = auto()
    ALREADY = auto()
    CONTRADICTS = auto()


class Misplaced(NamedTuple):
    """What is wrong with an event, and the day of the other one."""

    wrong: Wrong
    day: date


def misplaced(statute: Statute, event: Event, others: Iterable[Event]) -> Misplaced | None:
    """Why `event` contradicts the other effective events, or None."""
    history = effective([*others, event])
    beside = [each for each in history if each is not event]
    current = [each for each in next(r for r in rounds(statute, history) if event in r) if each is not event]
    return (
        _said_before(event, beside, current)
        or _out_of_step(event, current)
        or _before_its_cause(event, beside)
    )


def _said_before(event: Event, beside: Sequence[Event], current: Sequence[Event]) -> Misplaced | None:
    """A repetition, or a contradiction at the same moment; the content of messages only people can compare."""
    same_kind = [each for each in beside if each.kind is event.kind]
    for other in same_kind if event.kind is not EventKind.MESSAGE else ():
        if _at_once(event, other):
            if _content(event) == _content(other):
                return Misplaced(Wrong.ALREADY, other.on)
            if event.kind in _ONE_AT_A_TIME:
                return Misplaced(Wrong.CONTRADICTS, other.on)
    once = event.kind in _ONCE and not (
        event.kind in INTAKE and any(each.kind in _AGAIN_AFTER for each in current)
    )
    earlier = [each.on for each in current if each.kind is event.kind]
    return Misplaced(Wrong.ALREADY, earlier[0]) if once and earlier else None


def _at_once(one: Event, other: Event) -> bool:
    """Both on one day, unless their times, or the reasons of two extensions, are known to differ."""
    apart = _differ(one.at, other.at) or _differ(one.reason, other.reason)
    return one.on == other.on and not apart


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _content(event: Event) -> tuple[object, ...]:
    return event.outcome, event.until, event.days, event.to_body


def _out_of_step(event: Event, current: Sequence[Event]) -> Misplaced | None:
    """A step of its round on the wrong side of another."""
    if event.kind not in STEPS:
        return None
    place = STEPS.index(event.kind)
    for kind in STEPS[:place]:
        first = min((each.on for each in current if each.kind is kind), default=date.min)
        if event.on < first:
            return Misplaced(Wrong.TOO_EARLY, first)
    for kind in STEPS[place + 1 :]:
        last = max((each.on for each in current if each.kind is kind), default=date.max)
        if event.on > last:
            return Misplaced(Wrong.TOO_LATE, last)
    return None


def _before_its_cause(event: Event, beside: Sequence[Event]) -> Misplaced | None:
    """Something done with a request or appeal before it arrived, if that is known."""
    cause = _first(beside, _AFTER.get(event.kind, frozenset()))
    if cause and event.on < cause:
        return Misplaced(Wrong.TOO_EARLY, cause)
    for kind, causes in _AFTER.items():
        done = _first(beside, {kind}) if event.kind in causes and not _first(beside, causes) else None
        if done and done < event.on:
            return Misplaced(Wrong.TOO_LATE, done)
    return None


def _first(events: Iterable[Event], kinds: frozenset[EventKind] | set[EventKind]) -> date | None:
    return min((each.on for each in events if each.kind in kinds), default=None)
