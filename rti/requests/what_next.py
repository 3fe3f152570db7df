"""What can be done now about a request that is shown."""

from datetime import date

from rti.law.deadlines import ClockState
from rti.law.events import effective
from rti.law.next_steps import Suggestion, next_steps
from rti.requests.projection import to_law
from rti.requests.shown import Detail


def what_next(detail: Detail, today: date) -> tuple[Suggestion, ...]:
    """The steps, the most useful first; none for a duplicate."""
    if detail.request.duplicate_of:
        return ()
    standing = effective([to_law(entry.event) for entry in detail.events])
    running = {row.kind: row.due_on for row in detail.deadlines if row.state is ClockState.RUNNING}
    return next_steps(detail.statute, standing, running, today)
