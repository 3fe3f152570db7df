"""What the requester can do now about a request, by when, and under which section.

Rights and their limits come from the clocks of the statute, those without a limit from `remedies.toml`; what nobody has
a right to, such as a reminder, has no section.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from rti.law.events import NOT_TAKEN, Event, EventKind, Outcome
from rti.law.rounds import rounds, sent_back
from rti.law.rules import DECISIVE, FILING, ClockKind
from rti.law.status import RequestStatus, status_of
from rti.law.statutes import Statute
from rti.law.steps import IN_OUR_WORDS, WAYS, NextStep


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A step; `by` is the last day of a limit, or for waiting the day until which to wait, None without a limit.

    `section` is empty where the statute says nothing about it.
    """

    step: NextStep
    by: date | None = None
    section: str = ""

    @property
    def words(self) -> str:
        """How the step is taken."""
        return WAYS[self.step].words

    @property
    def events(self) -> Sequence[EventKind]:
        """By which events it is recorded, the likeliest first."""
        return WAYS[self.step].events

    @property
    def said(self) -> Sequence[tuple[EventKind, str]]:
        """The same, each with how a volunteer says it; empty where it goes by its name."""
        return [(kind, IN_OUR_WORDS.get(kind, "")) for kind in self.events]


_RIGHTS: Final[Mapping[ClockKind, NextStep]] = {
    ClockKind.REVIEW_FILING: NextStep.OBJECT,
    ClockKind.COMPLAINT_FILING: NextStep.COMPLAIN,
    ClockKind.APPEAL_FILING: NextStep.APPEAL,
}
_DECIDES: Final = (ClockKind.REVIEW, ClockKind.COMPLAINT, ClockKind.APPEAL)
_AFTER_ATTEMPT: Final[Mapping[EventKind | None, NextStep]] = {
    EventKind.REFUSED_AT_COUNTER: NextStep.RECORD_REFUSAL,
    EventKind.UNABLE_TO_SUBMIT: NextStep.HAND_OVER,
}
"""By what an attempt to hand it in ended; whoever has it back asks another body."""
_AWAITED: Final = {EventKind.FEE_PAID: NextStep.PAY, EventKind.CLARIFICATION_GIVEN: NextStep.CLARIFY}


def next_steps(
    statute: Statute, standing: Sequence[Event], running: Mapping[ClockKind, date | None], today: date
) -> tuple[Suggestion, ...]:
    """What can be done, the most useful first, each step once; no right that was made use of already.

    `standing` are the events that stand, in order (`events.effective`), `running` the clocks that run with their days.
    """
    current = rounds(statute, standing)[-1]
    happened = {event.kind for event in current}
    found: dict[NextStep, Suggestion] = {}
    for each in _steps(statute, current, running, today):
        if each.step not in _RIGHTS.values() or happened.isdisjoint(each.events):
            found.setdefault(each.step, each)
    return tuple(found.values())


def _steps(
    statute: Statute, current: Sequence[Event], running: Mapping[ClockKind, date | None], today: date
) -> Iterator[Suggestion]:
    status = status_of(statute, current)
    deciding = next((kind for kind in _DECIDES if kind in running), None)
    if deciding:
        yield _awaiting(running[deciding], _section(statute, deciding), today)
    match status:
        case RequestStatus.DRAFT:
            yield Suggestion(NextStep.HAND_OVER)
        case RequestStatus.NOT_SUBMITTED:
            yield from _not_submitted(statute, current)
        case RequestStatus.SUBMITTED | RequestStatus.OPEN:
            yield from _waiting(statute, status, running, today)
        case RequestStatus.PAUSED:
            yield from _paused(statute, current)
        case RequestStatus.ANSWERED:
            yield from _rights(statute, running, today)
            yield from _answered(statute, current, today)


def _awaiting(due: date | None, section: str, today: date) -> Suggestion:
    """Wait until a day, then ask."""
    if due and due < today:
        return Suggestion(NextStep.REMIND)
    return Suggestion(NextStep.WAIT, due, section)


