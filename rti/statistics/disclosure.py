"""Disclosure control for people who may see no requests: no small numbers and no short periods.

Of each table `suppression` chooses what is not told: counts of fewer than 5 askers, and whatever would give them
away. Nothing tells which of the two a number is. Every other one is rounded to a multiple of 5, each by itself,
sums and what percentages are made of too: for the same requests can be asked for in many tables that overlap, and
no difference of two rounded numbers is as precise as those that were left out. A period is made of whole
quarters, and ends with the last one that is over: else two days in a row would tell what came between them.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from rti.core.errors import Fault, Invalid, say
from rti.core.roles import REQUESTS, Person
from rti.statistics.commands import contradictions
from rti.statistics.figures import MIXED, Days, Figures, Percentage
from rti.statistics.method import Duration, Measure, Method
from rti.statistics.suppression import THRESHOLD, Counts, Pattern, protect

SMALLEST = THRESHOLD
"""The smallest number that is shown, and the multiple to which larger ones are rounded."""

Keys = tuple[str | None, ...]
"""A line of a table: of the total it is empty, of a sub-total the beginning of what is added up."""


def is_coarse(reader: Person | None) -> bool:
    """Whether somebody gets coarse figures: everybody who sees no requests. The command line is None."""
    return reader is not None and reader.role not in REQUESTS


def coarsened(count: int) -> int | None:
    """The number as shown; None if it is too small."""
    if 0 < count < SMALLEST:
        return None
    return (count + SMALLEST // 2) // SMALLEST * SMALLEST


@dataclass(frozen=True, slots=True)
class CoarseDays:
    """`Days` as they are told: the median alone, in whole days, of as many requests as may be told of.

    The others would be those of one request, or give the sum of all back.
    """

    exact: Days

    @property
    def median(self) -> int | None:
        median = self.exact.median
        return None if median is None or self.exact.count < SMALLEST else round(median)

    @property
    def mean(self) -> None:
        return None

    lowest = highest = mean


@dataclass(frozen=True)
class CoarseFigures:
    """`Figures` as shown: only the numbers in here ever leave.

    `hides` has what is hidden in each section of the method whose columns have no request in common.
    """

    exact: Figures
    keys: Keys
    hides: Mapping[str, Pattern]

    @property
    def method(self) -> Method:
        return self.exact.method

    @cached_property
    def counts(self) -> dict[str, int | None]:
        hidden: set[str] = set().union(*(pattern.alone(self.keys) for pattern in self.hides.values()))
        return {
            each: None if each in hidden else coarsened(count) for each, count in self.exact.counts.items()
        }

    def total(self, columns: Iterable[str]) -> int | None:
        wanted = frozenset(columns)
        shown = self._hidden_columns.isdisjoint(wanted) or all(
            self.hides[section.id].shows(self.keys, wanted & section.ids) for section in self.method.exclusive
        )
        return coarsened(self.exact.total(wanted)) if shown else None

    @cached_property
    def _hidden_columns(self) -> set[str]:
        return set().union(*(pattern.columns.get(self.keys, ()) for pattern in self.hides.values()))

    @property
    def _hidden(self) -> bool:
        """Whether even the number of requests is hidden; then everything else is, too."""
        return any(self.keys in pattern.whole for pattern in self.hides.values())

    def rate(self, measure: Measure) -> Percentage:
        if self.exact.rate(measure) is MIXED:
            return MIXED
        return Percentage(self.total(measure.numerator), self.total(measure.denominator))

    @cached_property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(each, self.rate(each)) for each in self.method.measures]

    @property
    def durations(self) -> list[tuple[Duration, "CoarseDays"]]:
        return [(duration, self._days(days)) for duration, days in self.exact.durations]

    def _days(self, exact: Days) -> CoarseDays:
        return CoarseDays(Days({}) if self._hidden else exact)

    @property
    def bands(self) -> list[tuple[str, int | None]]:
        return [(band, None if self._hidden else coarsened(count)) for band, count in self.exact.bands]

    @property
    def median_days(self) -> int | None:
        return self._days(self.exact.answers).median

    @property
    def survival_median_days(self) -> int | None:
        """In whole days, where as many answers and as many who wait may be told of."""
        median, waiting = self.exact.survival_median_days, self.exact.waiting.count
        few = self._hidden or self.exact.answers.count < SMALLEST or 0 < waiting < SMALLEST
        return None if median is None or few else round(median)

    @property
    def longest_days(self) -> None:
        """It is that of one request."""

    @property
    def judged_by(self) -> str:
        return self.exact.judged_by


def coarse(
    lines: Mapping[Keys, Figures], askers: Mapping[Keys, Mapping[str, AbstractSet[UUID]]]
) -> dict[Keys, CoarseFigures]:
    """The figures of all lines of a table as they are told; `askers` are those behind a column of a line, where they are known."""
    below, numbers = lines_below(lines), {keys: figures.counts for keys, figures in lines.items()}
    hides = {
        section.id: protect(
            Counts(
                columns=[column.id for column in section.columns],
                root=(),
                below=below,
                numbers=numbers,
                askers=behind(section.ids, askers),
            )
        )
        for section in lines[()].method.exclusive
    }
    return {keys: CoarseFigures(figures, keys, hides) for keys, figures in lines.items()}


def lines_below(lines: Iterable[Keys]) -> dict[Keys, list[Keys]]:
    """The lines under each line, in an order that is always the same."""
    below: dict[Keys, list[Keys]] = {}
    for keys in sorted(lines, key=lambda each: [key or "" for key in each]):
        if keys:
            below.setdefault(keys[:-1], []).append(keys)
    return below


def behind(
    columns: AbstractSet[str], askers: Mapping[Keys, Mapping[str, AbstractSet[UUID]]]
) -> dict[Keys, dict[str | None, int]]:
    """How many are behind each of some columns, and behind all of them, of the lines that have any."""
    found: dict[Keys, dict[str | None, int]] = {}
    for keys, of_line in askers.items():
        some = {column: who for column, who in of_line.items() if column in columns}
        if some:
            found[keys] = {column: len(who) for column, who in some.items()}
            found[keys][None] = len(set().union(*some.values()))
    return found


def cut_off_of(wanted: Any, person: Person | None, today: date, more: Iterable[Fault] = ()) -> date:
    """The cut-off of a requested table; raises Invalid with all faults, including `more`."""
    coarse, since, until = is_coarse(person), getattr(wanted, "since", None), getattr(wanted, "until", None)
    faults = period_faults(today, since, until, wanted.as_of) if coarse else []
    faults += [*contradictions(wanted, today), *more]
    if faults:
        raise Invalid(*faults)
    cut_off: date | None = wanted.as_of
    return cut_off or (last_quarter(today) if coarse else today)


def last_quarter(today: date) -> date:
    """The last day of the last quarter that is over."""
    return quarter_of(today) - timedelta(days=1)


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day falls."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def quarter_name(day: date) -> str:
    """Such as 2026-Q3."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def period_faults(today: date, since: date | None, until: date | None, as_of: date | None) -> list[Fault]:
    """The faults of a period and cut-off that are too fine."""
    faults, over = [], last_quarter(today)
    if since and since != quarter_of(since):
        first = say("Choose the first day of a quarter, for example {day}", day=quarter_of(over))
        faults.append(Fault("since", first))
    last = say("Choose the last day of a quarter that is over, for example {day}", day=over)
    for name, day in (("until", until), ("as_of", as_of)):
        if day and not (_ends_quarter(day) and (name == "until" or day <= over)):
            faults.append(Fault(name, last))
    return faults


def _ends_quarter(day: date) -> bool:
    following = day + timedelta(days=1)
    return following == quarter_of(following)
