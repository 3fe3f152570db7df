"""The status of a request, and whether a deadline is overdue on a day.

Status and outcome are separate: the status says how far a request is, the outcome what its answer
came of it.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from rti.law.events import NOT_TAKEN, Event, EventKind
from rti.law.rounds import sent_back
from rti.law.statutes import Statute


class RequestStatus(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    NOT_SUBMITTED = "not_submitted"
    SUBMITTED = "submitted"
    OPEN = "open"
    PAUSED = "paused"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


NEVER = date.max
"""The next date of a request on which no clock runs."""
UNFINISHED = (RequestStatus.NOT_SUBMITTED, RequestStatus.SUBMITTED, RequestStatus.DRAFT)
"""The statuses of requests that their body has not received, the most urgent first."""


def overdue_on(due: date | None, met_on: date | None, ended_on: date | None, day: date) -> bool:
    """Whether a deadline is overdue on `day`: it passed before that day, and nothing met or ended it by then.

    The due day itself is in time. `due` is the last day, None while the clock waits or is paused.
    The same in SQL, where a null due day makes the whole expression not true:

        due_on < :day
        AND (met_on IS NULL OR met_on > :day)
        AND (ended_on IS NULL OR ended_on > :day)
    """
    return (
        due is not None
        and due < day
        and (met_on is None or met_on > day)
        and (ended_on is None or ended_on > day)
    )


_MOVES = {
    EventKind.DRAFTED: RequestStatus.DRAFT,
    EventKind.SUBMITTED: RequestStatus.SUBMITTED,
    EventKind.REFUSED_AT_COUNTER: RequestStatus.NOT_SUBMITTED,
    EventKind.UNABLE_TO_SUBMIT: RequestStatus.NOT_SUBMITTED,
    EventKind.RETURNED: RequestStatus.NOT_SUBMITTED,
    EventKind.RECEIVED: RequestStatus.OPEN,
    EventKind.REGISTERED: RequestStatus.OPEN,
    EventKind.ACKNOWLEDGED: RequestStatus.OPEN,
    EventKind.REPLIED: RequestStatus.OPEN,
    EventKind.ANSWERED: RequestStatus.ANSWERED,
    EventKind.WITHDRAWN: RequestStatus.WITHDRAWN,
}


def status_of(statute: Statute, current: Iterable[Event]) -> RequestStatus:
    """The status of the request after `current`, the events of its last round in order.

    Only an open request can be paused, by a stop that its statute declares.
    """
    pairs = {stop.begins: stop.ends for stop in statute.stops}
    status = RequestStatus.DRAFT
    waiting: set[EventKind] = set()
    for event in current:
        waiting.discard(event.kind)
        if event.kind in pairs:
            waiting.add(pairs[event.kind])
        status = _moved(status, EventKind.RETURNED if sent_back(statute, event) else event.kind)
    return RequestStatus.PAUSED if status is RequestStatus.OPEN and waiting else status


def _moved(status: RequestStatus, kind: EventKind) -> RequestStatus:
    """A later arrival does not reopen a closed request, and a refusal at the counter does not close an open one."""
    if status in {RequestStatus.ANSWERED, RequestStatus.WITHDRAWN}:
        return status
    if status is RequestStatus.OPEN and kind in {EventKind.SUBMITTED, *NOT_TAKEN}:
        return status
    return _MOVES.get(kind, status)
