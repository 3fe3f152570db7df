"""When a reminder is worth saying."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar
from rti.law.reminders import DEFAULT_RULES, About, Audience, Occasion, ReminderRule, due_dates, first_due
from rti.law.rules import ClockKind

MONDAY = date(2026, 11, 23)
DAYS = st.integers(-200, 200).map(lambda n: MONDAY + timedelta(n))
CALENDARS = st.sets(DAYS, max_size=60).map(
    lambda days: Calendar(days_off={day: BilingualName("Holiday", "") for day in days})
)
RULES = {rule.name: next(rule.occasions()) for rule in DEFAULT_RULES}


def last_day(rule: Occasion, due: date, calendar: Calendar) -> date:
    if rule.ends < 0:
        return calendar.add_working_days(due, rule.ends + 1) - timedelta(1)
    return calendar.add_working_days(due, rule.ends)


@given(CALENDARS, DAYS, st.integers(-6, 12), st.integers(0, 12))
def test_the_due_dates_of_a_day_are_those_whose_days_of_speaking_include_it(
    calendar: Calendar, day: date, begins: int, length: int
) -> None:
    rule = Occasion(begins, begins + length, number=0)
    first, last = due_dates(rule, day, calendar)
    around = [day + timedelta(n) for n in range(-90, 90)]
    spoken_of = [
        due
        for due in around
        if calendar.add_working_days(due, rule.begins) <= day <= last_day(rule, due, calendar)
    ]
    assert [due for due in around if first <= due <= last] == spoken_of


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        ("soon", date(2026, 11, 24), date(2026, 11, 26)),
        ("today", date(2026, 11, 23), date(2026, 11, 23)),
        ("late", date(2026, 11, 9), date(2026, 11, 22)),
        ("window_closing", date(2026, 11, 23), date(2026, 11, 26)),
        ("unacknowledged", date(2026, 11, 16), date(2026, 11, 22)),
    ],
)
def test_on_a_monday_without_holidays(rule: str, first: date, last: date) -> None:
    assert due_dates(RULES[rule], MONDAY, Calendar()) == (first, last)


def test_khmer_new_year_moves_the_first_reminder_ahead_of_the_holidays() -> None:
    new_year = Calendar(days_off={date(2026, 4, day): BilingualName("New Year", "") for day in (14, 15, 16)})
    assert due_dates(RULES["soon"], date(2026, 4, 10), new_year)[1] == date(2026, 4, 20)


def test_a_deadline_at_the_end_of_long_holidays_is_told_of_until_the_day_before_it() -> None:
    holidays = Calendar(days_off={MONDAY + timedelta(n): BilingualName("Holiday", "") for n in range(4)})
    for day in (MONDAY, MONDAY + timedelta(2)):
        first, last = due_dates(RULES["soon"], day, holidays)
        assert first <= MONDAY + timedelta(3) <= last


def test_yesterdays_deadline_is_late_and_no_longer_due_today() -> None:
    assert first_due(RULES["today"].ends, MONDAY, Calendar()) == MONDAY


def test_a_rule_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        ReminderRule("wrong", About.ANSWER, 1, 0)
    with pytest.raises(ValueError, match="less than a working day"):
        ReminderRule("wrong", About.ANSWER, 0, 1, every=0)


@given(CALENDARS, DAYS, st.integers(-6, 6), st.integers(0, 12), st.integers(1, 5))
def test_a_rule_that_repeats_speaks_of_a_due_date_once_at_a_time_and_in_order(
    calendar: Calendar, due: date, begins: int, length: int, every: int
) -> None:
    rule = ReminderRule("any", About.ANSWER, begins, begins + length, every)
    spoken = []
    for day in (due + timedelta(n) for n in range(-90, 90)):
        for occasion in rule.occasions():
            first, last = due_dates(occasion, day, calendar)
            if first <= due <= last:
                spoken.append((day, occasion.number))
    assert len({day for day, _ in spoken}) == len(spoken)
    numbers = [number for _, number in spoken]
    assert numbers == sorted(numbers)
    assert set(numbers) == {occasion.number for occasion in rule.occasions()}


def test_every_clock_is_spoken_of_by_one_kind_of_rule() -> None:
    spoken_of = [clock for about in About for clock in about.clocks]
    assert sorted(spoken_of) == sorted(ClockKind)


def test_the_default_rules_speak_when_and_to_whom_the_documentation_says() -> None:
    values = [(rule.name, str(rule.about), rule.begins, rule.ends, str(rule.to)) for rule in DEFAULT_RULES]
    assert values == [
        ("soon", "answer", -3, -1, "everybody"),
        ("today", "answer", 0, 0, "everybody"),
        ("late", "answer", 1, 10, "everybody"),
        ("chase", "answer", 3, 20, "body"),
        ("unacknowledged", "acknowledgement", 1, 5, "everybody"),
        ("window_closing", "complaint", -3, 0, "everybody"),
        ("follow_up", "follow_up", 0, 59, "everybody"),
    ]
    assert [rule.name for rule in DEFAULT_RULES if rule.every] == ["follow_up"]


def test_people_are_told_by_their_role_and_a_public_body_by_letter() -> None:
    values = {str(audience): set(audience.roles) for audience in Audience}
    assert values == {"everybody": {"cbo_member", "cbo_lead"}, "leads": {"cbo_lead"}, "body": set()}


def test_a_rule_may_speak_on_one_day_only_and_anew_on_each_working_day() -> None:
    assert list(ReminderRule("once", About.ANSWER, 2, 2).occasions()) == [Occasion(2, 2, 0)]
    daily = ReminderRule("daily", About.ANSWER, 0, 2, every=1).occasions()
    assert list(daily) == [Occasion(0, 0, 0), Occasion(1, 1, 1), Occasion(2, 2, 2)]


def holidays(*days: date) -> Calendar:
    return Calendar(days_off={day: BilingualName("Holiday", "") for day in days})


NEW_YEAR = holidays(date(2027, 4, 14), date(2027, 4, 15), date(2027, 4, 16))
"""Khmer New Year from Wednesday to Friday, with the weekend behind it."""


def spoken(rule: str, due: date, calendar: Calendar) -> list[date]:
    """The days on which a default rule speaks of a due date."""
    around = (due + timedelta(n) for n in range(-30, 31))
    return [day for day in around if (first := due_dates(RULES[rule], day, calendar))[0] <= due <= first[1]]


def test_what_is_due_on_the_last_day_of_khmer_new_year_is_told_before_the_holidays_begin() -> None:
    assert spoken("soon", date(2027, 4, 16), NEW_YEAR)[0] == date(2027, 4, 9)
    assert spoken("soon", date(2027, 4, 16), NEW_YEAR)[-1] == date(2027, 4, 15)


def test_what_was_due_before_khmer_new_year_is_late_on_the_first_working_day_after_it() -> None:
    assert spoken("late", date(2027, 4, 13), NEW_YEAR)[0] == date(2027, 4, 19)


def test_the_29th_of_february_is_a_day_like_any_other() -> None:
    leap = date(2028, 2, 29)
    assert spoken("today", leap, Calendar()) == [leap]
    assert spoken("soon", leap, Calendar()) == [leap - timedelta(n) for n in (5, 4, 3, 2, 1)]
    assert spoken("late", leap, Calendar())[0] == date(2028, 3, 1)


def test_in_a_year_without_a_calendar_weekends_are_off_and_nothing_is_skipped() -> None:
    due = date(2150, 1, 1)
    days = sorted({day for rule in ("soon", "today", "late") for day in spoken(rule, due, NEW_YEAR)})
    assert days[0] == due - timedelta(3)
    assert due in days
    assert next(day for day in days if day > due) == date(2150, 1, 2)
