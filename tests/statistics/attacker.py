"""Somebody who works out hidden numbers from everything that was published, by linear programming.

The tables have one tree of lines, so that their sums are a network and the bounds are whole numbers: nothing more
can be had by integer programming.
"""

from collections.abc import Collection, Iterator

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from rti.statistics.suppression import Counts, Line, Pattern

Place = tuple[Line, object]


class Attacker:
    """Knows the shape of a table, which numbers add up to which, and what `pattern` shows of it."""

    def __init__(self, counts: Counts, pattern: Pattern, sums: Collection[frozenset[object]] = ()) -> None:
        self._lines = list(_lines(counts))
        self._columns = counts.columns
        self._at = {
            place: number
            for number, place in enumerate(
                (line, of) for line in self._lines for of in (*counts.columns, None)
            )
        }
        rows = [([(line, column) for column in counts.columns], [(line, None)], 0) for line in self._lines]
        rows += [
            ([(each, of) for each in below], [(line, of)], 0)
            for line in self._lines
            if (below := counts.below.get(line))
            for of in (*counts.columns, None)
        ]
        rows += [
            ([(line, column) for column in group], [], sum(counts.of(line, column) for column in group))
            for line in self._lines
            for group in (*({column} for column in counts.columns), *sums)
            if pattern.shows(line, group)
        ]
        rows += [
            ([(line, None)], [], counts.total(line)) for line in self._lines if line not in pattern.whole
        ]
        self._matrix = lil_matrix((len(rows), len(self._at)))
        self._right = np.zeros(len(rows))
        for number, (plus, minus, right) in enumerate(rows):
            for place in plus:
                self._matrix[number, self._at[place]] = 1
            for place in minus:
                self._matrix[number, self._at[place]] = -1
            self._right[number] = right

    def bounds(self, place: Place) -> tuple[float, float]:
        """The least and the most that fits everything; infinity where there is no limit."""
        found = []
        for sign in (1, -1):
            aim = np.zeros(len(self._at))
            aim[self._at[place]] = sign
            solved = linprog(aim, A_eq=self._matrix.tocsr(), b_eq=self._right, method="highs")
            assert solved.status in {0, 3}, solved.message
            found.append(sign * solved.fun if solved.status == 0 else float("inf"))
        return found[0], found[1]


def _lines(counts: Counts) -> Iterator[Line]:
    waiting = [counts.root]
    while waiting:
        line = waiting.pop()
        yield line
        waiting.extend(counts.below.get(line, ()))
