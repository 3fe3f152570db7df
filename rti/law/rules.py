"""The declared parts of a statute. What differs between countries is a field here, never code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from rti.law.events import EventKind, Outcome
from rti.law.limits import Limit, Unit


class ClockKind(StrEnum):
    """What a clock measures; one case has several."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    SUPPLY = "supply"
    CAP = "cap"
    TRANSFER = "transfer"
    REVIEW_FILING = "review_filing"
    REVIEW = "review"
    COMPLAINT_FILING = "complaint_filing"
    COMPLAINT = "complaint"
    APPEAL_FILING = "appeal_filing"
    APPEAL = "appeal"
    FOLLOW_UP = "follow_up"
    """Ours and in no statute: the follow-up day of a request that waits while no other clock runs."""


FILING: Final = frozenset({ClockKind.REVIEW_FILING, ClockKind.COMPLAINT_FILING, ClockKind.APPEAL_FILING})
"""The clocks that run against the requester."""
DECISIVE: Final = (ClockKind.REPLY, ClockKind.SUPPLY, ClockKind.CAP)
"""The clocks that an answer meets, by stage; the one that started last decides whether it was in time."""
AGAINST_BODY: Final = frozenset(ClockKind) - FILING - {ClockKind.FOLLOW_UP}
"""The clocks that run against a public body."""


class FirstDay(StrEnum):
    """Which day is day 1 of a limit."""

    START_DAY = "start_day"
    NEXT_DAY = "next_day"
    NEXT_WORKING_DAY = "next_working_day"


class Receipt(StrEnum):
    """What a receipt on a day off does: it counts as it is, or as of the next working day."""

    AS_IS = "as_is"
    ROLL_FORWARD = "roll_forward"


class RollOff(StrEnum):
    """A kind of day that the end of a limit moves off, to the next day that is none of them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    HALF_DAY = "half_day"


Roll = frozenset[RollOff]
NO_ROLL: Final[Roll] = frozenset()
FORWARD: Final[Roll] = frozenset({RollOff.WEEKEND, RollOff.HOLIDAY})
ROLLS: Final[Mapping[str, Roll]] = MappingProxyType({"none": NO_ROLL, "forward": FORWARD})
"""The rolls that have a name."""


class StopKind(StrEnum):
    """How a stopped clock goes on: from the start, with what remained, or with the days added."""

    RESET = "reset"
    PAUSE_REMAINDER = "pause_remainder"
    ADD_DAYS = "add_days"


class Anchor(StrEnum):
    """What an extension is counted from."""

    DUE = "due"
    RECEIPT = "receipt"


class TransferEffect(StrEnum):
    """What a transfer does to the clocks: they restart, keep running, or the request comes back."""

    RESTART = "restart"
    KEEP = "keep"
    RETURN = "return"


class SilenceMeaning(StrEnum):
    """What it means that a limit passed without an answer."""

    NOTHING = "nothing"
    REFUSAL = "refusal"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Term:
    """A number of a statute, the section that says so, and whether a source confirmed it.

    A limit of None means that the statute gives no number: no date follows from it. A document says so
    with "none", so that none is forgotten by mistake.
    """

    limit: Annotated[Limit | None, {"none": None}]
    section: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Counting:
    """How limits of a statute are counted."""

    first_day: FirstDay = FirstDay.NEXT_DAY
    receipt: Receipt = Receipt.AS_IS
    cut_off: time | None = None
    """A receipt at or after this local time counts as of the next working day."""
    roll: Annotated[Roll, ROLLS] = NO_ROLL
    keeps_time: bool = False
    """Whether a limit in days ends at the time of day of the receipt."""
    section: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(Term):
    """How a clock may be extended: by a notice that comes before the limit has passed.

    Its limit is the most that one extension adds; without a number only an explicit day or amount of the
    notice counts. `total` caps all extensions together. `notice` is the time, from the start of the
    clock, in which the requester must be notified: a later notice still extends, and the steps say so.
    """

    reasons: tuple[str, ...] = ()
    anchor: Anchor = Anchor.DUE
    at_most: int | None = None
    total: Limit | None = None
    notice: Limit | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A pair of events between which clocks are stopped.

    Stopped days run from the day after `begins` to the day of `ends`; where `inclusive`, from the day
    of `begins` itself. `unit` is what ADD_DAYS counts, the unit of the limit unless it is given.
    """

    begins: EventKind
    ends: EventKind
    kind: StopKind
    clocks: frozenset[ClockKind] = frozenset({ClockKind.REPLY})
    at_most: int | None = None
    inclusive: bool = False
    unit: Unit | None = None
    section: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a transfer to another body does, and by when at the latest a restarted clock runs.

    `at_latest` counts from the first receipt (5 U.S.C. 552(a)(6)(A): ten days).
    """

    effect: TransferEffect = TransferEffect.KEEP
    at_latest: Limit | None = None
    section: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """What the statute says about a limit that passed without an answer."""

    means: SilenceMeaning = SilenceMeaning.NOTHING
    section: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Term):
    """A day beyond which a clock never goes, counted from an event other than its own start."""

    counted_from: EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Term):
    """One limit of a case.

    It starts with the first event among `starts`, or where there was none with the lapse of the clock
    `or_lapse_of`. Day 0 is the day of that event, or of the first event `counted_from` where given.
    """

    kind: ClockKind
    starts: frozenset[EventKind]
    met_by: frozenset[EventKind]
    counted_from: EventKind | None = None
    or_lapse_of: ClockKind | None = None
    soft: bool = False
    urgent: Term | None = None
    by_outcome: Mapping[Outcome, Term] = field(default_factory=dict)
    by_channel: Mapping[str, Term] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    cap: Cap | None = None
    counting: Counting | None = None
    """The counting rule of this clock, if it differs from that of the statute."""
