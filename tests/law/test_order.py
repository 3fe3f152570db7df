"""What cannot be true of a request together, and what can."""

from itertools import product

import pytest

from rti.law.events import Event, EventKind
from rti.law.order import Misplaced, Wrong, misplaced
from tests.law.make import day, event, library

RECEIVED = event("received", "2026-11-02")
CANNOT_BE = [
    ("another outcome of one day", event("answered", "2026-11-09", outcome="full"), Wrong.CONTRADICTS),
    ("the same answer again", event("answered", "2026-11-09", outcome="refused"), Wrong.ALREADY),
    ("the same extension again", event("extended", "2026-11-05", days="10 working"), Wrong.ALREADY),
    ("another extension of one day", event("extended", "2026-11-05", days="5 working"), Wrong.CONTRADICTS),
    ("another body on one day", event("transferred", "2026-11-04", to_body="C"), Wrong.CONTRADICTS),
    ("a body that is known only now", event("transferred", "2026-11-04"), Wrong.CONTRADICTS),
    ("the same reply again", event("replied", "2026-11-06"), Wrong.ALREADY),
    ("the same payment again", event("fee_paid", "2026-11-06"), Wrong.ALREADY),
    ("a second withdrawal", event("withdrawn", "2026-11-12"), Wrong.ALREADY),
    ("an extension before any receipt", event("extended", "2026-11-01", days="3 working"), Wrong.TOO_EARLY),
    ("a fee that is asked for before any receipt", event("fee_requested", "2026-11-01"), Wrong.TOO_EARLY),
    ("a decision before its appeal", event("appeal_decided", "2026-11-15"), Wrong.TOO_EARLY),
    ("a review after its decision", event("review_requested", "2026-11-18"), Wrong.TOO_LATE),
]
STANDING = [
    RECEIVED,
    event("transferred", "2026-11-04", to_body="B"),
    event("extended", "2026-11-05", days="10 working"),
    event("replied", "2026-11-06"),
    event("fee_paid", "2026-11-06"),
    event("answered", "2026-11-09", outcome="refused"),
    event("withdrawn", "2026-11-11"),
    event("appeal_filed", "2026-11-16"),
    event("review_decided", "2026-11-17"),
]
CAN_BE = [
    ("two messages of one day", event("message", "2026-11-06"), event("message", "2026-11-06")),
    (
        "answers of two hours",
        event("answered", "2026-11-09T09:00", outcome="partial"),
        event("answered", "2026-11-09T15:00", outcome="full"),
    ),
    (
        "answers of two days",
        event("answered", "2026-11-09", outcome="partial"),
        event("answered", "2026-11-10", outcome="full"),
    ),
    (
        "extensions for two reasons",
        event("extended", "2026-11-05", days="10 working", reason="volume"),
        event("extended", "2026-11-05", days="5 working", reason="consultation"),
    ),
    (
        "extensions of two days",
        event("extended", "2026-11-05", days="10 working"),
        event("extended", "2026-11-06", days="10 working"),
    ),
    ("a fee that is paid unasked", event("message", "2026-11-06"), event("fee_paid", "2026-11-05")),
    (
        "a second receipt after a transfer",
        event("transferred", "2026-11-04"),
        event("received", "2026-11-05"),
    ),
    (
        "a second receipt after a refusal",
        event("answered", "2026-11-04", outcome="refused"),
        event("received", "2026-11-05"),
    ),
    ("a withdrawal in each round", event("withdrawn", "2026-11-03"), event("acknowledged", "2026-11-04")),
    (
        "a decision whose appeal nobody recorded",
        event("message", "2026-11-06"),
        event("appeal_decided", "2026-11-10"),
    ),
]


@pytest.mark.parametrize(
    ("said", "wrong"), [case[1:] for case in CANNOT_BE], ids=[case[0] for case in CANNOT_BE]
)
def test_this_cannot_be_true_beside_what_is_known(said: Event, wrong: Wrong) -> None:
    found = misplaced(library()["KH-A2I-DRAFT"], said, STANDING)
    assert isinstance(found, Misplaced)
    assert found.wrong is wrong


@pytest.mark.parametrize(("before", "said"), [case[1:] for case in CAN_BE], ids=[case[0] for case in CAN_BE])
def test_this_can_be_true(before: Event, said: Event) -> None:
    assert misplaced(library()["KH-A2I-DRAFT"], said, [RECEIVED, before]) is None


def test_of_two_different_answers_of_one_day_the_order_of_telling_plays_no_part() -> None:
    full, refused = (event("answered", "2026-11-09", outcome=each) for each in ("full", "refused"))
    for said, known in product([full, refused], repeat=2):
        wrong = Wrong.ALREADY if said is known else Wrong.CONTRADICTS
        again = event("answered", "2026-11-09", outcome=said.outcome)
        assert misplaced(library()["KH-A2I-DRAFT"], again, [RECEIVED, known]) == Misplaced(
            wrong, day("2026-11-09")
        )


def test_every_kind_of_event_but_a_message_is_told_once_of_one_moment() -> None:
    for kind in EventKind:
        if kind not in {EventKind.MESSAGE, EventKind.CORRECTED}:
            once, again = (
                event(kind, "2026-11-20", outcome="full" if kind == "answered" else None) for _ in "12"
            )
            found = misplaced(library()["KH-A2I-DRAFT"], again, [once])
            assert found == Misplaced(Wrong.ALREADY, day("2026-11-20")), kind
