"""Whether a step of a request can lie where it does: drafted, handed over, received and answered, in each round."""

from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from typing import Final, NamedTuple

from rti.law.events import Event, EventKind, effective
from rti.law.rounds import rounds
from rti.law.statutes import Statute

STEPS: Final = (EventKind.DRAFTED, EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.ANSWERED)
"""What happens in this order and in no other within a round."""
_ONCE: Final = frozenset({EventKind.SUBMITTED, EventKind.RECEIVED})
_AGAIN_AFTER: Final = frozenset({EventKind.REFUSED_AT_COUNTER, EventKind.TRANSFERRED})
"""After one of these a request is handed over or received a second time in the same round."""


class Wrong(Enum):
    TOO_EARLY = auto()
    TOO_LATE = auto()
    ALREADY = auto()


class Misplaced(NamedTuple):
    """What is wrong with a step, and the day of the other one."""

    wrong: Wrong
    day: date


def misplaced(statute: Statute, event: Event, others: Iterable[Event]) -> Misplaced | None:
    """What is wrong with the day of `event` beside the `others` that stand, or None."""
    if event.kind not in STEPS:
        return None
    history = effective([*others, event])
    current = next(each for each in rounds(statute, history) if event in each)
    beside = [each for each in current if each is not event]
    same = [each.on for each in beside if each.kind is event.kind]
    if event.kind in _ONCE and same and not any(each.kind in _AGAIN_AFTER for each in beside):
        return Misplaced(Wrong.ALREADY, same[0])
    place = STEPS.index(event.kind)
    for kind in STEPS[:place]:
        first = min((each.on for each in beside if each.kind is kind), default=date.min)
        if event.on < first:
            return Misplaced(Wrong.TOO_EARLY, first)
    for kind in STEPS[place + 1 :]:
        last = max((each.on for each in beside if each.kind is kind), default=date.max)
        if event.on > last:
            return Misplaced(Wrong.TOO_LATE, last)
    return None