def _not_submitted(statute: Statute, current: Sequence[Event]) -> Iterator[Suggestion]:
    attempts = (each.kind for each in reversed(current) if each.kind in NOT_TAKEN or sent_back(statute, each))
    failed = next(attempts, None)
    yield Suggestion(_AFTER_ATTEMPT.get(failed, NextStep.FILE_ANEW))
    if failed in NOT_TAKEN:
        yield Suggestion(NextStep.HAND_OVER)
        yield Suggestion(NextStep.COMPLAIN)


def _waiting(
    statute: Statute, status: RequestStatus, running: Mapping[ClockKind, date | None], today: date
) -> Iterator[Suggestion]:
    """A request that is with the body, or on the way there."""
    if status is RequestStatus.SUBMITTED:
        yield Suggestion(NextStep.GET_RECEIPT)
    kinds = [kind for kind in (*reversed(DECISIVE), ClockKind.FOLLOW_UP) if running.get(kind)]
    due = running[kinds[0]] if kinds else None
    if due and due >= today:
        yield Suggestion(NextStep.WAIT, due, _section(statute, kinds[0]))
        return
    yield from _rights(statute, running, today)
    yield Suggestion(NextStep.REMIND)
    if due and not any(statute.clock(kind) for kind in FILING):
        yield Suggestion(NextStep.COMPLAIN, section=statute.silence.section)


def _paused(statute: Statute, current: Sequence[Event]) -> Iterator[Suggestion]:
    """What the body waits for."""
    ends = {stop.begins: stop.ends for stop in statute.stops}
    for event in reversed(current):
        if event.kind in ends and (step := _AWAITED.get(ends[event.kind])):
            yield Suggestion(step)
    yield Suggestion(NextStep.CLARIFY)


def _answered(statute: Statute, current: Sequence[Event], today: date) -> Iterator[Suggestion]:
    answer = next(event for event in reversed(current) if event.kind is EventKind.ANSWERED)
    outcome = answer.outcome or Outcome.UNKNOWN
    if answer.until:
        yield _awaiting(answer.until, "", today)
    if outcome is Outcome.FULL or any(event.kind is EventKind.REVIEW_REQUESTED for event in current):
        return
    if outcome in {Outcome.REFERRED, Outcome.NOT_HELD}:
        yield Suggestion(NextStep.FILE_ANEW)
    for step, section in remedies().get(statute.id, {}).get(outcome, {}).items():
        yield Suggestion(step, section=section)
    yield Suggestion(NextStep.OBJECT)
    yield Suggestion(NextStep.COMPLAIN)


@cache
def remedies() -> Mapping[str, Mapping[Outcome, Mapping[NextStep, str]]]:
    """Rights without a limit by the id of their statute: after which outcome which step, and under which section."""
    document = tomllib.loads(files("rti.law").joinpath("remedies.toml").read_text(encoding="utf-8"))
    return {
        statute: {
            Outcome(outcome): {NextStep(step): section for step, section in steps.items()}
            for outcome, steps in outcomes.items()
        }
        for statute, outcomes in document.items()
    }


_USUAL: Final[Mapping[RequestStatus, NextStep]] = {
    RequestStatus.DRAFT: NextStep.HAND_OVER,
    RequestStatus.SUBMITTED: NextStep.GET_RECEIPT,
    RequestStatus.OPEN: NextStep.REMIND,
}


def usual_step(status: RequestStatus, not_taken: EventKind | None) -> Suggestion | None:
    """The usual next step of a request that needs attention, for lists; an open one is late.

    `not_taken` is by what its last attempt ended, where the body has not got it.
    """
    if status is RequestStatus.NOT_SUBMITTED:
        return Suggestion(_AFTER_ATTEMPT.get(not_taken, NextStep.FILE_ANEW))
    step = _USUAL.get(status)
    return Suggestion(step) if step else None


def _rights(statute: Statute, running: Mapping[ClockKind, date | None], today: date) -> Iterator[Suggestion]:
    """What the statute gives a right to whose limit has not passed."""
    for kind, step in _RIGHTS.items():
        due = running.get(kind)
        if kind in running and (due is None or due >= today):
            yield Suggestion(step, due, _section(statute, kind))


def _section(statute: Statute, kind: ClockKind) -> str:
    clock = statute.clock(kind)
    return clock.section if clock else ""
