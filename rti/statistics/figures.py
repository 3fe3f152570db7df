"""From counts to figures: exact percentages with their denominators, intervals and times.

A percentage of a total is made of the counts of the total, never of other percentages; a median of a
total comes from its rows, since medians cannot be combined.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from rti.statistics.measures import JUDGED, MEASURES, Counted, Counts, Measure

FEW = 30
"""Below this many a percentage is shown with its interval."""
Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


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
    """`numerator` of `denominator` requests; there is no percentage of none, nor where a number is not told (`disclosure`)."""

    numerator: int | None
    denominator: int | None

    def percent(self, places: int) -> Decimal | None:
        if self.numerator is None or not self.denominator:
            return None
        return round_half_up(Fraction(100 * self.numerator, self.denominator), places)

    def interval(self, places: int) -> tuple[Decimal, Decimal] | None:
        """The 95 % interval in percent where there are few requests."""
        if self.numerator is None or not self.denominator or self.denominator >= FEW:
            return None
        low, high = wilson(self.numerator, self.denominator)
        return round_half_up(100 * low, places), round_half_up(100 * high, places)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts and rates of one group of requests.

    Days go from receipt to answer, calendar days, over the answered ones. `binding` counts the judged
    requests whose due day follows from a law in force; the other judged ones have a benchmark.
    """

    counts: Counts
    binding: int
    median_days: float | None
    longest_days: int | None

    def total(self, counted: Iterable[Counted]) -> int:
        return sum(self.counts.get(each, 0) for each in counted)

    def rate(self, measure: Measure) -> Percentage:
        return Percentage(self.total(measure.numerator), self.total(measure.denominator))

    @property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(measure, self.rate(measure)) for measure in MEASURES]

    @property
    def judged_by(self) -> str:
        """Whether the due days of the judged requests are legal deadlines, benchmarks or some of each."""
        judged = self.total(JUDGED)
        if not judged:
            return "none"
        if not self.binding:
            return "benchmark"
        return "deadline" if self.binding == judged else "both"
