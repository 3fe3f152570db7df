"""Figures of a release: exact numbers stored once, with None for hidden ones, and read back."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rti.law.bilingual import BilingualName
from rti.statistics.figures import MIXED, Figures, Percentage
from rti.statistics.method import Duration, Measure, Method
from rti.statistics.suppression import Pattern

Keys = tuple[str | None, ...]


class Share(msgspec.Struct, frozen=True):
    """The two numbers of a percentage; both are None where one is hidden, or where they are `mixed`."""

    numerator: int | None
    denominator: int | None
    mixed: bool = False


class PublishedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a table. `names` are those of areas, bodies and the like on the day of the draft, in English and Khmer;
    None for what the programs have words for.
    """

    keys: Keys
    names: tuple[tuple[str, str] | None, ...]
    counts: dict[str, int | None]
    shares: dict[str, Share]
    medians: dict[str, float | None]
    median_days: float | None
    survival_median_days: float | None
    bands: dict[str, int | None]
    judged_by: str


class PublishedDays(msgspec.Struct, frozen=True):
    """`Days` as they are published: the median alone, since the others are those of one request or give the sum back."""

    median: float | None
    mean: None = None
    lowest: None = None
    highest: None = None


class PublishedFigures(msgspec.Struct, frozen=True):
    """`Figures` as they were published."""

    method: Method
    line: PublishedLine

    @property
    def counts(self) -> Mapping[str, int | None]:
        return self.line.counts

    def total(self, columns: Iterable[str]) -> int | None:
        numbers = [self.line.counts.get(column) for column in columns]
        return None if None in numbers else sum(number or 0 for number in numbers)

    def rate(self, measure: Measure) -> Percentage:
        share = self.line.shares[measure.id]
        return MIXED if share.mixed else Percentage(share.numerator, share.denominator)

    @property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(each, self.rate(each)) for each in self.method.measures]

    @property
    def durations(self) -> list[tuple[Duration, PublishedDays]]:
        return [(each, PublishedDays(self.line.medians[each.id])) for each in self.method.durations]

    @property
    def bands(self) -> list[tuple[str, int | None]]:
        return list(self.line.bands.items())

    @property
    def median_days(self) -> float | None:
        return self.line.median_days

    @property
    def survival_median_days(self) -> float | None:
        return self.line.survival_median_days

    @property
    def longest_days(self) -> None:
        """It is that of one request."""

    @property
    def judged_by(self) -> str:
        return self.line.judged_by


def blocks(method: Method) -> dict[str, frozenset[str]]:
    """Columns of which no request is in two: what is protected together, by the id of a section or column."""
    found: dict[str, frozenset[str]] = {}
    for section in method.sections:
        ids = [column.id for column in section.columns]
        found |= (
            {section.id: frozenset(ids)} if section.exclusive else {each: frozenset([each]) for each in ids}
        )
    return found


def published(
    keys: Keys,
    names: Iterable[Any],
    figures: Figures,
    hides: Mapping[str, Pattern],
    threshold: int,
) -> PublishedLine:
    """A line as it is told where `hides` has a pattern for each of the `blocks`: what is hidden is hidden with all
    that is made of it."""
    of_blocks = blocks(figures.method)

    def shown(columns: frozenset[str]) -> bool:
        return all(
            hides[block].shows(keys, columns & inside)
            for block, inside in of_blocks.items()
            if columns & inside
        )

    def share(measure: Measure) -> Share:
        rate = figures.rate(measure)
        if rate.mixed:
            return Share(None, None, mixed=True)
        both = shown(measure.numerator) and shown(measure.denominator)
        return Share(rate.numerator, rate.denominator) if both else Share(None, None)

    nothing = any(keys in pattern.whole for pattern in hides.values())
    few = nothing or figures.answers.count < threshold or 0 < figures.waiting.count < threshold
    bands = dict(figures.bands)
    hidden_band = nothing or any(0 < count < threshold for count in bands.values())
    return PublishedLine(
        keys=keys,
        names=tuple((name.en, name.km) if isinstance(name, BilingualName) else None for name in names),
        counts={each: count if shown(frozenset([each])) else None for each, count in figures.counts.items()},
        shares={measure.id: share(measure) for measure in figures.method.measures},
        medians={
            duration.id: None if nothing or days.count < threshold else days.median
            for duration, days in figures.durations
        },
        median_days=None if nothing or figures.answers.count < threshold else figures.median_days,
        survival_median_days=None if few else figures.survival_median_days,
        bands=dict.fromkeys(bands) if hidden_band else dict(bands),
        judged_by=figures.judged_by,
    )
