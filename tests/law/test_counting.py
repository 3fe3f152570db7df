"""Counting, against an independent counter that walks from day to day, and by its properties."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.law.calendars import WEEKDAYS, WEEKENDS, Calendar, union
from rti.law.counting import add_months, due_on, last_day, rolled
from rti.law.limits import Limit, Unit, parse_limit
from rti.law.rules import FORWARD, NO_ROLL, FirstDay, RollOff
from tests.law.make import HOLIDAY, calendar, day, published

ONE = timedelta(days=1)


def walked(start: date, limit: int, off: set[date], weekend: set[int]) -> date:
    """The slow counter: knows nothing of tables, ordinals or weeks."""
    left, today = limit, start
    while left:
        today += ONE
        if today.weekday() not in weekend and today not in off:
            left -= 1
    return today


@pytest.mark.parametrize(
    ("key", "weekend"), [("KH", "sat-sun"), ("BD", "fri-sat"), ("NP", "sat"), ("GB-SCT", "none")]
)
def test_the_table_agrees_with_a_walk_over_ten_years_of_start_days(key, weekend):
    days = published(key, weekend=weekend)
    off, week = set(days.days_off), set(days.weekend)
    for index in range(3653):
        start = date(2016, 1, 1) + index * ONE
        for amount in {0, 1, index % 61, (index * 7 + 30) % 61}:
            found = due_on(start, Limit(amount, Unit.WORKING), days)
            assert found == walked(start, amount, off, week), (start, amount)
            assert days.working_days_between(start, found) == amount


def test_counting_back_undoes_counting_forward():
    days = published("KH")
    for index in range(400):
        start = days.next_working_day(date(2022, 1, 1) + index * ONE)
        for amount in (1, 5, 15, 40):
            assert days.add_working_days(days.add_working_days(start, amount), -amount) == start


def test_the_previous_working_day_of_a_day_off_is_the_last_one_before_it():
    days = published("KH")
    assert days.previous_working_day(day("2023-04-16")) == day("2023-04-13")
    assert days.add_working_days(day("2023-04-16"), -2) == day("2023-04-12")


def test_a_day_off_is_named_and_a_weekend_is_named_by_its_day():
    days = published("KH")
    name = days.why_off(day("2023-04-14"))
    assert name is not None
    assert "New Year" in name.en
    assert days.why_off(day("2023-04-15")) == name, "also on a Saturday"
    assert days.why_off(day("2023-04-22")).en == "Saturday"
    assert days.why_off(day("2023-04-13")) is None


def test_a_day_off_anywhere_in_a_union_is_off_and_a_year_is_known_only_where_all_know_it():
    both = union([calendar(["2026-01-01"], years=[2026, 2027]), calendar(["2026-01-02"], years=[2026])])
    assert not both.is_working(day("2026-01-01"))
    assert not both.is_working(day("2026-01-02"))
    assert both.knows(2026)
    assert not both.knows(2027)


def test_weekends_are_the_days_that_they_are_called_by():
    found = {
        name: "-".join(WEEKDAYS[n].en[:3].lower() for n in sorted(days)) for name, days in WEEKENDS.items()
    }
    assert found.pop("none") == ""
    assert found == {"sat-sun": "sat-sun", "fri-sat": "fri-sat", "sat": "sat", "sun": "sun", "fri": "fri"}
    assert Calendar().weekend == WEEKENDS["sat-sun"]


def test_a_week_without_working_days_is_refused():
    with pytest.raises(ValueError, match="at least one working day"):
        Calendar(weekend=frozenset(range(7)))


def test_counting_is_possible_over_the_whole_range_of_dates_that_are_accepted():
    assert due_on(day("1900-01-01"), Limit(3660, Unit.WORKING), calendar()).year == 1914
    assert due_on(day("2200-12-31"), Limit(3660, Unit.MONTH), calendar()).year == 2505


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("20 working", 20, "working"),
        ("1 calendar-month", 1, "month"),
        ("2 months", 2, "month"),
        (" 48  Hours ", 48, "hours"),
        ("30 calendar days", 30, "calendar"),
        ("0 working", 0, "working"),
        ("3660 calendar", 3660, "calendar"),
        ("០៥ working", 5, "working"),
    ],
)
def test_a_limit_is_read_as_people_write_it(text, amount, unit):
    assert parse_limit(text) == Limit(amount, Unit(unit))


@pytest.mark.parametrize(
    "text", ["", "20", "20 wrking", "twenty working", "-1 working", "3661 working", f"{10**30} working", "\0"]
)
def test_what_is_not_a_limit_is_refused_with_what_would_be_right(text):
    with pytest.raises(ValueError, match="write a number"):
        parse_limit(text)


@pytest.mark.parametrize("text", ["3661 working", "-1 working", "9" * 10 + " hours", "9" * 5000 + " hours"])
def test_a_limit_beyond_ten_years_is_out_of_range_however_long_its_number(text):
    with pytest.raises(ValueError, match="is out of range; write a number from 0 to 3660"):
        parse_limit(text)


def test_of_a_long_text_that_is_no_limit_the_beginning_is_shown():
    for text, shown in (("x" * 40, "x" * 40), ("x" * 41, "x" * 40 + "...")):
        with pytest.raises(ValueError, match=f"'{re.escape(shown)}' is not a limit"):
            parse_limit(text)


@pytest.mark.parametrize("number", [1, 20])
def test_units_are_written_in_the_singular_or_the_plural_with_the_word_day_or_without(number):
    for unit in ("hour", "calendar day", "working day", "month", "calendar month"):
        assert parse_limit(f"{number} {unit}s") == parse_limit(f"{number} {unit}")
    for short, long in (
        ("calendar", "calendar days"),
        ("working", "working days"),
        ("month", "calendar months"),
    ):
        assert parse_limit(f"{number} {short}") == parse_limit(f"{number} {long}")
    units = [parse_limit(f"{number} {unit}").unit for unit in ("hour", "calendar", "working", "month")]
    assert units == list(Unit)
    assert [str(unit) for unit in units] == ["hours", "calendar", "working", "month"]


def test_a_month_ends_on_the_same_number_or_on_the_last_day():
    assert add_months(day("2024-01-31"), 1) == day("2024-02-29")
    assert add_months(day("2023-12-31"), 2) == day("2024-02-29")


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("hours", "days"), [(0, 0), (1, 1), (24, 1), (25, 2), (48, 2), (72, 3)])
def test_begun_days_of_hours_count_from_the_end_of_the_start_day(hours, days, counts):
    start = day("2026-03-06")
    assert due_on(start, Limit(hours, Unit.HOURS), Calendar(), count_start_day=counts) == start + days * ONE


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("first_day", list(FirstDay))
def test_a_limit_of_nothing_ends_on_the_day_itself_also_on_a_day_off(unit, first_day):
    saturday = day("2026-03-07")
    assert last_day(saturday, Limit(0, unit), Calendar(), first_day) == saturday


def test_the_first_working_day_is_the_day_itself_or_the_next_one_that_is_worked():
    one = Limit(1, Unit.WORKING)
    assert last_day(day("2026-03-06"), one, Calendar(), FirstDay.START_DAY) == day("2026-03-06")
    assert last_day(day("2026-03-07"), one, Calendar(), FirstDay.START_DAY) == day("2026-03-09")


def test_days_count_from_the_first_working_day_after_the_receipt_where_a_statute_says_so():
    five, next_worked = Limit(5, Unit.CALENDAR), FirstDay.NEXT_WORKING_DAY
    assert last_day(day("2026-03-06"), five, Calendar(), next_worked) == day("2026-03-13")
    assert last_day(day("2026-03-09"), five, Calendar(), next_worked) == day("2026-03-14")


def test_an_end_moves_off_those_kinds_of_days_only_that_a_statute_names():
    monday = day("2026-03-02")
    days = calendar("2026-03-04", half_days=["2026-03-05"])
    named = {
        kind: {n for n in range(7) if rolled(monday + n * ONE, days, frozenset({kind})) > monday + n * ONE}
        for kind in RollOff
    }
    weekdays = {kind: {n} for n, kind in enumerate(tuple(RollOff)[:7])}
    assert named == weekdays | {RollOff.WEEKEND: {5, 6}, RollOff.HOLIDAY: {2}, RollOff.HALF_DAY: {3}}


dates = st.dates(date(2015, 1, 1), date(2030, 12, 31))
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(list(Unit)))
calendars = st.builds(
    lambda days, weekend, half: Calendar(
        weekend=WEEKENDS[weekend],
        days_off=dict.fromkeys(days, HOLIDAY),
        half_days=dict.fromkeys(half, HOLIDAY),
    ),
    st.sets(dates, max_size=40),
    st.sampled_from(list(WEEKENDS)),
    st.sets(dates, max_size=5),
)
rolls = st.sampled_from(
    [NO_ROLL, FORWARD, frozenset({RollOff.SUNDAY, RollOff.HOLIDAY}), FORWARD | {RollOff.HALF_DAY}]
)


@given(dates, st.integers(0, 90), limits, calendars, rolls, st.booleans())
def test_a_later_receipt_never_gives_an_earlier_due_date(start, later, limit, days, roll, counts):
    first = due_on(start, limit, days, count_start_day=counts, roll=roll)
    second = due_on(start + later * ONE, limit, days, count_start_day=counts, roll=roll)
    assert first <= second


@given(dates, limits, calendars)
def test_a_rolled_end_is_never_a_day_off(start, limit, days):
    assert days.is_working(due_on(start, limit, days, roll=FORWARD))
    half = rolled(start, days, FORWARD | {RollOff.HALF_DAY})
    assert days.is_working(half)
    assert half not in days.half_days


@given(dates, st.integers(0, 60), calendars, dates)
def test_adding_a_day_off_never_brings_a_working_day_deadline_forward(start, amount, days, new):
    limit = Limit(amount, Unit.WORKING)
    more = Calendar(weekend=days.weekend, days_off={**days.days_off, new: HOLIDAY})
    assert due_on(start, limit, more) >= due_on(start, limit, days)


@given(dates, limits, calendars)
def test_the_day_of_receipt_as_day_one_never_gives_a_later_date(start, limit, days):
    assert due_on(start, limit, days, count_start_day=True) <= due_on(start, limit, days)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("២០ ថ្ងៃធ្វើការ", "20 working"),
        ("20ថ្ងៃធ្វើការ", "20 working"),
        ("៣០ ថ្ងៃ", "30 calendar"),
        ("៣០ ថ្ងៃប្រតិទិន", "30 calendar"),
        ("១ ខែ", "1 month"),
        ("៤៨ ម៉ោង", "48 hours"),
    ],
)
def test_a_limit_can_be_written_in_khmer(written, meant):
    assert parse_limit(written) == parse_limit(meant)
