"""What the steps of a deadline say about how its date came about."""

from datetime import datetime

from rti.law.deadlines import Deadline
from rti.law.events import EventKind
from rti.law.explanations import EVENTS, SENTENCES, limit_in_words, step_from_data
from rti.law.limits import Unit, parse_limit
from rti.law.rules import FORWARD, Counting, FirstDay, Stop, StopKind
from rti.law.statutes import standard
from tests.law.make import calendar, codes, day, event, judged, library, published

ROLLING = Counting(roll=FORWARD)


def values(deadline: Deadline, code: str) -> list[dict[str, object]]:
    return [dict(step.values) for step in deadline.steps if step.code == code]


def test_an_end_that_was_moved_off_a_day_says_which_day_that_is() -> None:
    received = [event("received", "2023-06-05")]
    moved = judged(standard("5 calendar", counting=ROLLING), received)["reply"]
    (result,) = values(moved, "rolled")
    assert (result["due"], str(result["why"].en)) == (day("2023-06-12"), "Saturday")  # type: ignore[attr-defined]
    new_year = judged(
        standard("2 calendar", counting=ROLLING), [event("received", "2023-04-12")], published("KH")
    )
    (result,) = values(new_year["reply"], "rolled")
    assert "New Year" in str(result["why"].en)  # type: ignore[attr-defined]


def test_hours_end_at_their_moment_also_on_a_weekend_that_days_move_off() -> None:
    received = [event("received", "2023-06-08T10:00")]
    reply = judged(standard("48 hours", counting=ROLLING), received)["reply"]
    assert (reply.due, reply.due_at) == (day("2023-06-10"), datetime.fromisoformat("2023-06-10T10:00"))


def test_the_days_that_were_skipped_come_right_after_the_day_that_counts_first() -> None:
    for first_day, code in (
        (FirstDay.START_DAY, "start_counts"),
        (FirstDay.NEXT_DAY, "start_excluded"),
        (FirstDay.NEXT_WORKING_DAY, "start_next_working_day"),
    ):
        law = standard("5 working", counting=Counting(first_day=first_day))
        result = codes(judged(law, [event("received", "2023-06-08")])["reply"])
        assert result[result.index(code) + 1] == "weekends"


def test_a_limit_of_calendar_days_that_rolls_rests_on_the_year_of_its_end_only() -> None:
    received, known = [event("received", "2026-12-15")], calendar(years=[2027])
    assert not judged(standard("30 calendar", counting=ROLLING), received, known)["reply"].provisional
    assert judged(standard("15 working", counting=ROLLING), received, known)["reply"].provisional


def test_a_date_that_was_capped_says_by_which_section() -> None:
    history = [event("received", "2023-04-12"), event("fee_paid", "2023-05-30")]
    (result,) = values(judged("KH-A2I-DRAFT", history, published("KH"))["supply"], "capped")
    assert (result["due"], str(result["limit"])) == (day("2023-06-13"), "40 working")
    assert result["section"] == "art. 14(2)"


def test_a_clock_that_counts_from_another_event_than_it_starts_with_says_so() -> None:
    history = [event("received", "2023-06-05"), event("transferred", "2023-06-06")]
    (result,) = values(judged("IN-RTI-2005", history)["transfer"], "counted_from")
    assert result == {"event": "received"}


def test_hours_that_were_paused_say_when_they_went_on_and_end_as_much_later() -> None:
    fee = Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, StopKind.PAUSE_REMAINDER)
    asked, paid = event("fee_requested", "2023-06-06T10:00"), event("fee_paid", "2023-06-07T12:00")
    reply = judged(standard("72 hours", stops=(fee,)), [event("received", "2023-06-05T10:00"), asked, paid])[
        "reply"
    ]
    assert reply.due_at == datetime.fromisoformat("2023-06-09T12:00")
    assert values(reply, "resumed_remainder") == [{"event": "fee_paid", "due": day("2023-06-09")}]


def test_working_days_that_a_stop_adds_make_a_limit_of_calendar_days_depend_on_the_calendar() -> None:
    history = [
        event("received", "2023-06-05"),
        event("fee_requested", "2023-06-12"),
        event("fee_paid", "2023-06-16"),
    ]
    unknown = calendar(years=[2022])
    for unit in (None, Unit.WORKING):
        fee = Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, StopKind.ADD_DAYS, unit=unit)
        reply = judged(standard("20 calendar", stops=(fee,)), history, unknown)["reply"]
        assert reply.provisional == (unit is Unit.WORKING)


def test_every_step_can_be_said_stored_and_read_back() -> None:
    histories = [
        [
            event("received", "2023-06-05"),
            event("fee_requested", "2023-06-12"),
            event("fee_paid", "2023-06-16"),
        ],
        [
            event("received", "2023-06-04T20:00", urgent=True, channel="online"),
            event("extended", "2023-06-08"),
        ],
        [
            event("received", "2023-06-05"),
            event("transferred", "2023-06-08"),
            event("answered", "2023-07-08", outcome="refused"),
        ],
    ]
    said = set()
    for law in library().values():
        for history in histories:
            for each in judged(law, history, published("KH")).values():
                for step in each.steps:
                    text = step.text(str, str, "km")
                    assert "{" not in text
                    assert step_from_data(step.to_data()) == step
                    said.add(step.code)
    assert said <= set(SENTENCES)
    assert set(EVENTS) == set(EventKind)


def test_the_steps_come_in_the_order_of_the_reasoning() -> None:
    events = [event("received", "2023-04-12"), event("extended", "2023-04-20", days="5 working")]
    reply = judged(standard("5 working"), events, published("KH"))["reply"]
    assert codes(reply) == [
        "limit_unplaced", "starts", "start_excluded", "weekends", "holiday", "extended", "due", "standard",
        "provisional",
    ]  # fmt: skip


def test_one_of_a_unit_is_in_the_singular() -> None:
    words = [limit_in_words(parse_limit(f"{n} {unit}"), str) for n in (1, 2) for unit in ("month", "working")]
    assert words == ["1 month", "1 working day", "2 months", "2 working days"]
