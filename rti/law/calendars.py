"""Which days are working days.

Counting is a look-up. Days of the week are counted by arithmetic from the first day of the proleptic
calendar (a Monday); the days off that fall on a day of the week that is otherwise worked are kept
sorted, so that one bisection corrects the count. Nothing is walked and nothing is guessed: in a year
that is not loaded only the weekends are known to be off.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import Final

from rti.law.bilingual import BilingualName

WEEKDAYS: Final = (
    BilingualName("Monday", "ថ្ងៃចន្ទ"),
    BilingualName("Tuesday", "ថ្ងៃអង្គារ"),
    BilingualName("Wednesday", "ថ្ងៃពុធ"),
    BilingualName("Thursday", "ថ្ងៃព្រហស្បតិ៍"),
    BilingualName("Friday", "ថ្ងៃសុក្រ"),
    BilingualName("Saturday", "ថ្ងៃសៅរ៍"),
    BilingualName("Sunday", "ថ្ងៃអាទិត្យ"),
)
WEEKENDS: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    {
        "sat-sun": frozenset({5, 6}),
        "fri-sat": frozenset({4, 5}),
        "sat": frozenset({5}),
        "sun": frozenset({6}),
        "fri": frozenset({4}),
        "none": frozenset(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days off of one place.

    `weekend` holds numbers as of `date.weekday()`, Monday being 0. `half_days` are worked, but not
    for full office hours; some statutes move the end of a limit off them. A year is confirmed when
    an official list fixes it and provisional when it is only expected; every other year is unknown.
    Raises ValueError when no day of the week is left to work on.
    """

    weekend: frozenset[int] = WEEKENDS["sat-sun"]
    days_off: Mapping[date, BilingualName] = field(default_factory=dict)
    half_days: Mapping[date, BilingualName] = field(default_factory=dict)
    confirmed_years: frozenset[int] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    _workweek: tuple[int, ...] = field(init=False, repr=False)
    _worked_by: tuple[int, ...] = field(init=False, repr=False)
    _off: tuple[int, ...] = field(init=False, repr=False)
    _worked_before_off: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        workweek = tuple(n for n in range(7) if n not in self.weekend)
        if not workweek:
            raise ValueError("a weekend must leave at least one working day in the week")
        worked_by = tuple(sum(day <= n for day in workweek) for n in range(7))
        off = tuple(sorted(d.toordinal() for d in self.days_off if d.weekday() not in self.weekend))
        before_off = tuple(
            (o - 1) // 7 * len(workweek) + worked_by[(o - 1) % 7] - i - 1 for i, o in enumerate(off)
        )
        for name, value in (
            ("days_off", MappingProxyType(dict(sorted(self.days_off.items())))),
            ("half_days", MappingProxyType(dict(sorted(self.half_days.items())))),
            ("_workweek", workweek),
            ("_worked_by", worked_by),
            ("_off", off),
            ("_worked_before_off", before_off),
        ):
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type["Calendar"], tuple[object, ...]]:
        """As it was made, so that it can be handed to another process."""
        days_off, half_days = dict(self.days_off), dict(self.half_days)
        return Calendar, (self.weekend, days_off, half_days, self.confirmed_years, self.provisional_years)

    def _count(self, ordinal: int) -> int:
        """Working days up to and including this day."""
        weeks, rest = divmod(ordinal - 1, 7)
        return weeks * len(self._workweek) + self._worked_by[rest] - bisect_right(self._off, ordinal)

    def is_working(self, day: date) -> bool:
        """Whether offices are open on this day."""
        return day.weekday() not in self.weekend and day not in self.days_off

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, before it where n is negative; `day` itself for 0."""
        if n == 0:
            return day
        count = self._count(day.toordinal()) + n
        if n < 0 and not self.is_working(day):
            count += 1
        # The day on which the count is reached: as if nothing but weekends were off, then past the days off.
        weeks, rest = divmod(count + bisect_left(self._worked_before_off, count) - 1, len(self._workweek))
        return date.fromordinal(weeks * 7 + self._workweek[rest] + 1)

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative where b is before a."""
        return self._count(b.toordinal()) - self._count(a.toordinal())

    def next_working_day(self, day: date) -> date:
        """`day` itself where it is a working day, else the first one after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def previous_working_day(self, day: date) -> date:
        """`day` itself where it is a working day, else the last one before it."""
        return day if self.is_working(day) else self.add_working_days(day, -1)

    def why_off(self, day: date) -> BilingualName | None:
        """The name of the holiday, else of the day of the weekend; None for a working day."""
        named = self.days_off.get(day)
        if named is None and day.weekday() in self.weekend:
            return WEEKDAYS[day.weekday()]
        return named

    def holidays_between(self, a: date, b: date) -> tuple[tuple[date, BilingualName], ...]:
        """Days off that are not part of a weekend, after `a` up to and including `b`."""
        first = bisect_right(self._off, a.toordinal())
        last = bisect_right(self._off, b.toordinal())
        days = (date.fromordinal(ordinal) for ordinal in self._off[first:last])
        return tuple((day, self.days_off[day]) for day in days)

    def knows(self, year: int) -> bool:
        """Whether a list of days off is loaded for this year, confirmed or provisional."""
        return year in self.confirmed_years or year in self.provisional_years


def union(calendars: Iterable[Calendar]) -> Calendar:
    """A calendar in which a day is off when it is off in any of these (UK FOIA s. 10(6)).

    A year is as well known as in the calendar that knows it least. Of no calendars: weekends only.
    """
    found = tuple(calendars)
    return reduce(_either, found) if found else Calendar()


def _either(a: Calendar, b: Calendar) -> Calendar:
    known = (a.confirmed_years | a.provisional_years) & (b.confirmed_years | b.provisional_years)
    confirmed = a.confirmed_years & b.confirmed_years
    return Calendar(
        weekend=a.weekend | b.weekend,
        days_off={**b.days_off, **a.days_off},
        half_days={**b.half_days, **a.half_days},
        confirmed_years=confirmed,
        provisional_years=known - confirmed,
    )
