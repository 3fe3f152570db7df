"""The result of a request that is shown, and the next steps."""

from datetime import date

from rti.law.deadlines import ClockState
from rti.law.events import Event, effective
from rti.law.monitoring import Result, result
from rti.law.next_steps import Suggestion, next_steps
from rti.law.status import overdue_on
from rti.requests.shown import Detail


def result_of(detail: Detail, today: date) -> Result | None:
    """Its class by the published classification of monitors; None for a duplicate, too."""
    request = detail.request
    if request.duplicate_of:
        return None
    late = overdue_on(request.due_on, request.met_on, request.ended_on, today)
    return result(request.outcome, request.not_taken, overdue=late)


def what_next(detail: Detail, today: date) -> tuple[Suggestion, ...]:
    """The steps, the most useful first; none for a duplicate."""
    if detail.request.duplicate_of:
        return ()
    running = {row.kind: row.due_on for row in detail.deadlines if row.state is ClockState.RUNNING}
    return next_steps(detail.statute, _standing(detail), running, today)


def _standing(detail: Detail) -> tuple[Event, ...]:
    return effective(entry.law for entry in detail.events)
