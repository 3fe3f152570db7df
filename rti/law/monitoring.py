"""What monitors record about a request, beyond what any law needs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from rti.law.events import EventKind, Outcome


class QuestionClass(StrEnum):
    """The kind of question: routine, difficult or sensitive for the body."""

    ROUTINE = "routine"
    DIFFICULT = "difficult"
    SENSITIVE = "sensitive"


class RequesterProfile(StrEnum):
    """As whom the requester appears to the body, if several people ask the same question."""

    RESIDENT = "resident"
    ORGANISATION = "organisation"
    JOURNALIST = "journalist"
    BUSINESS = "business"
    STUDENT = "student"
    EXCLUDED_GROUP = "excluded_group"


class Result(StrEnum):
    """What came of a request, as monitors class it: Open Society Justice Initiative, Transparency & Silence (2006)."""

    INFORMATION_RECEIVED = "information_received"
    PARTIAL_ACCESS = "partial_access"
    INADEQUATE_ANSWER = "inadequate_answer"
    WRITTEN_REFUSAL = "written_refusal"
    ORAL_REFUSAL = "oral_refusal"
    MUTE_REFUSAL = "mute_refusal"
    REFUSAL_TO_ACCEPT = "refusal_to_accept"
    UNABLE_TO_SUBMIT = "unable_to_submit"
    REFERRED = "transferred_or_referred"
    NOT_HELD = "information_not_held"


_ANSWERS: Final[Mapping[Outcome, Result | None]] = {
    Outcome.FULL: Result.INFORMATION_RECEIVED,
    Outcome.PARTIAL: Result.PARTIAL_ACCESS,
    Outcome.INADEQUATE: Result.INADEQUATE_ANSWER,
    Outcome.REFUSED: Result.WRITTEN_REFUSAL,
    Outcome.ORAL_REFUSAL: Result.ORAL_REFUSAL,
    Outcome.REFERRED: Result.REFERRED,
    Outcome.NOT_HELD: Result.NOT_HELD,
    Outcome.UNKNOWN: None,
}
_ATTEMPTS: Final = {
    EventKind.REFUSED_AT_COUNTER: Result.REFUSAL_TO_ACCEPT,
    EventKind.UNABLE_TO_SUBMIT: Result.UNABLE_TO_SUBMIT,
    EventKind.RETURNED: Result.REFUSAL_TO_ACCEPT,
    EventKind.TRANSFERRED: Result.REFERRED,
}


def result(outcome: Outcome | None, not_taken: EventKind | None, *, overdue: bool) -> Result | None:
    """The class of a request; None while an answer may still come in time, after a withdrawal, or where the outcome is unknown.

    `not_taken` is by what an attempt ended where the body has not got the request. Silence is a mute refusal from the day
    after the due day.
    """
    if outcome:
        return _ANSWERS[outcome]
    if overdue:
        return Result.MUTE_REFUSAL
    return _ATTEMPTS[not_taken] if not_taken else None


class Contest(StrEnum):
    """Whether a review, complaint or appeal was filed, and decided."""

    FILED = "filed"
    DECIDED = "decided"
