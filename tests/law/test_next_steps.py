"""What can be done now about a request."""

from datetime import date

import pytest

from rti.law.deadlines import ClockState, deadlines
from rti.law.events import EventKind, Outcome, effective
from rti.law.next_steps import next_steps, remedies, usual_step
from rti.law.status import UNFINISHED, RequestStatus
from rti.law.steps import WAYS, NextStep
from tests.law.make import calendar, event, library

TODAY = date(2026, 3, 2)


def suggested(statute, *events, today=TODAY):
    law = library()[statute]
    clocks = deadlines(law, calendar(), events)
    running = {clock.kind: clock.due for clock in clocks if clock.state is ClockState.RUNNING}
    return {each.step: each for each in next_steps(law, effective(events), running, today)}


RECEIVED = event("received", "2026-02-02")


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.FULL])
@pytest.mark.parametrize("statute", ["KH-A2I-DRAFT", "KH-PRESS-1995", "LK-RTI-2016", "UK-FOIA-2000"])
def test_after_every_answer_but_a_full_one_something_can_be_done(statute, outcome):
    steps = suggested(statute, RECEIVED, event("answered", "2026-02-20", outcome=outcome))
    assert NextStep.OBJECT in steps
    assert (NextStep.FILE_ANEW in steps) == (outcome in {Outcome.REFERRED, Outcome.NOT_HELD})


@pytest.mark.parametrize("statute", sorted(library()))
def test_after_every_event_under_every_statute_the_steps_are_known(statute):
    for kind in set(EventKind) - {EventKind.CORRECTED}:
        outcome = "refused" if kind in {EventKind.ANSWERED, EventKind.REVIEW_DECIDED} else None
        steps = suggested(statute, RECEIVED, event(kind, "2026-02-20", outcome=outcome))
        assert bool(steps) == (kind is not EventKind.WITHDRAWN), kind
        assert all(step.by is None or step.by >= TODAY for step in steps.values()), kind


@pytest.mark.parametrize("statute", sorted(library()))
def test_after_every_outcome_under_every_statute_no_step_comes_twice_and_a_right_names_its_section(statute):
    for outcome in Outcome:
        steps = suggested(statute, RECEIVED, event("answered", "2026-02-20", outcome=outcome))
        declared = remedies().get(statute, {}).get(outcome, {})
        assert {step: steps[step].section for step in declared} == dict(declared), outcome
        assert set(steps) <= set(WAYS), outcome


def test_every_step_is_told_in_words_and_what_a_list_suggests_is_what_the_page_suggests_first():
    assert set(WAYS) == set(NextStep)
    assert set(remedies()) <= set(library())
    begun = {
        "drafted": RequestStatus.DRAFT,
        "submitted": RequestStatus.SUBMITTED,
        "refused_at_counter": RequestStatus.NOT_SUBMITTED,
        "unable_to_submit": RequestStatus.NOT_SUBMITTED,
        "returned": RequestStatus.NOT_SUBMITTED,
    }
    assert set(begun.values()) == set(UNFINISHED)
    for statute in library():
        for kind, status in begun.items():
            not_taken = EventKind(kind) if status is RequestStatus.NOT_SUBMITTED else None
            happened = event(kind, "2026-02-02")
            assert usual_step(status, not_taken).step is next(iter(suggested(statute, happened))), kind


def test_under_the_draft_a_refusal_in_writing_may_be_answered_by_the_same_request_again():
    refused = suggested("KH-A2I-DRAFT", RECEIVED, event("answered", "2026-02-04", outcome="refused"))
    assert refused[NextStep.FILE_AGAIN].section == "art. 16"
    result = suggested("KH-A2I-DRAFT", RECEIVED, event("answered", "2026-02-04", outcome="oral_refusal"))
    assert NextStep.FILE_AGAIN not in result
    assert result[NextStep.COMPLAIN].section == "art. 16"


def test_a_full_answer_leaves_nothing_to_do_without_a_right():
    assert suggested("KH-A2I-DRAFT", RECEIVED, event("answered", "2026-02-04", outcome="full")) == {}


def test_a_draft_is_handed_over_and_a_refusal_at_the_counter_recorded():
    assert list(suggested("KH-A2I-DRAFT", event("drafted", "2026-02-02"))) == [NextStep.HAND_OVER]
    refused = suggested("KH-A2I-DRAFT", event("refused_at_counter", "2026-02-02"))
    assert list(refused) == [NextStep.RECORD_REFUSAL, NextStep.HAND_OVER, NextStep.COMPLAIN]


def test_before_the_day_one_waits_and_after_it_one_reminds_and_may_object_under_the_section():
    waiting = suggested("LK-RTI-2016", RECEIVED, today=date(2026, 2, 3))
    assert list(waiting) == [NextStep.WAIT]
    assert waiting[NextStep.WAIT].section == "s. 25(1)"
    silent = suggested("LK-RTI-2016", RECEIVED, today=date(2026, 2, 24))
    assert silent[NextStep.OBJECT].section == "s. 31(1)"
    assert silent[NextStep.OBJECT].by == date(2026, 3, 6)
    assert NextStep.REMIND in silent


def test_a_right_whose_limit_has_passed_is_not_offered_any_more():
    silent = suggested("LK-RTI-2016", RECEIVED, today=date(2026, 5, 1))
    assert NextStep.OBJECT not in silent


def test_where_a_statute_has_no_way_of_objecting_silence_is_complained_about():
    silent = suggested("KH-A2I-DRAFT", RECEIVED)
    assert list(silent) == [NextStep.REMIND, NextStep.COMPLAIN]
    assert silent[NextStep.COMPLAIN].section == "art. 16"


def test_one_waits_for_the_part_for_which_the_answer_names_a_day_and_then_asks_for_it():
    part = event("answered", "2026-02-20", outcome="partial", until=date(2026, 3, 10))
    waiting = suggested("KH-A2I-DRAFT", RECEIVED, part)
    assert next(iter(waiting.values())).by == date(2026, 3, 10)
    assert {NextStep.WAIT, NextStep.OBJECT} <= set(waiting)
    late = suggested("KH-A2I-DRAFT", RECEIVED, part, today=date(2026, 3, 11))
    assert next(iter(late)) is NextStep.REMIND


def test_what_was_complained_about_is_not_complained_about_again():
    complained = suggested("KH-A2I-DRAFT", RECEIVED, event("complaint_filed", "2026-02-20"))
    assert list(complained) == [NextStep.REMIND]
    again = suggested("LK-RTI-2016", RECEIVED, event("review_requested", "2026-02-25"))
    assert NextStep.OBJECT not in again


def test_while_the_body_waits_for_a_fee_one_pays():
    paused = suggested(
        "LK-RTI-2016", RECEIVED, event("replied", "2026-02-05"), event("fee_requested", "2026-02-05")
    )
    assert NextStep.PAY in paused


def test_where_nobody_was_there_to_take_it_one_tries_again_and_may_complain():
    away = suggested("KH-A2I-DRAFT", event("unable_to_submit", "2026-02-02"))
    assert list(away) == [NextStep.HAND_OVER, NextStep.COMPLAIN]
