"""Tables of things other than requests: participating organisations, published items, answered questions.

Each thing counts in exactly one column, and measures are made of columns, as in a `Method` of requests. To those who
see no request they are told by the rule of `disclosure`.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from rti.models.bodies import AreaLevel
from rti.statistics.digest import digest_of, shares
from rti.statistics.disclosure import Keys, coarsened, lines_below
from rti.statistics.figures import Percentage
from rti.statistics.method import Column, Measure
from rti.statistics.names import Shown
from rti.statistics.suppression import Counts, Pattern, protect

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is counted: `unit` is the word for one thing, `says` what the table rests on and leaves out."""

    id: str
    name: str
    unit: str
    says: str
    version: int
    columns: Sequence[Column]
    measures: Sequence[Measure]


@dataclass(frozen=True, slots=True)
class CountLine:
    """A group by its keys; a sub-total has fewer of them, and the total none. `hides` is None where all is told."""

    scheme: Scheme
    keys: Keys
    names: tuple[Shown | None, ...]
    exact: Mapping[str, int]
    hides: Pattern | None = None

    def total(self, columns: Collection[str]) -> int | None:
        number = sum(self.exact.get(each, 0) for each in columns)
        if self.hides is None:
            return number
        return coarsened(number) if self.hides.shows(self.keys, columns) else None

    @property
    def counts(self) -> dict[str, int | None]:
        return {column.id: self.total([column.id]) for column in self.scheme.columns}

    @property
    def all(self) -> int | None:
        return self.total([column.id for column in self.scheme.columns])

    def rate(self, measure: Measure) -> Percentage:
        return Percentage(self.total(measure.numerator), self.total(measure.denominator))

    @property
    def rates(self) -> list[tuple[Measure, Percentage]]:
        return [(measure, self.rate(measure)) for measure in self.scheme.measures]


@dataclass(frozen=True)
class CountTable:
    """Groups in their order, each followed by its sub-total; `rests_on` says of what, beside the cut-off."""

    scheme: Scheme
    dimensions: Sequence[StrEnum]
    as_of: date
    lines: Sequence[CountLine]
    total: CountLine
    coarse: bool
    rests_on: Mapping[str, str | date | None] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Of the keys, counts and rates: see `digest_of`."""
        return digest_of(
            {"keys": line.keys, "counts": line.counts, "rates": shares(line.rates)}
            for line in (*self.lines, self.total)
        )


def summed(numbers: Mapping[tuple[Keys, str], int], depth: int) -> dict[Keys, dict[str, int]]:
    """The numbers of groups with `depth` keys, those of their sub-totals, and of the total."""
    found: dict[Keys, dict[str, int]] = {(): {}}
    for (keys, column), number in numbers.items():
        for length in range(depth + 1):
            line = found.setdefault(keys[:length], {})
            line[column] = line.get(column, 0) + number
    return found


async def names_by(
    dimensions: Sequence[Each],
    numbers: Iterable[tuple[Keys, str]],
    name: Callable[[Each, set[Any]], Awaitable[Mapping[str, Shown]]],
) -> list[Mapping[str, Shown]]:
    """The names of all keys there are, by dimension."""
    keys = {keys for keys, _ in numbers}
    places = enumerate(dimensions)
    return [await name(each, {key[place] for key in keys if key[place]}) for place, each in places]


def note_asker(behind: dict[Keys, dict[str | None, set[UUID]]], keys: Keys, column: str, asker: UUID) -> None:
    """Count somebody as behind a number, and behind every sum that it is in."""
    for length in range(len(keys) + 1):
        for each in (column, None):
            behind.setdefault(keys[:length], {}).setdefault(each, set()).add(asker)


def area_at(code: str | None, level: AreaLevel) -> str | None:
    """The province, district or commune in which an area lies; None where that is larger."""
    length = _DIGITS[level]
    return code[:length] if code and len(code) >= length else None


_DIGITS = {AreaLevel.PROVINCE: 2, AreaLevel.DISTRICT: 4, AreaLevel.COMMUNE: 6}
"""Of the code of an area."""


def hidden_in(
    scheme: Scheme, lines: Mapping[Keys, Mapping[str, int]], askers: Mapping[Keys, Mapping[str | None, int]]
) -> Pattern:
    """What is not told; `askers` are the different askers behind a number, where they are fewer than it is."""
    columns = [column.id for column in scheme.columns]
    return protect(Counts(columns=columns, root=(), below=lines_below(lines), numbers=lines, askers=askers))


def put_together(
    scheme: Scheme,
    numbers: Mapping[tuple[Keys, str], int],
    names: Sequence[Mapping[str, Shown]],
    *,
    coarse: bool,
    askers: Mapping[Keys, Mapping[str | None, int]] | None = None,
) -> tuple[list[CountLine], CountLine]:
    """The lines in the order of `names`, one mapping for each dimension, and the total."""
    lines = summed(numbers, len(names))
    hides = hidden_in(scheme, lines, askers or {}) if coarse else None
    ranks = [{key: rank for rank, key in enumerate(each)} for each in names]
    made = [CountLine(scheme, keys, _named(keys, names), line, hides) for keys, line in lines.items() if keys]
    made.sort(key=lambda line: _place(line.keys, ranks))
    return made, CountLine(scheme, (), (), lines[()], hides)


def _named(keys: Keys, names: Iterable[Mapping[str, Shown]]) -> tuple[Shown | None, ...]:
    return tuple(each.get(key, key) if key else None for each, key in zip(names, keys, strict=False))


def _place(keys: Keys, ranks: Sequence[Mapping[str, int]]) -> tuple[Any, ...]:
    """Groups as their names are ordered, unknown ones after them, and every sum behind what it adds up."""
    places = [(0, rank.get(key, 0)) if key else (1, 0) for rank, key in zip(ranks, keys, strict=False)]
    return (*places, *[(2, 0)] * (len(ranks) - len(places)))
