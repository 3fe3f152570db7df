"""What moves a clock, and what does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.law.calendars import Calendar
from rti.law.deadlines import ClockState, deadlines
from rti.law.events import Event, EventKind, effective
from rti.law.limits import Limit, Unit
from rti.law.rules import Counting, Extension, Receipt, Stop, StopKind
from rti.law.status import overdue_on
from rti.law.statutes import Statute, standard
from tests.law.make import HOLIDAY, calendar, codes, day, event, judged, library, published

RECEIVED = event("received", "2023-06-05")
ONE = timedelta(days=1)


def stopping(kind: StopKind, **details: object) -> Statute:
    begins, ends = EventKind.FEE_REQUESTED, EventKind.FEE_PAID
    return standard("20 working", stops=(Stop(begins, ends, kind, **details),))  # type: ignore[arg-type]


def test_messages_and_acknowledgements_stop_nothing():
    noise = [
        event("message", "2023-06-06"),
        event("acknowledged", "2023-06-07"),
        event("replied", "2023-06-08"),
    ]
    quiet, noisy = judged("UK-FOIA-2000", [RECEIVED]), judged("UK-FOIA-2000", [RECEIVED, *noise])
    assert quiet == noisy


def test_what_moves_no_clock_ends_none_where_a_transfer_sends_the_request_back():
    for kind in ("message", "acknowledged", "registered"):
        reply = judged("KH-A2I-DRAFT", [RECEIVED, event(kind, "2023-06-06")])["reply"]
        assert (reply.state, reply.ended_on) == (ClockState.RUNNING, None)


def test_only_the_outcome_of_the_answer_decides_the_limit():
    decided = event("complaint_decided", "2023-06-10", outcome="refused")
    answered = event("answered", "2023-06-25", outcome="full")
    plain, between = [RECEIVED, answered], [RECEIVED, decided, answered]
    assert judged("BD-RTI-2009", between)["reply"].due == judged("BD-RTI-2009", plain)["reply"].due


def test_a_day_on_which_one_stop_ends_and_the_next_begins_is_counted_once():
    stops = (
        Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, StopKind.ADD_DAYS, inclusive=True),
        Stop(
            EventKind.CLARIFICATION_REQUESTED,
            EventKind.CLARIFICATION_GIVEN,
            StopKind.ADD_DAYS,
            inclusive=True,
        ),
    )
    history = [
        RECEIVED,
        event("fee_requested", "2023-06-12"),
        event("fee_paid", "2023-06-14"),
        event("clarification_requested", "2023-06-14"),
        event("clarification_given", "2023-06-16"),
    ]
    assert judged(standard("20 calendar", stops=stops), history)["reply"].due == day("2023-06-30")


def test_a_clock_that_waits_for_the_requester_has_no_date():
    reply = judged(stopping(StopKind.PAUSE_REMAINDER), [RECEIVED, event("fee_requested", "2023-06-12")])[
        "reply"
    ]
    assert (reply.state, reply.due, reply.paused_on) == (ClockState.PAUSED, None, day("2023-06-12"))


@pytest.mark.parametrize(
    ("law", "due"),
    [
        (stopping(StopKind.RESET), "2023-07-14"),
        (stopping(StopKind.PAUSE_REMAINDER), "2023-07-07"),
        (stopping(StopKind.ADD_DAYS), "2023-07-07"),
        (stopping(StopKind.ADD_DAYS, inclusive=True), "2023-07-10"),
        (stopping(StopKind.ADD_DAYS, unit=Unit.CALENDAR), "2023-07-07"),
    ],
    ids=["reset", "pause the remainder", "add working days", "both days inclusive", "add calendar days"],
)
def test_a_stopped_clock_goes_on_as_the_statute_says(law, due):
    stopped = [RECEIVED, event("fee_requested", "2023-06-12"), event("fee_paid", "2023-06-16")]
    assert judged(law, stopped)["reply"].due == day(due)


def test_added_calendar_days_do_not_end_a_limit_of_working_days_on_a_day_off():
    law = stopping(StopKind.ADD_DAYS, unit=Unit.CALENDAR)
    stopped = [RECEIVED, event("fee_requested", "2023-06-12"), event("fee_paid", "2023-06-17")]
    assert judged(law, stopped)["reply"].due == day("2023-07-10")


def test_overlapping_stops_are_counted_once():
    law = library()["US-FOIA"]
    both = [
        RECEIVED,
        event("fee_requested", "2023-06-12"),
        event("clarification_requested", "2023-06-13"),
        event("clarification_given", "2023-06-14"),
        event("fee_paid", "2023-06-16"),
    ]
    assert judged(law, both)["reply"].due == day("2023-07-07")


def test_a_stop_after_the_limit_does_not_cure_the_lapse():
    late = [RECEIVED, event("fee_requested", "2023-07-10"), event("fee_paid", "2023-07-20")]
    for kind in StopKind:
        reply = judged(stopping(kind), late)["reply"]
        assert (reply.due, reply.state) == (day("2023-07-03"), ClockState.RUNNING)
        assert "stop_too_late" in codes(reply)


def test_an_answer_while_the_clock_stands_is_in_time():
    answered = [RECEIVED, event("fee_requested", "2023-06-30"), event("answered", "2023-07-12")]
    for kind in StopKind:
        reply = judged(stopping(kind), answered)["reply"]
        assert reply.state is ClockState.MET
        assert reply.due is not None
        assert reply.met_on is not None
        assert reply.met_on <= reply.due


def test_an_extension_after_the_limit_has_no_effect():
    reply = judged("IN-RTI-2005", [RECEIVED, event("extended", "2023-08-01", reason="third_party")])["reply"]
    assert reply.due == day("2023-07-05")
    assert "extension_too_late" in codes(reply)


def test_an_extension_that_the_statute_does_not_know_has_no_effect():
    reply = judged("KH-PRESS-1995", [RECEIVED, event("extended", "2023-06-10", days="30 calendar")])["reply"]
    assert reply.due == day("2023-07-05")
    assert "extension_not_provided" in codes(reply)


def test_an_extension_is_cut_to_the_most_that_the_statute_allows():
    reply = judged("KE-ATI-2016", [RECEIVED, event("extended", "2023-06-10", until=day("2023-12-31"))])[
        "reply"
    ]
    assert reply.due == day("2023-07-10")
    assert "extension_capped" in codes(reply)


def test_an_extension_without_any_number_leaves_no_date_until_one_is_given():
    open_end = [RECEIVED, event("extended", "2023-06-10")]
    assert judged("UK-FOIA-2000", open_end)["reply"].due is None
    dated = [RECEIVED, event("extended", "2023-06-10", until=day("2023-07-20"))]
    assert judged("UK-FOIA-2000", dated)["reply"].due == day("2023-07-20")


def test_the_clock_of_the_american_act_runs_ten_days_after_the_first_receipt_at_the_latest():
    """5 U.S.C. 552(a)(6)(A): routing inside the agency takes at most ten days of the limit."""
    slow = [RECEIVED, event("transferred", "2023-06-06"), event("received", "2023-06-28")]
    assert judged("US-FOIA", slow)["reply"].starts_on == day("2023-06-15")


def test_the_european_clock_waits_for_the_registration():
    """Ombudsman case 682/2014: the lag between sending and registration is measured apart."""
    assert judged("EU-1049-2001", [RECEIVED])["reply"].state is ClockState.WAITING
    registered = [RECEIVED, event("registered", "2023-06-12")]
    assert judged("EU-1049-2001", registered)["reply"].due == day("2023-07-03")


def test_the_time_to_contest_starts_with_the_answer_or_with_the_silence():
    silent = judged("IN-RTI-2005", [RECEIVED])["review_filing"]
    assert (silent.starts_on, silent.due) == (day("2023-07-05"), day("2023-08-04"))
    refused = judged("IN-RTI-2005", [RECEIVED, event("answered", "2023-06-20", outcome="refused")])
    assert refused["review_filing"].due == day("2023-07-20")
    granted = judged("IN-RTI-2005", [RECEIVED, event("answered", "2023-06-20", outcome="full")])
    assert (granted["review_filing"].state, granted["review_filing"].due) == (ClockState.ENDED, None)


def test_a_review_asked_for_because_of_the_silence_stands_when_an_answer_comes_later():
    history = [RECEIVED, event("review_requested", "2023-07-20"), event("answered", "2023-07-25")]
    filing = judged("IN-RTI-2005", history)["review_filing"]
    assert (filing.due, filing.met_on) == (day("2023-08-04"), day("2023-07-20"))


def test_a_withdrawn_request_ends_its_clocks():
    found = judged("KH-A2I-DRAFT", [RECEIVED, event("withdrawn", "2023-06-07")])
    assert {each.state for each in found.values()} == {ClockState.ENDED}
    assert not overdue_on(found["reply"].due, None, found["reply"].ended_on, day("2023-08-01"))


def test_a_late_correction_changes_today_and_not_what_was_known_before():
    first = datetime(2023, 6, 6, tzinfo=UTC)
    wrong = event("answered", "2023-06-20", id="a1", recorded_at=first)
    right = event("answered", "2023-06-28", voids="a1", id="a2", recorded_at=first + 30 * ONE)
    law, days = standard("15 working"), calendar()
    history = [RECEIVED, wrong, right]
    assert deadlines(law, days, history)[0].met_on == day("2023-06-28")
    assert deadlines(law, days, history, known_at=first + ONE)[0].met_on == day("2023-06-20")
    assert deadlines(law, days, history, known_at=first - ONE)[0].state is ClockState.RUNNING


def test_a_correction_that_was_corrected_voids_nothing():
    answer = event("answered", "2023-06-20", id="a")
    void = event("corrected", "2023-06-21", id="b", voids="a")
    again = event("corrected", "2023-06-22", id="c", voids="b")
    assert effective([RECEIVED, answer, void]) == (RECEIVED,)
    assert effective([again, void, RECEIVED, answer]) == (RECEIVED, answer)


def test_events_that_void_each_other_both_fall():
    one = event("answered", "2023-06-20", id="a", voids="b")
    other = event("answered", "2023-06-21", id="b", voids="a")
    assert effective([RECEIVED, one, other]) == (RECEIVED,)


def test_what_happened_within_a_day_goes_by_the_time_where_all_of_it_has_one():
    paid, asked = event("fee_paid", "2023-06-12T09:00"), event("fee_requested", "2023-06-12T10:00")
    assert effective([asked, paid]) == (paid, asked)
    untimed = event("answered", "2023-06-12")
    assert effective([untimed, asked, paid]) == (asked, paid, untimed)


def test_what_was_recorded_at_a_moment_was_known_at_that_moment():
    recorded = datetime(2023, 6, 21, 8, tzinfo=UTC)
    answer = event("answered", "2023-06-20", recorded_at=recorded)
    assert effective([RECEIVED, answer], recorded) == (RECEIVED, answer)
    assert effective([RECEIVED, answer], recorded - timedelta(microseconds=1)) == (RECEIVED,)


histories = st.lists(
    st.builds(
        Event,
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.CORRECTED]),
        st.dates(date(2023, 1, 1), date(2023, 12, 31)),
        days=st.sampled_from([None, "5 working", "3 calendar"]),
        id=st.sampled_from(["a", "b", "c", "d"]),
        voids=st.sampled_from([None, None, None, "a", "b"]),
    ),
    max_size=8,
)
laws = st.sampled_from(sorted(library()))


@given(histories, laws, st.randoms())
def test_the_order_of_recording_does_not_matter(history, law, order):
    shuffled = list(history)
    order.shuffle(shuffled)
    assert judged(law, history) == judged(law, shuffled)


@given(histories, laws)
def test_every_history_can_be_judged_under_every_statute(history, law):
    for each in judged(law, history).values():
        assert each.due is None or each.starts_on is not None
        assert (each.state is ClockState.MET) == (each.met_on is not None)
        assert each.state is not ClockState.PAUSED or each.due is None
        for step in each.steps:
            assert "{" not in step.text(str, str, "en")


def test_the_order_of_happening_matters():
    ahead = [RECEIVED, event("fee_requested", "2023-06-12"), event("fee_paid", "2023-06-16")]
    behind = [RECEIVED, event("fee_requested", "2023-06-16"), event("fee_paid", "2023-06-12")]
    law = stopping(StopKind.ADD_DAYS)
    assert judged(law, ahead) != judged(law, behind)


starts = st.dates(date(2023, 1, 1), date(2023, 12, 31))
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(list(Unit)))
some_days_off = st.sets(st.dates(date(2023, 1, 1), date(2024, 6, 30)), max_size=20)


@given(starts, limits, st.integers(0, 90), limits, some_days_off)
def test_extending_never_shortens(start, limit, later, extension, off):
    days = Calendar(days_off=dict.fromkeys(off, HOLIDAY))
    received = Event(EventKind.RECEIVED, start)
    extended = Event(EventKind.EXTENDED, start + later * ONE, days=str(extension))
    (before,) = deadlines(standard(limit), days, [received])
    (after,) = deadlines(standard(limit), days, [received, extended])
    assert before.due is not None
    assert after.due is not None
    assert after.due >= before.due


@given(starts, limits, st.integers(0, 90), st.sampled_from([StopKind.PAUSE_REMAINDER, StopKind.ADD_DAYS]))
def test_pausing_for_zero_days_changes_nothing(start, limit, later, kind):
    stop = Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, kind)
    law, days = standard(limit, stops=(stop,)), published("KH")
    received, on = Event(EventKind.RECEIVED, start), start + later * ONE
    pause = [Event(EventKind.FEE_REQUESTED, on), Event(EventKind.FEE_PAID, on)]
    (before,), (after,) = deadlines(law, days, [received]), deadlines(law, days, [received, *pause])
    assert after.due == before.due


@given(starts, limits, st.integers(0, 60), st.integers(0, 60), st.sampled_from(list(StopKind)))
def test_pausing_never_brings_a_date_forward(start, limit, later, length, kind):
    stop = Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, kind)
    law, days = standard(limit, stops=(stop,)), published("KH")
    received, on = Event(EventKind.RECEIVED, start), start + later * ONE
    pause = [Event(EventKind.FEE_REQUESTED, on), Event(EventKind.FEE_PAID, on + length * ONE)]
    (before,), (after,) = deadlines(law, days, [received]), deadlines(law, days, [received, *pause])
    assert before.due is not None
    assert after.due is not None
    assert after.due >= before.due


@given(starts, st.integers(0, 90), laws, st.sampled_from(list(Receipt)))
def test_a_later_receipt_never_gives_an_earlier_due_date_under_any_statute(start, later, law, receipt):
    act = library()[law]
    act = replace(act, counting=replace(act.counting, receipt=receipt))
    days = published("KH")
    both = zip(
        judged(act, [Event(EventKind.RECEIVED, start)], days).values(),
        judged(act, [Event(EventKind.RECEIVED, start + later * ONE)], days).values(),
        strict=True,
    )
    assert all(first.due is None or (second.due and first.due <= second.due) for first, second in both)


def test_an_unconfirmed_number_anywhere_in_the_count_makes_the_date_unconfirmed():
    assert judged("KH-A2I-DRAFT", [RECEIVED])["reply"].confirmed
    assert not judged("KH-PRESS-1995", [RECEIVED])["reply"].confirmed
    assert "unconfirmed" in codes(judged("KH-PRESS-1995", [RECEIVED])["reply"])
    law = standard("15 working")
    doubtful = replace(law.clocks[0], extensions=(Extension(limit=Limit(5, Unit.WORKING)),))
    extended = [RECEIVED, event("extended", "2023-06-08")]
    assert not judged(replace(law, clocks=(doubtful,)), extended)["reply"].confirmed


def test_a_receipt_that_rolls_forward_counts_as_of_the_next_working_day():
    law = standard("5 working", counting=Counting(receipt=Receipt.ROLL_FORWARD))
    reply = judged(law, [event("received", "2023-04-14")], published("KH"))["reply"]
    assert (reply.starts_on, reply.due) == (day("2023-04-17"), day("2023-04-24"))
    assert "start_rolled" in codes(reply)


def test_a_date_under_a_later_version_of_a_statute_says_so():
    first = library()["KH-A2I-DRAFT"]
    assert "version" not in codes(judged(first, [RECEIVED])["reply"])
    assert "version" in codes(judged(replace(first, version=2), [RECEIVED])["reply"])


def test_an_extension_in_working_days_makes_a_limit_of_calendar_days_depend_on_the_calendar():
    extended = [RECEIVED, event("extended", "2023-06-08", days="5 working")]
    unknown = Calendar()
    assert not judged(standard("30 calendar"), [RECEIVED], unknown)["reply"].provisional
    assert judged(standard("30 calendar"), extended, unknown)["reply"].provisional


def test_the_time_for_a_transfer_is_judged_only_once_there_was_one():
    assert judged("ZA-PAIA-2000", [RECEIVED])["transfer"].state is ClockState.WAITING
    moved = judged("ZA-PAIA-2000", [RECEIVED, event("transferred", "2023-06-25")])["transfer"]
    assert (moved.due, moved.met_on) == (day("2023-06-19"), day("2023-06-25"))


@given(starts, st.integers(1, 40), st.integers(0, 60), st.integers(0, 60), st.booleans(), some_days_off)
def test_stopped_days_agree_with_a_walk_from_day_to_day(start, amount, later, length, inclusive, off):
    begins, ends = start + later * ONE, start + (later + length) * ONE
    stop = Stop(EventKind.FEE_REQUESTED, EventKind.FEE_PAID, StopKind.ADD_DAYS, inclusive=inclusive)
    days = Calendar(days_off=dict.fromkeys(off, HOLIDAY))
    law = standard(Limit(amount, Unit.WORKING), stops=(stop,))
    received = Event(EventKind.RECEIVED, start)
    pause = [Event(EventKind.FEE_REQUESTED, begins), Event(EventKind.FEE_PAID, ends)]
    (plain,), (found,) = deadlines(law, days, [received]), deadlines(law, days, [received, *pause])
    assert plain.due is not None
    if begins >= plain.due:
        return
    left, today = amount, start
    while left:
        today += ONE
        stopped = begins < today <= ends or (inclusive and today == begins)
        if today.weekday() < 5 and today not in off and not stopped:
            left -= 1
    assert found.due == today
