"""How monitors class what came of a request."""

import pytest

from rti.law.events import Outcome
from rti.law.monitoring import Result, result
from rti.requests.projection import project
from tests.law.make import calendar, event, library

RECEIVED = event("received", "2026-02-02")


def _classed(*events, overdue=False):
    law = library()["KH-A2I-DRAFT"]
    answers = [each.outcome for each in events if each.outcome]
    projected = project(law, calendar(), events)
    return result(answers[-1] if answers else None, projected.not_taken, overdue=overdue)


def test_every_outcome_of_an_answer_but_an_unknown_one_has_its_class():
    classes = {each: _classed(RECEIVED, event("answered", "2026-02-04", outcome=each)) for each in Outcome}
    assert classes.pop(Outcome.UNKNOWN) is None
    assert len({*classes.values()} - {None}) == len(classes)


@pytest.mark.parametrize(
    ("kind", "classed"),
    [
        ("refused_at_counter", Result.REFUSAL_TO_ACCEPT),
        ("unable_to_submit", Result.UNABLE_TO_SUBMIT),
        ("returned", Result.REFUSAL_TO_ACCEPT),
        ("transferred", Result.REFERRED),
        ("submitted", None),
    ],
)
def test_an_attempt_that_failed_is_a_result_and_no_error(kind, classed):
    assert _classed(event("drafted", "2026-02-01"), event(kind, "2026-02-02")) is classed


def test_silence_is_a_mute_refusal_once_the_day_has_passed():
    assert _classed(RECEIVED) is None
    assert _classed(RECEIVED, overdue=True) is Result.MUTE_REFUSAL
