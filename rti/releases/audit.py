"""The audit: whether a hidden small number can be worked out from everything published, in this release and earlier ones.

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

from rti.releases.atoms import Class, Column, Expression, atoms_of
from rti.statistics.commands import Dimension
from rti.statistics.method import Method
from rti.statistics.published import PublishedLine

Keys = tuple[str | None, ...]


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
    """A leak: a line of a table of a population."""

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
        """The places where a small number, or a small growth from one release to the next, can be worked out."""
        targets = [
            (Place(table.population, table.dimensions, keys), self._sum(table, keys, [column]), False)
            for table in self._tables
            for keys, column in table.small
        ]
        targets += [(place, expression, True) for place, expression in self._growths]
        from rti.releases.bounds import Bounds

        bounds = Bounds(self._size, self._rows, [expression for _, expression, _ in targets])
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
        """The growth of each leaf of a table from one release to the other, in requests."""
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
