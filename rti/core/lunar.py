"""The lunar date of the Khmer calendar (ចន្ទគតិ), by whole days from 1900 to 2200.

Months, leap months and leap days are reckoned as Ven. Prum Buth taught it, published by Cambodia's Buddhist
Institute and worked out by Phylypo Tum, "Khmer Chhankitek Calendar"; the new year as in the Sûryasiddhânta
(J. C. Eade, The Calendrical Systems of Mainland South-East Asia). The 99 official lunar feasts of 2015 to 2026 fall
on their days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

FIRST_YEAR, LAST_YEAR = 1900, 2200
_FIRST_DAY: Final = date(1899, 12, 3)
"""The first day of Migasir of the lunar year whose middle lies in 1900."""

_MONTHS: Final = (
    ("មិគសិរ", "Migasir"),
    ("បុស្ស", "Bos"),
    ("មាឃ", "Meak"),
    ("ផល្គុន", "Phalkun"),
    ("ចេត្រ", "Chetr"),
    ("ពិសាខ", "Pisak"),
    ("ជេស្ឋ", "Jesth"),
    ("អាសាឍ", "Asadh"),
    ("ស្រាពណ៍", "Srap"),
    ("ភទ្របទ", "Photrobot"),
    ("អស្សុជ", "Assoch"),
    ("កត្តិក", "Kattik"),
)
_PISAK, _JESTH, _ASADH = 5, 6, 7
_LEAP_MONTHS: Final = (("បឋមាសាឍ", "First Asadh"), ("ទុតិយាសាឍ", "Second Asadh"))
_ANIMALS: Final = (
    ("ជូត", "Rat"),
    ("ឆ្លូវ", "Ox"),
    ("ខាល", "Tiger"),
    ("ថោះ", "Hare"),
    ("រោង", "Dragon"),
    ("ម្សាញ់", "Snake"),
    ("មមី", "Horse"),
    ("មមែ", "Goat"),
    ("វក", "Monkey"),
    ("រកា", "Rooster"),
    ("ច", "Dog"),
    ("កុរ", "Pig"),
)
_ERAS: Final = (
    ("សំរឹទ្ធិស័ក", "tenth"),
    ("ឯកស័ក", "first"),
    ("ទោស័ក", "second"),
    ("ត្រីស័ក", "third"),
    ("ចត្វាស័ក", "fourth"),
    ("បញ្ចស័ក", "fifth"),
    ("ឆស័ក", "sixth"),
    ("សប្តស័ក", "seventh"),
    ("អដ្ឋស័ក", "eighth"),
    ("នព្វស័ក", "ninth"),
)
_WEEKDAYS: Final = ("ចន្ទ", "អង្គារ", "ពុធ", "ព្រហស្បតិ៍", "សុក្រ", "សៅរ៍", "អាទិត្យ")
_SOLAR_MONTHS: Final = (
    "មករា",
    "កុម្ភៈ",
    "មីនា",
    "មេសា",
    "ឧសភា",
    "មិថុនា",
    "កក្កដា",
    "សីហា",
    "កញ្ញា",
    "តុលា",
    "វិច្ឆិកា",
    "ធ្នូ",
)
_TO_KHMER: Final = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_LESSER_ERA: Final = date(638, 3, 25).toordinal()
"""The day before the lesser era (ចុល្លសករាជ) began: 22 March 638 of the Julian calendar."""


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day by the moon: the 1st to 15th of the waxing (កើត) or waning (រោច) half of a month.

    `month` is its name in Khmer and English. The animal changes with the new year of April, the place in the cycle of
    ten (ស័ក) with the last of its days, the Buddhist year on the first waning day of Pisak.
    """

    day: int
    waxing: bool
    month: tuple[str, str]
    animal: tuple[str, str]
    era: tuple[str, str]
    buddhist_year: int

    def khmer(self) -> str:
        """As it stands at the head of a letter, such as ៤រោច ខែកត្តិក ឆ្នាំមមី អដ្ឋស័ក ព.ស. ២៥៧០."""
        half = "កើត" if self.waxing else "រោច"
        named = f"ខែ{self.month[0]} ឆ្នាំ{self.animal[0]} {self.era[0]}"
        return f"{khmer_digits(self.day)}{half} {named} ព.ស. {khmer_digits(self.buddhist_year)}"

    def english(self) -> str:
        """The same in English, such as 4th waning day of Kattik, Year of the Horse, B.E. 2570."""
        half = "waxing" if self.waxing else "waning"
        end = {1: "st", 2: "nd", 3: "rd"}.get(self.day, "th")
        return f"{self.day}{end} {half} day of {self.month[1]}, Year of the {self.animal[1]}, B.E. {self.buddhist_year}"


