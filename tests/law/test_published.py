"""Days off as the `holidays` package publishes them."""

import pytest

from rti.calendars.holidays import published_calendar, published_days_off
from rti.law.calendars import WEEKENDS
from tests.law.make import day


def test_cambodian_days_off_have_their_names_in_both_languages():
    days = published_days_off("KH", [2023])
    assert [when for when, _ in days] == sorted(when for when, _ in days)
    names = dict(days)[day("2023-04-14")]
    assert names.en == "Khmer New Year's Day"
    assert names.km == "ពិធីបុណ្យចូលឆ្នាំថ្មីប្រពៃណីជាតិ"
    assert all(name.km and name.en for _, name in days)


def test_khmer_new_year_of_2020_was_moved_to_august():
    days = {when for when, _ in published_days_off("KH", [2020])}
    assert {day(f"2020-08-{n}") for n in range(17, 22)} <= days
    assert day("2020-04-14") not in days


def test_a_part_of_a_country_has_days_off_of_its_own():
    scottish = {when for when, _ in published_days_off("GB-SCT", [2014])}
    english = {when for when, _ in published_days_off("GB-ENG", [2014])}
    assert day("2014-12-01") in scottish - english


def test_published_years_are_never_confirmed_and_years_beyond_the_package_stay_unknown():
    days = published_calendar(["KH", "LK"], range(2025, 2031), WEEKENDS["sat-sun"])
    assert not days.confirmed_years
    assert days.knows(2025)
    assert not days.knows(2030)
    nothing = published_calendar([], range(2025, 2031), WEEKENDS["fri-sat"])
    assert nothing.weekend == WEEKENDS["fri-sat"]
    assert not nothing.knows(2025)


@pytest.mark.parametrize("key", ["", "XX", "KH-PP", "kh", "../KH", "GB-\0"])
def test_an_unknown_country_is_refused_with_what_would_be_right(key):
    with pytest.raises(ValueError, match="write a country code such as KH"):
        published_days_off(key, [2023])
