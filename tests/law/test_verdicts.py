"""What a request comes to after any history, under every statute, beside a slow and readable reference."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from rti.core.attributes import from_attributes
from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState, Deadline, deadlines
from rti.law.events import NOT_TAKEN, Event, EventKind, Outcome, effective
from rti.law.rules import FILING, ClockKind, TransferEffect
from rti.law.status import NEVER, RequestStatus, overdue_on
from rti.law.statutes import Statute
from rti.requests.projection import Projection, project
from rti.statistics.measures import Facts, State, state_at
from tests.law.histories import LAST, random_history
from tests.law.make import day, event, library, published
from tests.sizes import FULL, size

STATUTES = list(library().values())
HISTORIES = size(2_000, 200_000)
TODAY = date(2026, 11, 1)
SOON = LAST + timedelta(1)
PRE_RECEIPT = {EventKind.SUBMITTED, EventKind.RECEIVED, EventKind.REGISTERED}


def calendar_of(statute: Statute) -> Calendar:
    return published(
        *statute.countries, weekend="fri-sat" if 5 in statute.weekend and 4 in statute.weekend else "sat-sun"
    )


def judge(statute: Statute, history: Sequence[Event]) -> Projection:
    return project(statute, calendar_of(statute), history)


def state(projection: Projection, today: date = TODAY) -> State:
    return state_at(from_attributes(Facts, projection), today, count_early=True)


# The reference: a request that is handed in anew is another request, of which nothing is known from before.


def last_round(statute: Statute, standing: Sequence[Event]) -> list[Event]:
    for start in range(len(standing) - 1, 0, -1):
        if standing[start].kind in PRE_RECEIPT:
            before = last_round(statute, standing[:start])
            if gave_back(statute, before):
                return list(standing[start:])
    return list(standing)


def gave_back(statute: Statute, events: Sequence[Event]) -> bool:
    for number, each in enumerate(events):
        got_it = any(e.kind in {EventKind.RECEIVED, EventKind.REGISTERED} for e in events[:number])
        if each.kind is EventKind.RETURNED:
            return True
        if each.kind is EventKind.TRANSFERRED and statute.transfer.effect is TransferEffect.RETURN:
            return True
        if each.kind in NOT_TAKEN and not got_it:
            return True
        if each.outcome in {Outcome.REFUSED, Outcome.ORAL_REFUSAL, Outcome.REFERRED}:
            return True
    return False


def sent_back(statute: Statute, events: Sequence[Event]) -> bool:
    effect = statute.transfer.effect
    return any(
        e.kind is EventKind.RETURNED or (e.kind is EventKind.TRANSFERRED and effect is TransferEffect.RETURN)
        for e in events
    )


def deciding(clocks: Sequence[Deadline]) -> Deadline | None:
    for kind in (ClockKind.CAP, ClockKind.SUPPLY, ClockKind.REPLY):
        for clock in clocks:
            if clock.kind is kind and (clock.due or clock.state is ClockState.PAUSED):
                return clock
    return None


def expected(statute: Statute, history: Sequence[Event], status: RequestStatus, today: date) -> State:  # noqa: C901, PLR0911, PLR0912 -- to be read from top to bottom
    """The state of a request on `today`, out of the events of its last round."""
    current = last_round(statute, effective(history))
    clock = deciding(deadlines(statute, calendar_of(statute), current))
    answers = [e for e in current if e.kind is EventKind.ANSWERED]
    withdrawals = [e for e in current if e.kind is EventKind.WITHDRAWN]
    withdrawn_on = withdrawals[-1].on if withdrawals else None
    if status is RequestStatus.NOT_SUBMITTED:
        return State.NOT_SUBMITTED
    unmet_and_back = clock is not None and clock.met_on is None and sent_back(statute, current)
    if clock is None or unmet_and_back or status is RequestStatus.DRAFT:
        due, met = None, answers[0].on if answers else None
    else:
        due, met = clock.due, clock.met_on or (answers[0].on if answers else None)
    handed_over = any(e.kind in PRE_RECEIPT for e in current)
    if handed_over or status is not RequestStatus.DRAFT:
        if answers and answers[0].undated and met == answers[0].on:
            return State.NO_DATE
        if withdrawals and withdrawals[-1].undated and not answers:
            return State.WITHDRAWN
    if answers and (withdrawn_on is None or answers[0].on <= withdrawn_on):
        if due is None:
            return State.NO_DATE
        assert met
        return State.IN_TIME if met <= due else State.LATE
    if status is RequestStatus.DRAFT and not handed_over:
        return State.DRAFT
    in_time = met is not None and due is not None and met <= due
    if withdrawn_on and (due is None or in_time or withdrawn_on <= due):
        return State.WITHDRAWN
    if due is None:
        return State.PAUSED if status is RequestStatus.PAUSED else State.NO_DATE
    if in_time:
        return State.REPLIED
    if due >= today:
        return State.NOT_YET_DUE
    return State.LAPSED if met or withdrawn_on else State.SILENT


@pytest.mark.torture
def test_whatever_happens_a_request_has_the_state_of_the_reference() -> None:
    chance = Random(None if FULL else 2026)
    seen = set()
    for number in range(HISTORIES):
        statute = STATUTES[number % len(STATUTES)]
        history = random_history(chance, statute)
        found = judge(statute, history)
        comes_to = state(found, SOON)
        assert comes_to is expected(statute, history, found.status, SOON), history
        late = overdue_on(found.due_on, found.met_on, found.ended_on, SOON)
        assert late == (comes_to is State.SILENT), history
        assert_waits_with_a_reason(found, history)
        assert_what_was_in_time_stays_so(statute, history)
        seen.add(comes_to)
    assert seen == set(State) - {State.EARLY}, "histories that reach no state prove nothing about it"


def assert_waits_with_a_reason(found: Projection, history: Sequence[Event]) -> None:
    """A request that waits has a running clock, or a pause; one without a limit has a day to ask again."""
    if found.status in {RequestStatus.SUBMITTED, RequestStatus.OPEN}:
        running = [
            c for c in found.deadlines if c.state is ClockState.RUNNING and c.due and c.kind not in FILING
        ]
        assert running, history
        assert found.next_due_on < NEVER, history
    elif found.status is not RequestStatus.PAUSED:
        assert all(clock.kind is not ClockKind.FOLLOW_UP for clock in found.deadlines), history


def assert_what_was_in_time_stays_so(statute: Statute, history: Sequence[Event]) -> None:
    """As long as the request is not handed in anew, nothing that comes after an answer in time makes it late."""
    standing = effective(history)
    for number, each in enumerate(standing):
        if (
            each.kind is not EventKind.ANSWERED
            or state(judge(statute, standing[: number + 1])) is not State.IN_TIME
        ):
            continue
        later = [replace(e, on=max(e.on, each.on + timedelta(1))) for e in standing[number + 1 :]]
        later = [e for e in later if e.kind not in PRE_RECEIPT]
        assert state(judge(statute, [*standing[: number + 1], *later])) is State.IN_TIME, history
        return


UK, KH = library()["UK-FOIA-2000"], library()["KH-A2I-DRAFT"]
REFUSED, WHOLE = {"outcome": "refused"}, {"outcome": "full"}


@pytest.mark.parametrize(
    ("statute", "history", "comes_to", "due"),
    [
        # A first reply keeps the limit that is set for it; the information has a limit once a fee is accepted.
        (KH, ["received 08-03", "replied 08-05", "answered 08-19"], State.IN_TIME, "2026-08-10"),
        (KH, ["received 08-03", "replied 08-05"], State.REPLIED, "2026-08-10"),
        (KH, ["received 08-03", "replied 08-11"], State.LAPSED, "2026-08-10"),
        (KH, ["received 08-03", "replied 08-11", "answered 08-19"], State.LATE, "2026-08-10"),
        (KH, ["received 08-03"], State.SILENT, "2026-08-10"),
        (KH, ["received 08-03", "replied 08-05", "fee_paid 08-06"], State.SILENT, "2026-08-27"),
        (
            KH,
            ["received 08-03", "replied 08-05", "fee_paid 08-06", "answered 08-27"],
            State.IN_TIME,
            "2026-08-27",
        ),
        (
            KH,
            ["received 08-03", "replied 08-05", "fee_paid 08-06", "answered 08-28"],
            State.LATE,
            "2026-08-27",
        ),
        # A second answer makes the first one no later.
        (UK, ["received 03-03", "answered 03-16 refused", "answered 04-20"], State.IN_TIME, "2026-04-01"),
        # Handed in anew is judged anew.
        (
            UK,
            ["received 09-02", "returned 09-03", "received 10-05", "answered 10-20"],
            State.IN_TIME,
            "2026-11-02",
        ),
        (UK, ["received 09-01", "returned 09-03", "received 10-05"], State.NOT_YET_DUE, "2026-11-02"),
        (UK, ["received 09-01", "returned 09-03"], State.NOT_SUBMITTED, None),
        (UK, ["received 03-03", "answered 03-16 refused", "received 10-05"], State.NOT_YET_DUE, "2026-11-02"),
        (KH, ["received 09-02", "transferred 09-03"], State.NOT_SUBMITTED, None),
        (KH, ["received 09-02", "transferred 09-03", "received 10-28"], State.NOT_YET_DUE, "2026-11-05"),
    ],
)
def test_the_verdict_comes_from_the_clock(
    statute: Statute, history: Sequence[str], comes_to: State, due: str | None
) -> None:
    events = []
    for each in history:
        kind, when, *outcome = each.split()
        more = {"outcome": outcome[0] if outcome else "full"} if kind == "answered" else {}
        events.append(event(kind, f"2026-{when}", **more))
    found = judge(statute, events)
    assert (state(found), found.due_on) == (comes_to, day(due) if due else None)


def test_the_outcome_is_the_last_one_and_the_day_is_that_of_the_first() -> None:
    refused = event("answered", "2026-03-16", outcome="refused")
    found = judge(
        UK, [event("received", "2026-03-03"), refused, event("answered", "2026-04-20", outcome="full")]
    )
    assert (found.answered_on, found.outcome) == (day("2026-03-16"), Outcome.FULL)
    assert found.outcomes == [("2026-03-16", Outcome.REFUSED), ("2026-04-20", Outcome.FULL)]


def test_an_answer_of_an_unknown_day_is_an_answer_that_is_neither_in_time_nor_late() -> None:
    answer = event("answered", "2026-10-30", outcome="full", undated=True)
    found = judge(UK, [event("received", "2026-03-03"), answer])
    assert (state(found), found.status, found.outcome) == (
        State.NO_DATE,
        RequestStatus.ANSWERED,
        Outcome.FULL,
    )


def test_a_transfer_takes_the_request_to_the_body_that_it_names_and_to_none_where_nobody_knows() -> None:
    history = [event("received", "2026-03-03"), event("transferred", "2026-03-05", to_body="second")]
    named = judge(UK, history)
    assert (named.to_body, named.body_known) == ("second", True)
    unnamed = judge(UK, [*history, event("transferred", "2026-03-09", id="again")])
    assert (unnamed.to_body, unnamed.body_known) == ("second", False)
    undone = event("corrected", "2026-03-10", voids="again")
    assert judge(UK, [*history, event("transferred", "2026-03-09", id="again"), undone]).body_known


def test_somebody_is_reminded_of_a_request_that_waits_without_a_limit() -> None:
    found = judge(KH, [event("received", "2026-08-03"), event("replied", "2026-08-05")])
    ask = next(clock for clock in found.deadlines if clock.kind is ClockKind.FOLLOW_UP)
    assert ask.due == found.next_due_on == day("2026-08-19")
    assert judge(KH, [event("submitted", "2026-08-03")]).next_due_on != NEVER


def test_somebody_is_reminded_of_the_parts_for_which_an_answer_names_a_day_until_the_rest_comes() -> None:
    part = event("answered", "2026-08-10", outcome="partial", until=day("2026-09-15"))
    history = [event("received", "2026-08-03"), part]
    found = judge(KH, history)
    (ask,) = (clock for clock in found.deadlines if clock.kind is ClockKind.FOLLOW_UP)
    assert (found.status, ask.due) == (RequestStatus.ANSWERED, day("2026-09-15"))
    later = judge(KH, [*history, event("message", "2026-08-20")])
    assert [clock for clock in later.deadlines if clock.kind is ClockKind.FOLLOW_UP] == [ask], "and once only"
    rest = judge(KH, [*history, event("answered", "2026-09-10", outcome="full")])
    assert all(clock.kind is not ClockKind.FOLLOW_UP for clock in rest.deadlines)
