"""Where a request stands, and since when it is overdue."""

from datetime import timedelta

import pytest

from rti.law.events import EventKind
from rti.law.rounds import rounds
from rti.law.rules import Stop, StopKind
from rti.law.status import RequestStatus, overdue_on, status_of
from rti.law.statutes import standard
from tests.law.make import day, event, library

ONE = timedelta(days=1)
LEADS_TO = {
    "submitted": "submitted",
    "refused_at_counter": "not_submitted",
    "unable_to_submit": "not_submitted",
    "returned": "not_submitted",
    "received": "open",
    "registered": "open",
    "acknowledged": "open",
    "replied": "open",
    "answered": "answered",
    "withdrawn": "withdrawn",
}


STOPS = (
    Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, StopKind.RESET),
    Stop(EventKind.CLARIFICATION_REQUESTED, EventKind.CLARIFICATION_GIVEN, StopKind.RESET),
)
LAW = standard("20 working", stops=STOPS)


def status(history, law=LAW):
    return status_of(law, rounds(law, history)[-1])


def stands(*kinds: str) -> str:
    return str(status([event(kind, f"2023-06-{n:02}") for n, kind in enumerate(kinds, start=1)]))


@pytest.mark.parametrize("kind", list(EventKind))
def test_each_thing_that_happens_leads_where_it_should_and_all_else_leads_nowhere(kind: EventKind) -> None:
    assert stands("drafted", kind) == LEADS_TO.get(kind, "draft")
    assert stands("returned", "drafted") == "draft"
    assert stands() == "draft"


@pytest.mark.parametrize("closed", ["answered", "withdrawn"])
def test_nothing_reopens_a_closed_request(closed: str) -> None:
    assert {kind for kind in EventKind if stands("received", closed, kind) != closed} == set()


def test_a_counter_that_refuses_a_second_letter_closes_no_open_request() -> None:
    assert stands("received", "submitted") == "open"
    assert stands("received", "refused_at_counter") == "open"
    assert stands("received", "returned") == "not_submitted"


def test_an_open_request_is_paused_until_each_question_is_answered() -> None:
    assert stands("received", "fee_requested") == "paused"
    assert stands("received", "clarification_requested") == "paused"
    assert stands("received", "fee_requested", "clarification_requested", "fee_paid") == "paused"
    both = ("fee_requested", "clarification_requested", "clarification_given", "fee_paid")
    assert stands("received", *both) == "open"
    assert stands("submitted", "fee_requested") == "submitted"
    assert stands("received", "fee_requested", "answered") == "answered"


def test_only_what_a_statute_declares_as_a_stop_pauses_a_request() -> None:
    history = [event("received", "2023-06-05"), event("fee_requested", "2023-06-06")]
    fee, other = STOPS
    assert status(history, standard("20 working", stops=(fee,))) is RequestStatus.PAUSED
    assert status(history, standard("20 working", stops=(other,))) is RequestStatus.OPEN


@pytest.mark.parametrize(
    ("days_after", "met", "ended", "overdue"),
    [
        (-1, None, None, False),
        (0, None, None, False),
        (1, None, None, True),
        (1, 0, None, False),
        (1, 1, None, False),
        (1, 2, None, True),
        (1, None, 1, False),
        (1, None, 2, True),
    ],
)
def test_overdue_begins_the_day_after_the_last_day(days_after, met, ended, overdue):
    due = day("2023-06-12")
    shifted = [None if n is None else due + n * ONE for n in (met, ended)]
    assert overdue_on(due, *shifted, due + days_after * ONE) is overdue
    assert not overdue_on(None, *shifted, due + days_after * ONE)


def test_the_status_says_where_a_request_stands_on_each_day():
    history = [
        event("drafted", "2023-06-01"),
        event("refused_at_counter", "2023-06-02"),
        event("submitted", "2023-06-05"),
        event("received", "2023-06-06"),
        event("fee_requested", "2023-06-08"),
        event("fee_paid", "2023-06-10"),
        event("answered", "2023-06-20", outcome="refused"),
        event("message", "2023-06-21"),
    ]
    stands = [str(status(history[:length])) for length in range(1, len(history) + 1)]
    assert stands == [
        "draft", "not_submitted", "submitted", "open", "paused", "open", "answered", "answered",
    ]  # fmt: skip


def test_a_request_that_was_refused_or_sent_back_is_open_again_when_it_is_handed_in_anew():
    assert stands("received", "returned", "submitted") == "submitted"
    assert stands("received", "returned", "received") == "open"
    refused = [event("received", "2023-06-01"), event("answered", "2023-06-02", outcome="refused")]
    assert str(status(refused)) == "answered"
    assert str(status([*refused, event("received", "2023-06-05")])) == "open"
    given = [event("received", "2023-06-01"), event("answered", "2023-06-02", outcome="partial")]
    assert str(status([*given, event("received", "2023-06-05")])) == "answered"


def test_a_transfer_that_is_a_return_gives_the_request_back():
    history = [event("received", "2023-06-01"), event("transferred", "2023-06-02")]
    assert status(history, library()["KH-A2I-DRAFT"]) is RequestStatus.NOT_SUBMITTED
    assert status(history, library()["UK-FOIA-2000"]) is RequestStatus.OPEN
