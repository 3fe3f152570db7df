"""What a release hides: each table is protected by itself, then all of them together with everything already published.

Where the audit finds that a number could be told, its line is hidden as a whole, then the lines beside it, then what
other tables say of the same requests, until nothing leaks. The same tables give the same pattern.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from rti.releases.audit import Audit, Keys, Place, Population, Shown
from rti.statistics.commands import Dimension
from rti.statistics.disclosure import behind, lines_below
from rti.statistics.figures import Figures
from rti.statistics.method import Method
from rti.statistics.published import PublishedLine, blocks, published
from rti.statistics.suppression import Counts, Pattern, protect

MOST_ROUNDS = 8
"""Beside one for each method."""

Mark = tuple[tuple[Dimension, ...], str]
"""The dimensions and the method of a table."""
Marks = dict[Mark, set[Keys]]


@dataclass(frozen=True, slots=True)
class Exact:
    """A table before anything is hidden of it; `askers` are those behind a column of a line, where they are known."""

    population: Population
    dimensions: tuple[Dimension, ...]
    method: Method
    lines: Mapping[Keys, Figures]
    names: Mapping[Keys, Sequence[object]]
    askers: Mapping[Keys, Mapping[str, AbstractSet[UUID]]]

    @property
    def mark(self) -> Mark:
        return self.dimensions, self.method.id


class StillLeaks(Exception):
    """The lines that still leak after everything was tried."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        super().__init__(f"{len(places)} lines")


def protected(tables: Sequence[Exact], earlier: Sequence[Shown], threshold: int) -> list[Shown]:
    """The tables as they may be published, in their order; raises `StillLeaks`."""
    marks: Marks = {}
    for _ in range(MOST_ROUNDS + len({table.method.id for table in tables})):
        shown = [_shown(table, marks.get(table.mark, set()), threshold) for table in tables]
        leaks = Audit([*earlier, *shown], threshold).leaks()
        if not leaks:
            return shown
        before = sum(map(len, marks.values()))
        for leak in leaks:
            _mark(marks, tables, leak)
        if sum(map(len, marks.values())) == before:
            break
    raise StillLeaks(leaks)


def _mark(marks: Marks, tables: Sequence[Exact], leak: Place) -> None:
    """Hide more: the line, in the method that was asked for last first; then one that shares a key with it; then those
    beside it; then what other tables say of it; at last everything."""
    known = dict(zip(leak.dimensions, leak.keys, strict=False))
    here = [table for table in tables if table.dimensions == leak.dimensions]
    steps = [[(table, leak.keys)] for table in reversed(here)]
    if len(leak.keys) > 1:
        for shared in sorted(known, key=leak.dimensions.index, reverse=True):
            place = leak.dimensions.index(shared)
            alike = [
                (table, keys)
                for table in here
                for keys in table.lines
                if len(keys) == len(leak.keys)
                and keys[place] == leak.keys[place]
                and keys not in marks.get(table.mark, ())
            ]
            if alike:
                least = min(alike, key=lambda each: each[0].lines[each[1]].requests)[1]
                steps.append([(table, least) for table in here])
    steps.append(
        [(table, keys) for table in here for keys in table.lines if keys and keys[:-1] == leak.keys[:-1]]
    )
    steps.append(
        [
            (table, keys)
            for table in tables
            for keys in table.lines
            if keys
            and known.keys() & set(table.dimensions[: len(keys)])
            and all(known.get(by, key) == key for by, key in zip(table.dimensions, keys, strict=False))
        ]
    )
    steps.append([(table, keys) for table in tables for keys in table.lines])
    for step in steps:
        new = [(table, keys) for table, keys in step if keys not in marks.get(table.mark, ())]
        if new:
            for table, keys in new:
                marks.setdefault(table.mark, set()).add(keys)
            return


def _shown(table: Exact, marked: Collection[Keys], threshold: int) -> Shown:
    below, numbers = lines_below(table.lines), {keys: line.counts for keys, line in table.lines.items()}
    hides: dict[str, Pattern] = {}
    small: list[tuple[Keys, str]] = []
    for block, columns in blocks(table.method).items():
        counts = Counts(
            columns=sorted(columns),
            root=(),
            below=below,
            numbers=numbers,
            askers=behind(columns, table.askers),
            marked=marked,
        )
        hides[block] = protect(counts, threshold)
        small += [
            (keys, each)
            for keys in table.lines
            for each in counts.columns
            if counts.is_small(keys, each, threshold)
        ]
    lines = [
        published(keys, table.names[keys], figures, hides, threshold) for keys, figures in table.lines.items()
    ]
    return Shown(table.population, table.dimensions, table.method, lines, small)


def hidden(lines: Sequence[PublishedLine]) -> int:
    """How many counts of these lines are not told."""
    return sum(count is None for line in lines for count in line.counts.values())
