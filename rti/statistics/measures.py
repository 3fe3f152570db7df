"""The state of a request at a cut-off day, which all methods count.

docs/statistics.md describes the states; a change here raises the version of each method that asks for them.
"""

from datetime import date
from enum import StrEnum

import msgspec

from rti.law.status import RequestStatus


class State(StrEnum):
    """The state of a request at a cut-off day: every request is in exactly one."""

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


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts on which the state of a request depends.

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
