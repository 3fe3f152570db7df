"""From counts to figures: exact percentages with their denominators, intervals and times.

A percentage of a total is made of the counts of the total, never of other percentages; a median of a
total comes from its requests, since medians cannot be combined.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import sqrt

from rti.statistics.measures import JUDGED
from rti.statistics.method import Duration, Identity, Kind, Measure, Method

FEW = 30
"""Below this many a percentage is shown with its interval."""
Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""

Tally = Mapping[Kind, Mapping[int | None, int]]
"""How many requests there are of each kind, by their days: until the end, or so far; None where they are not known."""


def round_half_up(value: Fraction, places: int) -> Decimal:
    """An exact fraction as a decimal; a half goes up, as in the tables of the United Kingdom."""
    scaled = value * 10**places
    whole = Decimal((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))
    return whole.scaleb(-places)


def wilson(numerator: int, denominator: int) -> tuple[Fraction, Fraction]:
    """The 95 % score interval of a proportion (Wilson 1927), as fractions from 0 to 1."""
    n, share, square = denominator, numerator / denominator, Z_95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z_95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Fraction(max(0.0, middle - half)), Fraction(min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Percentage:
    """`numerator` of `denominator` requests; there is no percentage of none, nor where a number is not told (`disclosure`).

    `mixed` is one that would rest on legal deadlines and benchmarks together, and has no numbers.
    """

    numerator: int | None
    denominator: int | None
    mixed: bool = False

    def percent(self, places: int) -> Decimal | None:
        if self.numerator is None or not self.denominator:
            return None
        return round_half_up(Fraction(100 * self.numerator, self.denominator), places)

    def interval(self, places: int) -> tuple[Decimal, Decimal] | None:
        """The 95 % interval in percent where there are few requests."""
        if self.denominator is None or self.denominator >= FEW:
            return None
        return self.bounds(places)

    def bounds(self, places: int) -> tuple[Decimal, Decimal] | None:
        """The 95 % interval in percent, however many requests there are."""
        if self.numerator is None or not self.denominator:
            return None
        low, high = wilson(self.numerator, self.denominator)
        return round_half_up(100 * low, places), round_half_up(100 * high, places)


MIXED = Percentage(None, None, mixed=True)


class Days:
    """Days of some requests, each with how many of them took it."""

    def __init__(self, numbers: Mapping[int, int]) -> None:
        self.numbers = sorted(numbers.items())
        self.count = sum(numbers.values())

    @property
    def median(self) -> float | None:
        """The middle one, or half way between the two in the middle; a half is exact."""
        if not self.count:
            return None
        return (self._at((self.count - 1) // 2) + self._at(self.count // 2)) / 2

    def _at(self, place: int) -> int:
        for days, number in self.numbers:
            place -= number
            if place < 0:
                return days
        raise IndexError(place)

    @property
    def mean(self) -> Fraction | None:
        total = sum(days * number for days, number in self.numbers)
        return Fraction(total, self.count) if self.count else None

    @property
    def lowest(self) -> int | None:
        return self.numbers[0][0] if self.numbers else None

    @property
    def highest(self) -> int | None:
        return self.numbers[-1][0] if self.numbers else None

    def between(self, first: int, last: int | None) -> int:
        """How many took from `first` to `last` days; without a last, or with the first band, everything beyond."""
        low = 0 if first == 1 else first
        return sum(n for days, n in self.numbers if low <= days and (last is None or days <= last))


def survival(answered: Mapping[int, int], waiting: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """The curve of Kaplan and Meier (1958) at each day of an answer: the day, and the share of requests
    that are still unanswered after it, as numerator and denominator.

    Whoever waits since as many days as an answer took was still at risk on that day. Factors without anybody
    leaving between them are taken together, so that the integers stay small.
    """
    at_risk = sum(answered.values()) + sum(waiting.values())
    above, below, begun = 1, 1, at_risk
    left = sorted(waiting.items(), reverse=True)
    for day, number in sorted(answered.items()):
        gone = 0
        while left and left[-1][0] < day:
            gone += left.pop()[1]
        if gone:
            above, below = above * at_risk, below * begun
            at_risk -= gone
            begun = at_risk
        at_risk -= number
        yield day, above * at_risk, below * begun


def survival_median(answered: Mapping[int, int], waiting: Mapping[int, int]) -> float | None:
    """The first day by which at least half are answered; None while more than half of the curve still waits.

    Where the curve runs exactly at one half, it is half way from there to the next answer, as in R's
    `survfit`: so without anybody waiting it is the plain median.
    """
    reached: int | None = None
    for day, above, below in survival(answered, waiting):
        if reached is not None:
            return (reached + day) / 2
        if 2 * above < below:
            return day
        if 2 * above == below:
            reached = day
    return reached


@dataclass(frozen=True)
class Figures:
    """The figures of one group of requests by a method."""

    method: Method
    tally: Tally

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Requests by column."""
        counts = dict.fromkeys((column.id for column in self.method.columns), 0)
        for kind, days in self.tally.items():
            number = sum(days.values())
            for column in self.method.places(kind):
                counts[column] += number
        return counts

    def total(self, columns: Iterable[str]) -> int:
        return sum(self.counts.get(column, 0) for column in columns)

    @property
    def requests(self) -> int:
        """All that were looked at, whichever column they stand in."""
        return sum(sum(days.values()) for days in self.tally.values())

    @property
    def broken(self) -> list[Identity]:
        """The identities of the method that do not hold: there are none, unless the counting is wrong."""
        return [each for each in self.method.identities if self.total(each.left) != self.total(each.right)]

    def rate(self, measure: Measure) -> Percentage:
        if measure.by_due_day and self.judged_by == "both":
            return MIXED
        return Percentage(self.total(measure.numerator), self.total(measure.denominator))

    @property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(measure, self.rate(measure)) for measure in self.method.measures]

    def days_of(self, wanted: Callable[[Kind], bool]) -> Days:
        found: Counter[int] = Counter()
        for kind, days in self.tally.items():
            if wanted(kind):
                found.update({day: number for day, number in days.items() if day is not None})
        return Days(found)

    @property
    def durations(self) -> list[tuple[Duration, Days]]:
        return [(duration, self.days_of(duration.of)) for duration in self.method.durations]

    @property
    def median_days(self) -> float | None:
        return self.answers.median

    @property
    def longest_days(self) -> int | None:
        return self.answers.highest

    @cached_property
    def answers(self) -> Days:
        """Days to answer."""
        return self.days_of(lambda kind: kind.answered)

    @property
    def curve(self) -> list[tuple[int, int, int]]:
        """The survival curve: see `survival`."""
        return list(survival(dict(self.answers.numbers), dict(self.waiting.numbers)))

    @cached_property
    def waiting(self) -> Days:
        """Days for which those who have no answer have waited, or did until they withdrew."""
        return self.days_of(lambda kind: not kind.answered)

    @cached_property
    def survival_median_days(self) -> float | None:
        """The median that counts those who still wait, too: see `survival_median`."""
        return survival_median(dict(self.answers.numbers), dict(self.waiting.numbers))

    @cached_property
    def bands(self) -> list[tuple[str, int]]:
        """Requests by bands of days, such as "21-40"."""
        if self.method.banded is None:
            return []
        days = self.days_of(self.method.banded)
        return [
            (f"{first}-{last}" if last else f"{first}+", days.between(first, last))
            for first, last in self.method.bands
        ]

    @cached_property
    def judged_by(self) -> str:
        """Whether the due days of the judged requests are legal deadlines, benchmarks or some of each."""
        binding = {kind.binding for kind in self.tally if kind.state in JUDGED}
        if not binding:
            return "none"
        return "both" if len(binding) == 2 else "deadline" if binding == {True} else "benchmark"
