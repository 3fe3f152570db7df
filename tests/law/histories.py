"""Random histories of requests: anything that can be recorded, in any order, with few days so that they meet."""

from datetime import date, timedelta
from random import Random

from rti.law.events import Event, EventKind, Outcome
from rti.law.statutes import Statute

FIRST, LAST = date(2026, 1, 5), date(2026, 6, 30)
MOST = 12
_LIKELY = [
    *(EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.RECEIVED, EventKind.REPLIED, EventKind.ANSWERED),
    *(
        EventKind.RETURNED,
        EventKind.TRANSFERRED,
        EventKind.FEE_REQUESTED,
        EventKind.FEE_PAID,
        EventKind.EXTENDED,
    ),
]
_KINDS = [kind for kind in EventKind if kind is not EventKind.CORRECTED]


def random_history(chance: Random, statute: Statute) -> list[Event]:
    """From one to twelve events up to `LAST`, most often with a receipt; some corrected, some not dated."""
    events: list[Event] = []
    day = FIRST + timedelta(chance.randrange(60))
    if chance.random() < 0.8:
        events.append(Event(EventKind.RECEIVED, day, id="first"))
    for number in range(len(events), chance.randrange(1, MOST + 1)):
        day = min(day + timedelta(chance.choice([0, 1, 2, 5, 9, 20])), LAST)
        kind = chance.choice(_LIKELY if chance.random() < 0.7 else _KINDS)
        voids = chance.choice(events).id if events and chance.random() < 0.05 else None
        events.append(_event(chance, statute, kind, day, str(number), voids))
    return events or [Event(EventKind.DRAFTED, day, id="first")]


def _event(
    chance: Random, statute: Statute, kind: EventKind, day: date, number: str, voids: str | None
) -> Event:
    answered, extended = kind is EventKind.ANSWERED, kind is EventKind.EXTENDED
    return Event(
        kind,
        day,
        id=number,
        voids=voids,
        outcome=chance.choice(list(Outcome)) if answered else None,
        undated=kind in {EventKind.ANSWERED, EventKind.WITHDRAWN} and chance.random() < 0.1,
        days=chance.choice([None, "10 working", "5 calendar"]) if extended else None,
        reason=chance.choice([None, *statute.extension_reasons]) if extended else None,
        urgent=kind is EventKind.RECEIVED and chance.random() < 0.1,
    )
