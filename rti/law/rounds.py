"""The rounds of a case: each time a request is handed in, its clocks start again."""

from collections.abc import Iterable, Sequence
from typing import Final

from rti.law.events import NOT_TAKEN, Event, EventKind, Outcome
from rti.law.rules import TransferEffect
from rti.law.statutes import Statute

INTAKE: Final = frozenset({EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.REGISTERED})
"""The events by which a request comes to a body."""
_REFUSALS: Final = frozenset({Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.REFERRED})

Round = tuple[Event, ...]


def rounds(statute: Statute, history: Iterable[Event]) -> tuple[Round, ...]:
    """`history`, the events that stand in order, cut where the request was handed in anew; at least one round.

    The next hand-over or receipt after the end of a round begins the next one; until then the last one
    stands as it ended.
    """
    done: list[Round] = []
    current: list[Event] = []
    for event in history:
        if event.kind in INTAKE and is_over(statute, current):
            done.append(tuple(current))
            current = []
        current.append(event)
    return (*done, tuple(current))


def is_over(statute: Statute, current: Sequence[Event]) -> bool:
    """Whether the body has finished with the request in this round, so that it can be handed in again.

    It is when the body sent it back, refused it in an answer, or refused it at the counter, or was not to be found, before any receipt.
    """
    received = False
    for event in current:
        received = received or event.kind in {EventKind.RECEIVED, EventKind.REGISTERED}
        refused = event.kind is EventKind.ANSWERED and event.outcome in _REFUSALS
        refused = refused or (event.kind in NOT_TAKEN and not received)
        if refused or sent_back(statute, event):
            return True
    return False


def sent_back(statute: Statute, event: Event) -> bool:
    """Whether the requester has the request again: returned, or passed on where that is a return."""
    returns = statute.transfer.effect is TransferEffect.RETURN
    return event.kind is EventKind.RETURNED or (returns and event.kind is EventKind.TRANSFERRED)
