"""Whether a hidden small number can be worked out from everything that was published, this release and earlier ones.

The audit does not trust its solver. For each small number it looks for two whole-numbered tables that both say all that
was published and differ in this number by the threshold at least: whoever finds both cannot tell which is true. Only
where there are none the number leaks. Requests are counted by leaf (a line with all its keys) and atom (`atoms`);
every published number is a sum of those, tables of the same requests by different keys agree in what they have in
common, and of requests that began by an earlier cut-off none is gone by a later one.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import highspy
import numpy as np

from rti.releases.atoms import Class, Column, atoms_of
from rti.statistics.commands import Dimension
from rti.statistics.method import Method
from rti.statistics.published import PublishedLine

Keys = tuple[str | None, ...]
Expression = dict[int, int]
"""Variables with how often each counts."""
NEARLY = 1e-6


@dataclass(frozen=True, slots=True)
class Population:
    """Some requests as they were known: tables of one population count the same ones. `scope` is what chose them."""

    scope: str
    as_of: str
    known_on: str

    def grew_into(self, later: "Population") -> bool:
        """Whether all its requests are among those of `later`."""
        before, after = (self.as_of, self.known_on), (later.as_of, later.known_on)
        return (
            self.scope == later.scope
            and before != after
            and all(a <= b for a, b in zip(before, after, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as everybody can read it; `small` are the hidden numbers that nobody may be able to tell."""

    population: Population
    dimensions: tuple[Dimension, ...]
    method: Method
    lines: Sequence[PublishedLine]
    small: Collection[tuple[Keys, str]] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something leaks: a line of a table, in which population."""

    population: Population
    dimensions: tuple[Dimension, ...]
    keys: Keys


@dataclass
class _Tree:
    """The variables of all tables of one population by the same keys: for each leaf its atoms, and its columns where
    a class has several."""

    leaves: list[Keys]
    atoms: dict[tuple[Keys, int], int] = field(default_factory=dict)
    columns: dict[tuple[Keys, Column], int] = field(default_factory=dict)


class Audit:
    """Everything that was published, as a system of equations in whole numbers."""

    def __init__(self, tables: Iterable[Shown], threshold: int) -> None:
        self.threshold = threshold
        self._tables = list(tables)
        self._size = 0
        self._rows: list[tuple[Expression, float, float]] = []
        populations = dict.fromkeys(table.population for table in self._tables)
        self._atoms = {
            each: atoms_of(tuple(dict.fromkeys(t.method.id for t in self._tables if t.population == each)))
            for each in populations
        }
        self._trees: dict[tuple[Population, tuple[Dimension, ...]], _Tree] = {}
        for table in self._tables:
            self._plant(table)
        for table in self._tables:
            self._tell(table)
        for population in populations:
            for one, other in combinations(self._of(population), 2):
                self._agree(population, one, other)
        self._growths = [
            growth
            for before in populations
            for after in populations
            if before.grew_into(after)
            for growth in self._grow(before, after)
        ]

    def leaks(self) -> list[Place]:
        """Where a small number, or a small growth from one release to the next, can be told."""
        targets = [
            (Place(table.population, table.dimensions, keys), self._sum(table, keys, [column]), False)
            for table in self._tables
            for keys, column in table.small
        ]
        targets += [(place, expression, True) for place, expression in self._growths]
        bounds = _Bounds(self._size, self._rows, [expression for _, expression, _ in targets])
        return [
            place
            for number, (place, _, grows) in enumerate(targets)
            if not (bounds.none_or_many if grows else bounds.wide)(number, self.threshold)
        ]

    def _variable(self) -> int:
        self._size += 1
        return self._size - 1

    def _of(self, population: Population) -> list[tuple[Dimension, ...]]:
        return [dimensions for each, dimensions in self._trees if each == population]

    def _plant(self, table: Shown) -> None:
        place, known = (table.population, table.dimensions), self._atoms[table.population]
        tree = self._trees.setdefault(place, _Tree([]))
        for line in table.lines:
            if len(line.keys) < len(table.dimensions) or line.keys in tree.leaves:
                continue
            tree.leaves.append(line.keys)
            for number in range(len(known.atoms)):
                tree.atoms[line.keys, number] = self._variable()
            for each in known.classes:
                if len(each) > 1:
                    columns = {column: self._variable() for column in sorted(each)}
                    tree.columns |= {(line.keys, column): variable for column, variable in columns.items()}
                    whole = dict.fromkeys(columns.values(), -1) | self._of_class(
                        table.population, tree, line.keys, each
                    )
                    self._rows.append((whole, 0, 0))

    def _of_class(self, population: Population, tree: _Tree, leaf: Keys, each: Class) -> Expression:
        return {
            tree.atoms[leaf, number]: 1
            for number, atom in enumerate(self._atoms[population].atoms)
            if each in atom
        }

    def _sum(self, table: Shown, keys: Keys, columns: Iterable[str]) -> Expression:
        """The sum of some columns of a line; twice what stands in two of them."""
        tree = self._trees[table.population, table.dimensions]
        found: Expression = {}
        for column in columns:
            named = (table.method.id, column)
            each = self._atoms[table.population].of_column[named]
            for leaf in tree.leaves:
                if leaf[: len(keys)] != keys:
                    continue
                if len(each) > 1:
                    found[tree.columns[leaf, named]] = 1
                else:
                    for variable in self._of_class(table.population, tree, leaf, each):
                        found[variable] = found.get(variable, 0) + 1
        return found

    def _tell(self, table: Shown) -> None:
        for line in table.lines:
            for columns, number in _told(table.method, line):
                self._rows.append((self._sum(table, line.keys, columns), number, number))

    def _agree(
        self, population: Population, one: tuple[Dimension, ...], other: tuple[Dimension, ...]
    ) -> None:
        """Two tables of the same requests have the same sums by what they have in common."""
        common = [each for each in one if each in other]
        sums: dict[tuple[Any, ...], Expression] = {}
        for dimensions, sign in ((one, 1), (other, -1)):
            tree = self._trees[population, dimensions]
            places = [dimensions.index(each) for each in common]
            for (leaf, part), variable in (*tree.atoms.items(), *tree.columns.items()):
                sums.setdefault((*(leaf[place] for place in places), part), {})[variable] = sign
        self._rows += [(expression, 0, 0) for expression in sums.values()]

    def _grow(self, before: Population, after: Population) -> Iterator[tuple[Place, Expression]]:
        """By how many requests each leaf of a table has grown from one release to the other."""
        for dimensions in self._of(before):
            if (after, dimensions) not in self._trees:
                continue
            growth: dict[Keys, Expression] = {}
            for population, sign in ((before, -1), (after, 1)):
                tree = self._trees[population, dimensions]
                for (leaf, _), variable in tree.atoms.items():
                    growth.setdefault(leaf, {})[variable] = sign
            for leaf, expression in growth.items():
                self._rows.append((expression, 0, float("inf")))
                if dimensions:
                    yield Place(after, dimensions, leaf), expression


def _told(method: Method, line: PublishedLine) -> Iterator[tuple[Iterable[str], int]]:
    """Every number of a line, with the columns that it adds up."""
    for column, count in line.counts.items():
        if count is not None:
            yield [column], count
    for measure in method.measures:
        share = line.shares[measure.id]
        if share.numerator is not None and share.denominator is not None:
            yield measure.numerator, share.numerator
            yield measure.denominator, share.denominator


class _Bounds:
    """How far expressions can move in whole numbers, by every solution that was seen."""

    def __init__(
        self, size: int, rows: Sequence[tuple[Expression, float, float]], wanted: Sequence[Expression]
    ) -> None:
        self._wanted, self._size = wanted, size
        self._low = [float("inf")] * len(wanted)
        self._high = [float("-inf")] * len(wanted)
        self._solver = _solver(size, rows)
        # What is far apart for all together needs no solving one by one.
        both: Expression = {}
        for expression in wanted:
            for variable, times in expression.items():
                both[variable] = both.get(variable, 0) + times
        for sign in (1, -1):
            self._solve(both, sign)

    def wide(self, number: int, width: int) -> bool:
        """Whether two solutions are so far apart."""
        for sign in (1, -1):
            if self._high[number] - self._low[number] >= width:
                return True
            self._solve(self._wanted[number], sign, number)
        return self._high[number] - self._low[number] >= width

    def none_or_many(self, number: int, many: int) -> bool:
        """Whether nobody can tell that the number is from 1 to `many` - 1: it is 0 for sure, or may be so many."""
        if self._high[number] < many:
            self._solve(self._wanted[number], 1, number)
        return self._high[number] >= many or self._high[number] == 0

    def _solve(self, aim: Expression, sign: int, number: int | None = None) -> None:
        """The most (`sign` 1) or the least of an expression; every solution is noted for all of them."""
        solver = self._solver
        costs = np.zeros(self._size)
        for variable, times in aim.items():
            costs[variable] = -sign * times
        everything = np.arange(self._size, dtype=np.int32)
        solver.changeColsCost(self._size, everything, costs)
        values = self._solution()
        if values is None:
            if number is not None:
                edge = self._high if sign > 0 else self._low
                edge[number] = sign * float("inf")
            return
        if not _whole(values):
            solver.changeColsIntegrality(self._size, everything, np.ones(self._size, dtype=np.uint8))
            values = self._solution()
            solver.changeColsIntegrality(self._size, everything, np.zeros(self._size, dtype=np.uint8))
            if values is None or not _whole(values):
                return
        whole = np.rint(values)
        for place, expression in enumerate(self._wanted):
            found = float(sum(times * whole[variable] for variable, times in expression.items()))
            self._low[place] = min(self._low[place], found)
            self._high[place] = max(self._high[place], found)

    def _solution(self) -> Any:
        """The values that fit, None where there is no limit."""
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self._solver.getSolution().col_value)
        if status in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
            return None
        raise ValueError(f"the published numbers contradict each other: {status}")


def _whole(values: Any) -> bool:
    return bool(np.all(np.abs(values - np.rint(values)) < NEARLY))


def _solver(size: int, rows: Sequence[tuple[Expression, float, float]]) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, len(rows)
    model.col_cost_ = np.zeros(size)
    model.col_lower_, model.col_upper_ = np.zeros(size), np.full(size, highspy.kHighsInf)
    model.row_lower_ = np.array([lower for _, lower, _ in rows])
    model.row_upper_ = np.array([min(upper, highspy.kHighsInf) for _, _, upper in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(expression) for expression, _, _ in rows)])
    model.a_matrix_.index_ = np.array(
        [each for expression, _, _ in rows for each in expression], dtype=np.int32
    )
    model.a_matrix_.value_ = np.array([float(n) for expression, _, _ in rows for n in expression.values()])
    solver.passModel(model)
    return solver
