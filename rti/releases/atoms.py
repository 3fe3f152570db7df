"""The sets of columns, of several methods, in which one request can be at the same time.

Whoever attacks a table knows that, too: that an answer has one outcome, and silence none. A request is an atom, the set
of its columns. Columns of one block that go with the same others are as good as one, and one class; only classes are
told apart in atoms, so that there are few.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from msgspec.structs import replace

from rti.law.events import NOT_TAKEN, EventKind, Ground, Outcome
from rti.law.monitoring import Contest
from rti.statistics.measures import State
from rti.statistics.method import Kind, Phase
from rti.statistics.methods import METHODS
from rti.statistics.published import blocks

Column = tuple[str, str]
"""A method and a column of it."""
Class = frozenset[Column]
Expression = dict[int, int]
"""Variables with how often each counts."""

_ANSWERED = {State.IN_TIME, State.LATE, State.EARLY}
_EITHER = {State.NO_DATE}
_ENDED = (*sorted(NOT_TAKEN), EventKind.RETURNED, EventKind.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class Atoms:
    """`classes` partition the columns; each atom is a set of classes, at most one of every block."""

    classes: tuple[Class, ...]
    atoms: tuple[frozenset[Class], ...]
    of_column: Mapping[Column, Class]


@lru_cache(maxsize=16)
def atoms_of(methods: Sequence[str]) -> Atoms:
    """The atoms of every possible kind of request."""
    by_activity = any(METHODS[method].by_activity for method in methods)
    raw = {
        frozenset(
            (method, column)
            for method in methods
            for column in METHODS[method].places(kind if not METHODS[method].early_counts else _early(kind))
        )
        for kind in _kinds(by_activity)
    }
    of_block = {
        (method, column): (method, block)
        for method in methods
        for block, columns in blocks(METHODS[method]).items()
        for column in columns
    }
    beside: dict[Column, set[frozenset[Column]]] = {column: set() for column in of_block}
    for atom in raw:
        for column in atom:
            beside[column].add(atom - {column})
    alike: dict[tuple[object, frozenset[frozenset[Column]]], set[Column]] = {}
    for column, others in beside.items():
        alike.setdefault((of_block[column], frozenset(others)), set()).add(column)
    classes = tuple(frozenset(columns) for columns in alike.values())
    of_column = {column: each for each in classes for column in each}
    atoms = {frozenset(of_column[column] for column in atom) for atom in raw}
    return Atoms(classes, tuple(sorted(atoms, key=lambda atom: sorted(map(sorted, atom)))), of_column)


def _early(kind: Kind) -> Kind:
    """The same request where early answers count."""
    return replace(kind, state=State.IN_TIME) if kind.state is State.EARLY else kind


def _kinds(by_activity: bool) -> Iterator[Kind]:
    phases = tuple(product(Phase, Phase)) if by_activity else ((Phase.DURING, Phase.AFTER),)
    flags = (False, True)
    for state in State:
        outcomes: list[Outcome | None] = [*Outcome] if state in _ANSWERED | _EITHER else []
        if state not in _ANSWERED:
            outcomes.append(None)
        for outcome, contest, (begun, closed), extended, received in product(
            outcomes, (None, *Contest), phases, flags, flags
        ):
            grounds = product((None, *Ground), flags) if outcome else ((None, False),)
            ended = _ENDED if state is State.NOT_SUBMITTED else (None,)
            for (ground, checked), not_taken in product(grounds, ended):
                yield Kind(
                    state=state,
                    outcome=outcome,
                    not_taken=not_taken,
                    ground=ground,
                    contest=contest,
                    begun=begun,
                    closed=closed,
                    extended=extended,
                    received=received,
                    checked=checked,
                )
