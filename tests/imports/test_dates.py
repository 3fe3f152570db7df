"""Days of logs: by format, in English and Khmer, and what is told where day and month are swapped."""

import locale
from collections.abc import Iterator
from datetime import date

import pytest

from rti.core.validation import InvalidValue
from rti.imports.dates import DateFormat


@pytest.fixture
def _another_language() -> Iterator[None]:
    """Some language of the machine that is not English, where it has one."""
    before = locale.setlocale(locale.LC_TIME)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "km_KH.UTF-8"):
        try:
            locale.setlocale(locale.LC_TIME, name)
            break
        except locale.Error:
            continue
    yield
    locale.setlocale(locale.LC_TIME, before)


@pytest.mark.usefixtures("_another_language")
@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d/%m/%Y", "01/09/2026"),
        ("%d/%m/%Y", "1/9/2026"),
        ("%d/%m/%Y", "០១/០៩/២០២៦"),
        ("%d/%m/%Y", "2026-09-01"),
        ("%-d.%-m.%y", "1.9.26"),
        ("%d-%b-%y", "01-Sep-26"),
        ("%d.%b.%Y", "1.SEPT.2026"),
        ("%d %b %Y", "1 Sept. 2026"),
        ("%B %d, %Y", "September 1, 2026"),
        ("%d%b%Y", "1sep2026"),
        ("%d %B %Y", "១ កញ្ញា ២០២៦"),
        ("ថ្ងៃទី%d ខែ%B ឆ្នាំ%Y", "ថ្ងៃទី០១ ខែកញ្ញា ឆ្នាំ២០២៦"),
        ("ថ្ងៃទី%d ខែ%B ឆ្នាំ%Y", "ថ្ងៃទី១\u200b ខែកញ្ញា\u200b ឆ្នាំ២០២៦"),
        ("%m/%d/%Y %H:%M", "9/1/2026 14:30"),
    ],
)
def test_a_day_is_read_the_same_in_every_language(form: str, text: str) -> None:
    assert str(DateFormat(form).day(text)) == "2026-09-01"


@pytest.mark.parametrize("month", ["មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "តុលា", "ធ្នូ"])
def test_khmer_months_are_known(month: str) -> None:
    assert DateFormat("%d %B %Y").day(f"5 {month} 2026").day == 5


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d/%m/%Y", "31/02/2026"),
        ("%d/%m/%Y", "soon"),
        ("%d %B %Y", "1 Smarch 2026"),
        ("%Y-%d-%m", "2026-04-25"),
    ],
)
def test_what_is_no_day_is_told_with_the_format(form: str, text: str) -> None:
    with pytest.raises(InvalidValue, match="not a date in the format"):
        DateFormat(form).day(text)


def test_a_day_above_twelve_tells_which_number_is_the_month() -> None:
    right, wrong = DateFormat("%d/%m/%Y"), DateFormat("%m/%d/%Y")
    assert [right.leaning(text) for text in ("25/04/2026", "03/04/2026", "soon", "")] == [1, 0, 0, 0]
    assert [wrong.leaning(text) for text in ("25/04/2026", "03/04/2026", "04/25/2026")] == [-1, 0, 1]
    assert DateFormat("%d %B %Y").swapped is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30/04/2569", date(2026, 4, 30)),
        ("28/11/2570", date(2026, 11, 28)),
        ("២៨/១១/២៥៧០", date(2026, 11, 28)),
        ("29/02/2567", date(2024, 2, 29)),
        ("28/11/2026", date(2026, 11, 28)),
    ],
)
def test_a_year_of_the_buddhist_era_is_read_as_cambodia_counts_it(text: str, day: date) -> None:
    assert DateFormat("%d/%m/%Y").read(text) == day