def khmer_digits(value: object) -> str:
    """The value as text, its digits in Khmer."""
    return str(value).translate(_TO_KHMER)


def solar_khmer(day: date) -> str:
    """A day of the common calendar as letters write it, such as ថ្ងៃទី២៨ ខែវិច្ឆិកា ឆ្នាំ២០២៦."""
    return f"ថ្ងៃទី{khmer_digits(f'{day.day:02}')} ខែ{_SOLAR_MONTHS[day.month - 1]} ឆ្នាំ{khmer_digits(day.year)}"


def weekday_khmer(day: date) -> str:
    """The day of the week, such as សៅរ៍."""
    return _WEEKDAYS[day.weekday()]


def lunar_date(day: date) -> LunarDate:
    """The lunar date of a day; raises ValueError before 1900 and after 2200."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    year, number, name, offset = _place_of(day)
    waning = offset >= 15
    after = number > _PISAK or (number == _PISAK and waning)
    chula = day.year - 638
    animal = chula if day >= _songkran(chula) else chula - 1
    era = chula if day >= _lerng_sak(chula) else chula - 1
    return LunarDate(
        day=offset % 15 + 1,
        waxing=not waning,
        month=name,
        animal=_ANIMALS[(animal + 10) % 12],
        era=_ERAS[era % 10],
        buddhist_year=year + 543 + after,
    )


def _place_of(day: date) -> tuple[int, int, tuple[str, str], int]:
    """The lunar year of a day, place and name of its month, and the days of that month before it."""
    year = day.year + (_start_of(day.year + 1) <= day)
    offset = (day - _start_of(year)).days
    months = _months_of(year)
    number, name, length = next(months)
    while offset >= length:
        offset -= length
        number, name, length = next(months)
    return year, number, name, offset


def _months_of(year: int) -> Iterator[tuple[int, tuple[str, str], int]]:
    """Place, name and days of each month of a lunar year, from Migasir on: by turns 29 and 30 days."""
    leap_month, leap_day = _leap(year + 544)
    for number, name in enumerate(_MONTHS):
        if number == _ASADH and leap_month:
            yield from ((number, each, 30) for each in _LEAP_MONTHS)
        else:
            yield number, name, 29 + number % 2 + (number == _JESTH and leap_day)


@lru_cache(maxsize=LAST_YEAR - FIRST_YEAR + 2)
def _start_of(year: int) -> date:
    """The first day of Migasir, in November or December of the year before."""
    if year == FIRST_YEAR:
        return _FIRST_DAY
    days = sum(length for _, _, length in _months_of(year - 1))
    return _start_of(year - 1) + timedelta(days=days)


def _elements(buddhist_year: int) -> tuple[int, int, bool]:
    """Bodithey (0-29) and avoman (0-691) of the new year's day, and whether the solar year has 366 days."""
    since = buddhist_year * 292_207 + 499
    days = since // 800 + 4
    excess = 11 * days + 25
    return (excess // 692 + days + 29) % 30, excess % 692, 800 - since % 800 <= 207


@lru_cache(maxsize=1024)
def _wants(buddhist_year: int) -> tuple[bool, bool]:
    """Whether the reckoning asks for a leap month and for a leap day."""
    bodithey, avoman, long = _elements(buddhist_year)
    next_bodithey, next_avoman, _ = _elements(buddhist_year + 1)
    leap_month = bodithey >= 25 or bodithey <= 5
    if bodithey == 25 and next_bodithey == 5:
        leap_month = False
    if bodithey == 24 and next_bodithey == 6:
        leap_month = True
    leap_day = avoman <= 126 if long else avoman <= 137 and next_avoman != 0
    return leap_month, leap_day


def _leap(buddhist_year: int) -> tuple[bool, bool]:
    """Whether the year has a leap month, and a leap day: never both, the day then waits for the next year."""
    leap_month, leap_day = _wants(buddhist_year)
    put_off = all(_wants(buddhist_year - 1))
    return leap_month, not leap_month and (leap_day or put_off)


def _lerng_sak(chula: int) -> date:
    """The day with which a year of the lesser era begins: the last of the new year's days."""
    return date.fromordinal((chula * 292_207 + 373) // 800 + _LESSER_ERA)


def _songkran(chula: int) -> date:
    """The first of the new year's days: 2 days, 3 hours, 57 minutes and 36 seconds (2.165 days) before."""
    return date.fromordinal((chula * 292_207 + 373 - 1_732) // 800 + _LESSER_ERA)
