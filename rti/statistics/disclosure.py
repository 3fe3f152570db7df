"""What may be told of requests to those who may see none of them: no small number, and no short period.

A count from 1 to 4 is "fewer than 5". Every other one is rounded to a multiple of 5, each by itself, sums and
what percentages are made of too: so no difference of two numbers, whether of one table or of two, is as
precise as the numbers that were left out (rounding to base 5, as official statistics use it). A period is
made of whole quarters, and ends with the last one that is over: else two days in a row would tell what came
between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rti.core.errors import Fault, say
from rti.core.roles import REQUESTS, Person
from rti.statistics.figures import MIXED, Days, Figures, Percentage
from rti.statistics.method import Duration, Measure, Method

SMALLEST = 5
"""The smallest number of requests that is told, and the multiple to which larger ones are rounded."""


def is_coarse(reader: Person | None) -> bool:
    """Whether somebody is told coarse figures: everybody who sees no request. The command line is None."""
    return reader is not None and reader.role not in REQUESTS


def told(count: int) -> int | None:
    """The number as it is told, None for "fewer than 5"."""
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


@dataclass(frozen=True, slots=True)
class CoarseFigures:
    """`Figures` as they are told: no more than the numbers here ever leaves."""

    exact: Figures

    @property
    def method(self) -> Method:
        return self.exact.method

    @property
    def counts(self) -> dict[str, int | None]:
        return {each: told(count) for each, count in self.exact.counts.items()}

    def total(self, columns: Iterable[str]) -> int | None:
        return told(self.exact.total(columns))

    def rate(self, measure: Measure) -> Percentage:
        if self.exact.rate(measure) is MIXED:
            return MIXED
        return Percentage(self.total(measure.numerator), self.total(measure.denominator))

    @property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(each, self.rate(each)) for each in self.method.measures]

    @property
    def durations(self) -> list[tuple[Duration, "CoarseDays"]]:
        return [(duration, CoarseDays(days)) for duration, days in self.exact.durations]

    @property
    def bands(self) -> list[tuple[str, int | None]]:
        return [(band, told(count)) for band, count in self.exact.bands]

    @property
    def median_days(self) -> int | None:
        return CoarseDays(self.exact.answers).median

    @property
    def survival_median_days(self) -> int | None:
        """In whole days, where as many answers and as many who wait may be told of."""
        median, waiting = self.exact.survival_median_days, self.exact.waiting.count
        few = self.exact.answers.count < SMALLEST or 0 < waiting < SMALLEST
        return None if median is None or few else round(median)

    @property
    def longest_days(self) -> None:
        """It is that of one request."""

    @property
    def judged_by(self) -> str:
        return self.exact.judged_by


def last_quarter(today: date) -> date:
    """The last day of the last quarter that is over."""
    return quarter_of(today) - timedelta(days=1)


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day falls."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def period_faults(today: date, since: date | None, until: date | None, as_of: date | None) -> list[Fault]:
    """What is too fine of a period and its cut-off."""
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
