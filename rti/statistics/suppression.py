"""Cell suppression: which cells of a table are hidden, so that no small one can be worked out from the others.

A table has lines in a tree (the country, its provinces, their districts, their communes), and for each line the
counts of some columns and their total. Every reader knows that the columns of a line add up to its total, and the
lines below one to that line. A count that fewer askers than the threshold made is *small* and hidden; then others
are, until what is shown leaves every small count a range at least as wide as the threshold, from below it to
beyond: feasibility intervals (Handbook on Statistical Disclosure Control, 2nd ed. 2024, chapter 5).

Lines under one parent are protected together. Hidden are all crossings of some lines with some columns, zeros
included, so that the range of each is known exactly: with the sums `a` and `b` of what is hidden in its line and in
its column, and `s` of all of it, from max(0, a + b - s) to min(a, b) (Fréchet 1940). Where that is too narrow more
lines and columns are hidden, and at last lines as a whole, with their totals. Below a line of which anything is
hidden nothing is shown, so that whatever fits the line can be shared out among those below it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

Line = Any
"""Whatever a caller knows a line by; None is one, too."""
Column = Any
Each = TypeVar("Each")

_NOTHING: Mapping[Any, int] = {}
THRESHOLD = 5
"""The smallest number of askers for whose requests a count is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Requests by line and column; `below` lists the lines under each, from `root` down, and all columns are disjoint.

    `numbers` and `askers` are by line and then by column. `askers` are the different askers behind a count, where they are
    fewer than its requests; the column None is the total.
    """

    columns: Sequence[Column]
    root: Line
    below: Mapping[Line, Sequence[Line]]
    numbers: Mapping[Line, Mapping[Column, int]]
    askers: Mapping[Line, Mapping[Column | None, int]] = field(default_factory=dict)
    marked: Collection[Line] = frozenset()
    """Lines that are to be hidden as a whole for another reason."""

    def of(self, line: Line, column: Column) -> int:
        return self.numbers.get(line, _NOTHING).get(column, 0)

    def total(self, line: Line) -> int:
        return sum(self.of(line, column) for column in self.columns)

    def is_small(self, line: Line, column: Column | None, threshold: int) -> bool:
        number = self.total(line) if column is None else self.of(line, column)
        return self.is_of_few(line, column, number, threshold)

    def is_of_few(self, line: Line, column: Column | None, number: int, threshold: int) -> bool:
        """The same for a number that is already known."""
        if column is None and line in self.marked:
            return True
        return number > 0 and 0 < self.askers.get(line, _NOTHING).get(column, number) < threshold


@dataclass(frozen=True, slots=True)
class Pattern:
    """The hidden cells: columns of lines; the totals of lines in `whole` are hidden, too."""

    columns: Mapping[Line, frozenset[Column]]
    whole: frozenset[Line]

    def shows(self, line: Line, columns: Collection[Column]) -> bool:
        """Whether the sum of some columns may be shown: it contains no hidden one, or all of them, which the total shows anyway."""
        hidden = self.columns.get(line, frozenset())
        touched = hidden.intersection(columns)
        return not touched or (touched == hidden and line not in self.whole)

    def alone(self, line: Line) -> frozenset[Column]:
        """The columns that may not be told by themselves: all that are hidden, but one that the total tells."""
        hidden = self.columns.get(line, frozenset())
        return frozenset() if len(hidden) == 1 and line not in self.whole else hidden

    def shows_total(self, lines: Collection[Line]) -> bool:
        """The same for the sum of the totals of some lines with one parent, where the table has no others."""
        touched = self.whole.intersection(lines)
        return not touched or touched == self.whole


def protect(counts: Counts, threshold: int = THRESHOLD) -> Pattern:
    """Choose what to hide, always the same for the same counts in the same order, because two patterns would reveal more than one."""
    hidden: dict[Line, frozenset[Column]] = {}
    whole: set[Line] = set()
    every = frozenset(counts.columns)

    def note(block: "_Block") -> None:
        for line in block.lines:
            if line in block.whole or (line in block.some and block.across):
                hidden[line] = every if line in block.whole else frozenset(block.across)
        whole.update(block.whole)

    top = _Block(counts, [counts.root], threshold)
    top.protect_alone()
    note(top)
    waiting = [counts.root]
    while waiting:
        parent = waiting.pop()
        lines = counts.below.get(parent, ())
        waiting.extend(lines)
        if not lines:
            continue
        block = _Block(counts, lines, threshold)
        if hidden.get(parent):
            block.whole.update(lines)
        else:
            block.protect()
        note(block)
    return Pattern(hidden, frozenset(whole))


class _Block:
    """Lines with one parent: `whole` ones are hidden with their totals, and of `some` the columns `across`."""

    def __init__(self, counts: Counts, lines: Sequence[Line], threshold: int) -> None:
        self.counts, self.lines, self.columns, self.threshold = counts, lines, counts.columns, threshold
        self.small: dict[Line, list[Column]] = {}
        self.totals: dict[Line, int] = {}
        for line in lines:
            numbers = counts.numbers.get(line, _NOTHING)
            row = [(column, number) for column in self.columns if (number := numbers.get(column))]
            self.small[line] = [
                column for column, number in row if counts.is_of_few(line, column, number, threshold)
            ]
            self.totals[line] = sum(number for _, number in row)
        self.whole = {line for line in lines if counts.is_of_few(line, None, self.totals[line], threshold)}
        self.some = {line for line in lines if self.small[line]} - self.whole
        self.across: set[Column] = set().union(*(self.small[line] for line in self.some))

    def protect_alone(self) -> None:
        """A line that is in no sum: two columns at least, that have enough between them."""
        (line,) = self.lines
        if not self.some and not self.whole:
            return
        self.some = {line}
        self.across |= {column for column in self.columns if not self.counts.of(line, column)}
        while len(self.across) < 2 or self._hidden_in(line) < self.threshold:
            more = self._next(
                self._columns_left(),
                lambda column: self.counts.of(line, column),
                self.threshold - self._hidden_in(line),
            )
            if more is None:
                self.whole.add(line)
                return
            self.across.add(more)

    def protect(self) -> None:
        """Each round hides more, and when everything is hidden what the parent shows is wide enough."""
        while self.whole or self.some:
            if self.whole:
                self.whole |= {line for line in self.lines if not self.totals[line]}
                self.some -= self.whole
            if not (self._widen_totals() or self._widen_columns() or self._widen_crossings()):
                return

    def _widen_totals(self) -> bool:
        """Hidden totals need another one, and enough requests between them."""
        missing = self.threshold - sum(self.totals[line] for line in self.whole)
        if not self.whole or (len(self.whole) > 1 and missing <= 0):
            return False
        return self._hide_whole(lambda line: self.totals[line], missing)

    def _widen_columns(self) -> bool:
        """In lines that are hidden as a whole a small count needs enough in its column beside it."""
        for column in self.columns:
            if column not in self.across and any(column in self.small[line] for line in self.whole):
                missing = self.threshold - sum(self.counts.of(line, column) for line in self.whole)
                if missing > 0 and self._hide_whole(partial(self.counts.of, column=column), missing):
                    return True
        return False

    def _widen_crossings(self) -> bool:
        """Where a line meets a column; lines that are hidden as a whole are as one, since among them all can move."""
        across = {column: self._hidden_down(column) for column in self.columns if column in self.across}
        everything = sum(across.values())
        rows = [([line], self._hidden_in(line), self.small[line]) for line in self.lines if line in self.some]
        if self.whole:
            along = everything - sum(hidden for _, hidden, _ in rows)
            small = [each for each in across if any(each in self.small[line] for line in self.whole)]
            rows.append(([], along, small))
        for line, along, small in rows:
            for column in small:
                down = across[column]
                if min(along, down) - max(0, along + down - everything) < self.threshold:
                    return self._widen(line, column, along, down)
        return False

    def _widen(self, line: Sequence[Line], column: Column, along: int, down: int) -> bool:
        """More of the line, of which there is none for those hidden as a whole, if that has too little, else more of the column, else of both; at last all of the block."""
        columns = self._columns_left()
        others = [each for each in self.lines if each not in self.some | self.whole]
        if line and (along < self.threshold or (down >= self.threshold and columns)):
            more = self._next(columns, lambda each: self.counts.of(line[0], each), self.threshold - along)
            if more is not None:
                self.across.add(more)
                return True
        another = self._next(others, lambda each: self.counts.of(each, column), self.threshold - down)
        if another is not None:
            self.some.add(another)
            return True
        if set(self.lines) == self.whole:
            return False
        self.whole.update(self.lines)
        return True

    def _hide_whole(self, size: Callable[[Line], int], missing: int) -> bool:
        more = self._next([line for line in self.lines if line not in self.whole], size, missing)
        if more is None:
            return False
        self.whole.add(more)
        return True

    @staticmethod
    def _next(candidates: Iterable[Each], size: Callable[[Each], int], missing: int) -> Each | None:
        """The smallest that is enough, else the largest, so that little is hidden."""
        sized = [(size(each), each) for each in candidates]
        enough = [each for each in sized if each[0] >= missing]
        if enough:
            return min(enough, key=lambda each: each[0])[1]
        return max(sized, key=lambda each: each[0])[1] if sized else None

    def _columns_left(self) -> list[Column]:
        return [column for column in self.columns if column not in self.across]

    def _hidden_in(self, line: Line) -> int:
        return sum(self.counts.of(line, column) for column in self.across)

    def _hidden_down(self, column: Column) -> int:
        return sum(self.counts.of(line, column) for line in self.some | self.whole)
