"""What is counted: the state of a request at a cut-off day, and the measures made of such counts.

The definitions follow the published monitoring tables of the United Kingdom (on time, of all that fell
due), the United States (every request in exactly one column) and the Open Society Justice Initiative
(disclosure, of all that was attempted). docs/statistics.md describes them; a change here
raises `VERSION`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from rti.law.events import Outcome
from rti.law.explanations import N_
from rti.law.status import RequestStatus

VERSION = 2
"""Printed with every figure, so that tables made under different definitions can be distinguished."""


class State(StrEnum):
    """Where a request counts at a cut-off day: every request in exactly one of these."""

    IN_TIME = "in_time"
    LATE = "late"
    SILENT = "silent"
    LAPSED = "lapsed"
    EARLY = "early"
    NOT_YET_DUE = "not_yet_due"
    DRAFT = "draft"
    NOT_SUBMITTED = "not_submitted"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    REPLIED = "replied"
    NO_DATE = "no_date"


JUDGED = frozenset({State.IN_TIME, State.LATE, State.SILENT, State.LAPSED})
"""The states whose requests can be said to have been answered in time or not."""
PENDING = frozenset({State.EARLY, State.NOT_YET_DUE})
"""The due day has not passed at the cut-off; an early one is answered all the same."""
EXCLUDED = frozenset(State) - JUDGED - PENDING

Counted = State | Outcome
Counts = Mapping[Counted, int]
"""Requests by state, and the answered ones among them by outcome as well."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a request, as far as its state depends on it.

    `due_on` is None while the clock that decides waits or stands still, and where the statute gives no
    number. `met_on` is the day on which that clock was met: that of the first answer, or of a first reply
    where the clock asks for one. Of an `undated` answer or withdrawal only the last possible day is known.
    An answer after the withdrawal is no answer to the request.
    """

    status: RequestStatus
    submitted_on: date | None = None
    received_on: date | None = None
    due_on: date | None = None
    met_on: date | None = None
    answered_on: date | None = None
    undated: bool = False
    ended_on: date | None = None


def answered_by(facts: Facts, cut_off: date) -> bool:
    """Whether an answer had come by the end of the cut-off day, and before any withdrawal."""
    return (
        facts.answered_on is not None
        and facts.answered_on <= cut_off
        and (facts.ended_on is None or facts.answered_on <= facts.ended_on)
    )


def state_at(facts: Facts, cut_off: date, *, count_early: bool = False) -> State:
    """The state at the end of the cut-off day; what happened later is not known yet.

    The due day itself is in time. A request is silent from the day after it for as long as it is
    overdue by `overdue_on` of the law: no first reply, answer or withdrawal has come. A first reply that
    came too late, or a withdrawal after the due day, does not undo that the limit was missed: such a
    request has `LAPSED` until it is answered. A first reply in time keeps its limit but is no answer.

    Until the due day has passed, nobody can be late or silent. Counting the answers that came by then
    and not the silences that may follow would make the rate better than it is, so such an answer is
    `EARLY` and waits for its due day; `count_early` counts it in time at once.
    """
    if facts.status is RequestStatus.NOT_SUBMITTED:
        return State.NOT_SUBMITTED
    if facts.undated and _handed_over(facts, cut_off):
        return State.NO_DATE if facts.answered_on else State.WITHDRAWN
    if not answered_by(facts, cut_off):
        return _unanswered(facts, cut_off)
    if facts.due_on is None:
        return State.NO_DATE
    if not _kept(facts, cut_off):
        return State.LATE
    return State.EARLY if facts.due_on >= cut_off and not count_early else State.IN_TIME


def _unanswered(facts: Facts, cut_off: date) -> State:
    kept = _kept(facts, cut_off)
    met = facts.met_on is not None and facts.met_on <= cut_off
    withdrawn = facts.ended_on is not None and facts.ended_on <= cut_off
    in_due_time = facts.ended_on and facts.due_on and facts.ended_on <= facts.due_on
    if not _handed_over(facts, cut_off):
        return State.DRAFT
    if withdrawn and (facts.due_on is None or kept or in_due_time):
        return State.WITHDRAWN
    if facts.due_on is None:
        return State.PAUSED if facts.status is RequestStatus.PAUSED else State.NO_DATE
    if kept:
        return State.REPLIED
    if facts.due_on >= cut_off:
        return State.NOT_YET_DUE
    return State.LAPSED if met or withdrawn else State.SILENT


def _kept(facts: Facts, cut_off: date) -> bool:
    """Whether the clock that decides was met by the cut-off, on its due day at the latest."""
    days = facts.met_on, facts.due_on
    return days[0] is not None and days[1] is not None and days[0] <= min(days[1], cut_off)


def _handed_over(facts: Facts, cut_off: date) -> bool:
    """Whether the body had the request by the cut-off; where no day of it is known, the status tells."""
    days = [day for day in (facts.submitted_on, facts.received_on) if day]
    return min(days) <= cut_off if days else facts.status is not RequestStatus.DRAFT


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate: the requests counted in `numerator`, of those counted in `denominator`."""

    id: str
    name: str
    question: str
    counts: str
    excludes: str
    numerator: frozenset[Counted]
    denominator: frozenset[Counted]
    version: int = VERSION


ON_TIME = Measure(
    id="on_time_rate",
    name=N_("Answered in time"),
    question=N_("Of the requests whose due date has passed, how many were answered by that date?"),
    counts=N_(
        "Answers to requests whose time limit was met on or before the due date, including valid extensions. "
        "Where the limit is for a first reply, that reply meets it."
    ),
    excludes=N_(
        "Requests that are not yet due, drafts, requests that were not accepted, requests withdrawn by the "
        "due date, requests paused on the cut-off date, requests without a due date, answers of an unknown "
        "date and requests whose first reply came in time while the information is still to come. No answer, "
        "and a first reply after the due date, count as not in time."
    ),
    numerator=frozenset({State.IN_TIME}),
    denominator=JUDGED,
)
RESPONSE = Measure(
    id="response_rate",
    name=N_("Answered, in time or late"),
    question=N_("Of the requests whose due date has passed, how many were answered, in time or late?"),
    counts=N_("Every answer by the cut-off date, whatever the outcome."),
    excludes=N_("The same requests as for “Answered in time”."),
    numerator=frozenset({State.IN_TIME, State.LATE}),
    denominator=JUDGED,
)
DISCLOSURE = Measure(
    id="disclosure_rate",
    name=N_("Information given, share of answers"),
    question=N_(
        "Of the answers from bodies that could have given the information, how many gave all or part of it?"
    ),
    counts=N_("Answers by the cut-off date that gave the information in full or in part."),
    excludes=N_(
        "Answers that the information is not held, and answers that sent the request to another body."
    ),
    numerator=frozenset({Outcome.FULL, Outcome.PARTIAL}),
    denominator=frozenset(Outcome) - {Outcome.NOT_HELD, Outcome.REFERRED},
)
DISCLOSURE_OF_ALL = Measure(
    id="disclosure_of_all_rate",
    name=N_("Information given, share of all attempts"),
    question=N_(
        "Of all requests that someone tried to hand over, how many brought all or part of the information?"
    ),
    counts=N_("Answers by the cut-off date that gave the information in full or in part."),
    excludes=N_(
        "Only drafts. Requests that were not accepted, are not yet due or were withdrawn are counted."
    ),
    numerator=frozenset({Outcome.FULL, Outcome.PARTIAL}),
    denominator=frozenset(State) - {State.DRAFT},
)
MEASURES = (ON_TIME, RESPONSE, DISCLOSURE, DISCLOSURE_OF_ALL)
