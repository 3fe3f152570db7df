"""Nothing that a release hides can be worked out from it, from its other tables or from the releases before it."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rti.law.events import Ground, Outcome
from rti.releases.atoms import _kinds, atoms_of
from rti.releases.audit import Audit, Population, Shown
from rti.releases.protection import Exact, StillLeaks, protected
from rti.statistics.commands import Dimension
from rti.statistics.figures import Figures
from rti.statistics.measures import State
from rti.statistics.method import Kind
from rti.statistics.methods import METHODS
from tests.sizes import size

PROVINCE, TOPIC = Dimension.PROVINCE, Dimension.TOPIC
PLACES, TOPICS = ("01", "02", "03"), ("budget", "land")
ANSWERED = (State.IN_TIME, State.LATE)
KINDS = [
    *(
        Kind(state=state, outcome=outcome, checked=True)
        for state in ANSWERED
        for outcome in (Outcome.FULL, Outcome.REFUSED)
    ),
    *(Kind(state=state) for state in (State.SILENT, State.NOT_YET_DUE, State.WITHDRAWN)),
]
"""What is of a request in these tests."""
POSSIBLE = [
    kind
    for kind in _kinds(by_activity=False)
    if kind.ground in {None, Ground.EXEMPTION}
    and kind.contest is None
    and kind.received
    and not kind.extended
]
"""What can be, as far as whoever attacks them knows."""
SHAPES = (
    [((PROVINCE,), "own")],
    [((PROVINCE,), "own"), ((TOPIC,), "own")],
    [((PROVINCE, TOPIC), "own"), ((TOPIC,), "own")],
    [((PROVINCE,), "own"), ((PROVINCE,), "osji")],
)
Request = tuple[str, str, Kind]
BEFORE, AFTER = Population("all", "2026-03-31", "2026-03-31"), Population("all", "2026-06-30", "2026-06-30")


def _requests(chance: Random, number: int) -> list[Request]:
    weights = [chance.choice([1, 2, 8, 20]) for _ in KINDS]
    return [
        (chance.choice("111223"), chance.choice(TOPICS), chance.choices(KINDS, weights)[0])
        for _ in range(number)
    ]


def _exact(requests: Sequence[Request], shape: Sequence[object], population: Population) -> list[Exact]:
    found = []
    for dimensions, method in shape:  # type: ignore[misc]
        lines: dict[tuple[str, ...], dict[Kind, Counter[int]]] = {(): {}}
        for place, topic, kind in requests:
            known = {PROVINCE: f"0{place}", TOPIC: topic}
            keys = tuple(known[each] for each in dimensions)
            for length in range(len(keys) + 1):
                lines.setdefault(keys[:length], {}).setdefault(kind, Counter())[10] += 1
        figures = {keys: Figures(METHODS[method], tally) for keys, tally in lines.items()}
        found.append(Exact(population, dimensions, METHODS[method], figures, dict.fromkeys(lines, ()), {}))
    return found


class Attacker:
    """Knows every published number, and counts requests by place, topic and kind, of each release."""

    def __init__(self, releases: Sequence[Sequence[Shown]]) -> None:
        cells = list(product(range(len(releases)), PLACES, TOPICS, range(len(POSSIBLE))))
        self._release, self._place, self._topic, self._kind = map(np.array, zip(*cells, strict=True))
        equal: list[tuple[np.ndarray, float]] = []
        for number, tables in enumerate(releases):
            for table in tables:
                named = {line.keys for line in table.lines}
                leaves = product(*(PLACES if by is PROVINCE else TOPICS for by in table.dimensions))
                equal += [
                    (self._inside(number, table, keys).astype(float), 0)
                    for keys in leaves
                    if keys not in named
                ]
                for line in table.lines:
                    values = [([column], count) for column, count in line.counts.items()]
                    for measure in table.method.measures:
                        share = line.shares[measure.id]
                        values += [
                            (measure.numerator, share.numerator),
                            (measure.denominator, share.denominator),
                        ]
                    equal += [
                        (self._row(number, table, line.keys, columns), count)
                        for columns, count in values
                        if count is not None
                    ]
        self._equal = csr_matrix(np.array([row for row, _ in equal]).reshape(-1, len(cells)))
        self._right = np.array([count for _, count in equal], dtype=float)
        sign = np.where(self._release == 0, 1.0, -1.0)
        grown = [
            sign * ((self._place == place) & (self._topic == topic))
            for place, topic in product(PLACES, TOPICS)
        ]
        self._grown = csr_matrix(np.array(grown)) if len(releases) > 1 else None

    def _inside(self, number: int, table: Shown, keys: Sequence[object]) -> np.ndarray:
        inside = self._release == number
        for by, key in zip(table.dimensions, keys, strict=False):
            inside = inside & ((self._place if by is PROVINCE else self._topic) == key)
        return inside

    def _row(self, number: int, table: Shown, keys: Sequence[object], columns: Sequence[str]) -> np.ndarray:
        values = set(columns)
        counted = [sum(column in values for column in table.method.places(kind)) for kind in POSSIBLE]
        return self._inside(number, table, keys) * np.array(counted, dtype=float)[self._kind]

    def width(self, number: int, table: Shown, keys: Sequence[object], column: str) -> float:
        aim, found = self._row(number, table, keys, [column]), []
        for sign in (1, -1):
            solved = linprog(
                sign * aim,
                A_eq=self._equal,
                b_eq=self._right,
                A_ub=self._grown,
                b_ub=None if self._grown is None else np.zeros(self._grown.shape[0]),
                method="highs",
            )
            assert solved.status in {0, 3}, solved.message
            found.append(sign * solved.fun if solved.status == 0 else sign * float("-inf"))
        return found[1] - found[0]


@pytest.mark.torture
def test_an_attacker_with_all_tables_of_all_releases_cannot_tell_a_small_number() -> None:
    chance, result = Random(16), 0
    for _ in range(size(5, 2_000)):
        threshold, shape = chance.choice([3, 5, 10]), chance.choice(SHAPES)
        first = _requests(chance, chance.choice([20, 60, 200]))
        releases: list[Sequence[Shown]] = []
        try:
            releases.append(protected(_exact(first, shape, BEFORE), [], threshold))
            second = [*first, *_requests(chance, chance.choice([0, 12, 80]))]
            releases.append(protected(_exact(second, shape, AFTER), releases[0], threshold))
        except StillLeaks:
            # Then the release is refused, and nothing is published of it.
            pass
        if not releases:
            continue
        attacker = Attacker(releases)
        for number, tables in enumerate(releases):
            for table in tables:
                result += sum(count is not None for line in table.lines for count in line.counts.values())
                small = [each for each in table.small if each[1] in {*State, *Outcome, "compliant", "mute"}]
                for keys, column in chance.sample(small, min(4, len(small))):
                    assert attacker.width(number, table, keys, column) >= threshold - 1e-6, (keys, column)
    assert result > 100


def test_what_one_section_says_of_another_gives_nothing_away() -> None:
    """Outcomes add up to answers, so a hidden silence could be had from them where each section is protected by itself."""
    kinds = {KINDS[0]: 20, KINDS[1]: 3, KINDS[4]: 3}
    requests = [("1", "land", kind) for kind, number in kinds.items() for _ in range(number)]
    (table,) = protected(_exact(requests, SHAPES[0], BEFORE), [], 5)
    assert Attacker([[table]]).width(0, table, (), State.SILENT) >= 5


def test_where_two_methods_together_would_tell_a_small_number_the_first_still_tells_its_own() -> None:
    """One of them counts all refusals as one, the other those by word of mouth apart."""
    full, refused = KINDS[0], KINDS[3]
    oral, not_held = (
        Kind(state=State.LATE, outcome=outcome) for outcome in (Outcome.ORAL_REFUSAL, Outcome.NOT_HELD)
    )
    numbers = {
        "1": {full: 20, refused: 20, not_held: 20},
        "2": {full: 40, refused: 60, not_held: 20, oral: 4},
    }
    requests = [
        (place, "land", kind)
        for place, kinds in numbers.items()
        for kind, number in kinds.items()
        for _ in range(number)
    ]
    shape = [((PROVINCE,), "own"), ((PROVINCE,), "uk")]
    tables = protected(_exact(requests, shape, BEFORE), [], 5)
    total = next(line for line in tables[0].lines if not line.keys)
    assert (total.counts[State.IN_TIME], total.counts[Outcome.REFUSED]) == (60, 80)
    assert Audit(tables, 5).leaks() == []
    assert Attacker([tables]).width(0, tables[0], (), Outcome.ORAL_REFUSAL) >= 5


def test_a_table_that_hides_nothing_small_tells_everything() -> None:
    requests = [
        (place, topic, kind) for place in "123" for topic in TOPICS for kind in KINDS for _ in range(6)
    ]
    for table in protected(_exact(requests, SHAPES[2], BEFORE), [], 5):
        assert all(count is not None for line in table.lines for count in line.counts.values())


def test_the_audit_finds_what_a_careless_release_would_tell() -> None:
    requests = [("1", "land", KINDS[4])] * 3 + [("2", "land", KINDS[4])] * 20
    (table,) = protected(_exact(requests, SHAPES[0], BEFORE), [], 5)
    assert Audit([table], 5).leaks() == []
    careless = protected(_exact(requests, SHAPES[0], BEFORE), [], 3)
    small = [(("01",), State.SILENT)]
    shown = Shown(BEFORE, (PROVINCE,), METHODS["own"], careless[0].lines, small)
    assert [leak.keys for leak in Audit([shown], 5).leaks()] == [("01",)]


def test_columns_that_go_with_the_same_others_are_one_class() -> None:
    assert {len(atoms_of((method,)).atoms) for method in METHODS} <= set(range(1, 12))
