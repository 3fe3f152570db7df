"""The rounds of a case: each time that a request is handed in, its clocks begin anew."""

from collections.abc import Iterable
from typing import Final

from rti.law.events import Event, EventKind, Outcome
from rti.law.rules import TransferEffect
from rti.law.statutes import Statute

INTAKE: Final = frozenset({EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.REGISTERED})
"""The events by which a request comes to a body."""
_REFUSALS: Final = frozenset({Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.REFERRED})


def rounds(statute: Statute, history: Iterable[Event]) -> tuple[tuple[Event, ...], ...]:
    """`history`, the events that stand in order, cut where the request was handed in anew; at least one round.

    A round is over when the body sends the request back: returns it, refuses it at the counter before any
    receipt, refuses it in an answer, or passes it on under a statute by which that is a return. The next
    hand-over or receipt begins the next round; until then the last one stands as it ended.
    """
    done: list[tuple[Event, ...]] = []
    current: list[Event] = []
    over = False
    for event in history:
        if over and event.kind in INTAKE:
            done.append(tuple(current))
            current, over = [], False
        over = over or _sends_back(statute, event, current)
        current.append(event)
    return (*done, tuple(current))


def _sends_back(statute: Statute, event: Event, earlier: Iterable[Event]) -> bool:
    match event.kind:
        case EventKind.RETURNED:
            return True
        case EventKind.TRANSFERRED:
            return statute.transfer.effect is TransferEffect.RETURN
        case EventKind.ANSWERED:
            return event.outcome in _REFUSALS
        case EventKind.REFUSED_AT_COUNTER:
            return all(each.kind not in {EventKind.RECEIVED, EventKind.REGISTERED} for each in earlier)
        case _:
            return False
