"""The events of a case, as facts with a day, and which of them were known at a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen in a case, in the order in which things of one day are taken to happen."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    REFUSED_AT_COUNTER = "refused_at_counter"
    UNABLE_TO_SUBMIT = "unable_to_submit"
    RECEIVED = "received"
    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    REPLIED = "replied"
    FEE_REQUESTED = "fee_requested"
    FEE_PAID = "fee_paid"
    CLARIFICATION_REQUESTED = "clarification_requested"
    CLARIFICATION_GIVEN = "clarification_given"
    EXTENDED = "extended"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    REVIEW_REQUESTED = "review_requested"
    REVIEW_DECIDED = "review_decided"
    COMPLAINT_FILED = "complaint_filed"
    COMPLAINT_DECIDED = "complaint_decided"
    APPEAL_FILED = "appeal_filed"
    APPEAL_DECIDED = "appeal_decided"
    MESSAGE = "message"
    CORRECTED = "corrected"


NOT_TAKEN = frozenset({EventKind.REFUSED_AT_COUNTER, EventKind.UNABLE_TO_SUBMIT})
"""The ways in which an attempt to hand a request over fails: somebody refuses it, or there is nobody to take it."""


class Outcome(StrEnum):
    """What came of a request."""

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"
    ORAL_REFUSAL = "oral_refusal"
    NOT_HELD = "not_held"
    REFERRED = "referred"
    INADEQUATE = "inadequate"
    UNKNOWN = "unknown"


class Ground(StrEnum):
    """On what a body rests an answer that gives no information, or not all of it.

    The list is long enough for each column of the annual reports of the United Kingdom and the United States.
    """

    EXEMPTION = "exemption"
    COST = "cost"
    FEES = "fees"
    UNCLEAR = "unclear"
    VEXATIOUS = "vexatious"
    REPEATED = "repeated"
    DUPLICATE = "duplicate"
    IMPROPER = "improper"
    NOT_A_RECORD = "not_a_record"
    NONE = "none"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day, local to the public body.

    `at` adds the local time where it is known; `recorded_at` is when it was recorded. `outcome`
    belongs to an answer. An extension goes `until` a day or by `days`, such as "10 working"; of an answer, `until` is
    the day that it names for the parts that are missing. An event of any kind can replace the event whose id stands in `voids`; one of kind "corrected" only voids.
    `on` is the day by which it had happened at the latest where it is `undated`. `to_body` is the id of
    the body that a transfer went to, None where nobody knows. `ground` and `section`, the section of the law that
    was cited, belong to an answer, too; `checked` is whether staff recorded it. `unread` is a message
    that came in by itself: it says nothing until a person has recorded what it means.
    """

    kind: EventKind
    on: date
    at: datetime | None = None
    recorded_at: datetime | None = None
    id: str = ""
    outcome: Outcome | None = None
    until: date | None = None
    days: str | None = None
    reason: str | None = None
    channel: str | None = None
    urgent: bool = False
    voids: str | None = None
    undated: bool = False
    to_body: str | None = None
    ground: Ground | None = None
    section: str | None = None
    checked: bool = False
    unread: bool = False


_ORDER = {kind: rank for rank, kind in enumerate(EventKind)}


def effective(events: Iterable[Event], known_at: datetime | None = None) -> tuple[Event, ...]:
    """The events that stand, in the order in which they happened.

    What was recorded after `known_at` is left out, which gives the state as it was known then; events without a moment of recording were always known. The order of recording has no
    influence. Within a day events go by their times where all of them have one, and otherwise in
    the order of `EventKind`.
    """
    known = [e for e in events if known_at is None or e.recorded_at is None or e.recorded_at <= known_at]
    standing = [event for event in not_voided(known) if event.kind is not EventKind.CORRECTED]
    untimed = {e.on for e in standing if e.at is None}
    return tuple(sorted(standing, key=lambda e: _happening(e, by_time=e.on not in untimed)))


def not_voided(events: Sequence[Event]) -> list[Event]:
    """The events that no other voids, corrections among them."""
    voiders = _by_voided_id(events)
    return [event for event in events if not _is_voided(event, voiders, frozenset())]


def _by_voided_id(events: Sequence[Event]) -> dict[str, list[Event]]:
    voiders: dict[str, list[Event]] = {}
    for event in events:
        if event.voids:
            voiders.setdefault(event.voids, []).append(event)
    return voiders


def _is_voided(event: Event, voiders: dict[str, list[Event]], seen: frozenset[str]) -> bool:
    """A correction that was itself corrected voids nothing; events that void each other both fall."""
    if event.id in seen:
        return True
    if event.id not in voiders:
        return False
    seen |= {event.id}
    return any(not _is_voided(other, voiders, seen) for other in voiders[event.id])


def _happening(event: Event, *, by_time: bool) -> tuple[date, time, int, time, str, str]:
    moment = event.at.time() if event.at else time()
    content = f"{event.outcome} {event.until} {event.days} {event.reason} {event.channel} {event.urgent}"
    return (event.on, moment if by_time else time(), _ORDER[event.kind], moment, event.id, content)
