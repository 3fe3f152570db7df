"""The lunar date at the head of a letter."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from rti.core.lunar import lunar_date, solar_khmer, weekday_khmer

FEASTS = list(csv.DictReader((Path(__file__).parent / "lunar_feasts.csv").read_text("utf-8").splitlines()))


def in_words(day: date) -> str:
    moon = lunar_date(day)
    return f"{moon.day} {'waxing' if moon.waxing else 'waning'} {moon.month[1]}"


def every_day(first: int, last: int) -> list[date]:
    days = (date(last, 12, 31) - date(first, 1, 1)).days + 1
    return [date(first, 1, 1) + timedelta(days=each) for each in range(days)]


def test_the_99_official_lunar_feasts_of_2015_to_2026_fall_on_their_days():
    assert len(FEASTS) == 99
    assert [in_words(date.fromisoformat(each["day"])) for each in FEASTS] == [each["moon"] for each in FEASTS]


def test_a_date_is_written_as_on_a_letter():
    day = date(2026, 11, 28)
    assert lunar_date(day).khmer() == "៤រោច ខែកត្តិក ឆ្នាំមមី អដ្ឋស័ក ព.ស. ២៥៧០"
    assert lunar_date(day).english() == "4th waning day of Kattik, Year of the Horse, B.E. 2570"
    assert solar_khmer(day) == "ថ្ងៃទី២៨ ខែវិច្ឆិកា ឆ្នាំ២០២៦"
    assert weekday_khmer(day) == "សៅរ៍"


def test_each_half_of_a_month_follows_on_the_other_without_a_gap():
    days = [lunar_date(day) for day in every_day(1950, 2050)]
    for before, day in pairwise(days):
        if day.day == 1:
            assert before.day == 15 or (not before.waxing and before.day == 14)
            assert before.waxing != day.waxing
        else:
            assert (before.day + 1, before.waxing, before.month) == (day.day, day.waxing, day.month)


def test_the_years_of_2010_to_2026_with_a_leap_month_have_a_second_asadh():
    second = {day.year for day in every_day(2010, 2026) if in_words(day) == "1 waxing Second Asadh"}
    assert second == {2010, 2012, 2015, 2018, 2021, 2023, 2026}


@pytest.mark.parametrize(("day", "buddhist_year"), [("2026-05-01", 2569), ("2026-05-02", 2570)])
def test_the_buddhist_year_changes_after_the_full_moon_of_pisak(day, buddhist_year):
    assert lunar_date(date.fromisoformat(day)).buddhist_year == buddhist_year


def test_the_buddhist_year_changes_once_a_year_and_the_animal_in_april():
    days = every_day(1950, 2050)
    moons = [lunar_date(day) for day in days]
    changes = [
        (day, moon)
        for before, day, moon in zip(moons, days[1:], moons[1:], strict=False)
        if before.buddhist_year != moon.buddhist_year
    ]
    assert len(changes) == 101
    assert all(in_words(day) == "1 waning Pisak" for day, _ in changes)
    animals = {
        day
        for before, day, moon in zip(moons, days[1:], moons[1:], strict=False)
        if before.animal != moon.animal
    }
    assert len(animals) == 101
    assert {(day.month, day.day) for day in animals} <= {(4, 12), (4, 13), (4, 14), (4, 15)}


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2201, 1, 1)])
def test_no_date_is_guessed_outside_of_what_was_reckoned(day):
    with pytest.raises(ValueError):
        lunar_date(day)
