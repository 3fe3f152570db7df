"""The follow-up day of a request that waits although no time limit runs: ours, or that which an answer names for its rest."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState, Deadline
from rti.law.events import Event, EventKind, Outcome
from rti.law.explanations import Step
from rti.law.limits import Limit, Unit
from rti.law.rules import DECISIVE, ClockKind
from rti.law.status import RequestStatus

AFTER: Final = Limit(10, Unit.WORKING)
"""Ours: no statute says when to ask again."""
_WAITS: Final = frozenset({RequestStatus.SUBMITTED, RequestStatus.OPEN})


def follow_up(
    status: RequestStatus, history: Sequence[Event], clocks: Iterable[Deadline], calendar: Calendar
) -> Deadline | None:
    """The day to ask again, counted from the last of `history`; None while an answer has a date, or none is due.

    A first reply may have come with nothing after it, the day of receipt may be unknown, or the statute may
    give no number. An answer may name the day on which the missing parts follow.
    """
    if any(c.kind in DECISIVE and c.state is ClockState.RUNNING and c.due for c in clocks):
        return None
    if status is RequestStatus.ANSWERED:
        place = max(n for n, event in enumerate(history, 1) if event.kind is EventKind.ANSWERED)
        answer = history[place - 1]
        if answer.until is None or answer.outcome is Outcome.FULL:
            return None
        return _ask_on(answer.until, answer, place, Step("rest", answer.on, {"due": answer.until}))
    if status not in _WAITS or not history:
        return None
    last = history[-1]
    due = calendar.add_working_days(last.on, AFTER.amount)
    why = Step("follow_up", last.on, {"event": last.kind, "limit": AFTER})
    return _ask_on(due, last, len(history), why)


def _ask_on(due: date, since: Event, epoch: int, why: Step) -> Deadline:
    return Deadline(
        kind=ClockKind.FOLLOW_UP,
        epoch=epoch,
        state=ClockState.RUNNING,
        starts_on=since.on,
        due=due,
        due_at=None,
        met_on=None,
        ended_on=None,
        paused_on=None,
        binding=False,
        soft=True,
        provisional=False,
        confirmed=True,
        section="",
        steps=(why, Step("due", due)),
    )
