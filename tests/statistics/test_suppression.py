"""What is hidden of a table stays hidden from whoever can add, subtract and solve for what is missing."""

import time
from collections import Counter, defaultdict
from itertools import pairwise, product
from random import Random

import pytest

from rti.statistics.suppression import Counts, Pattern, protect
from tests.sizes import size
from tests.statistics.attacker import Attacker

SPREAD = 1e-6


def _random(chance: Random, depth: int) -> Counts:
    """A table with a tree of lines; most of its counts are small, none, or large, and of few or many askers, by chance."""
    columns = list(range(chance.randint(1, 5)))
    below: dict[str, list[str]] = {}
    leaves = ["all"]
    for _ in range(depth):
        parents, leaves = leaves, []
        for parent in parents:
            below[parent] = [f"{parent}.{number}" for number in range(chance.randint(1, 4))]
            leaves += below[parent]
    numbers: dict[str, Counter[int]] = defaultdict(Counter)
    askers: dict[str, dict[int | None, set[int]]] = defaultdict(lambda: defaultdict(set))
    mean, crowd = chance.choice([1, 3, 10, 40]), chance.choice([1, 4, 20, 1_000])
    for leaf, column in product(leaves, columns):
        count = min(int(chance.expovariate(1 / mean)), chance.choice([0, 3, 9, 200]))
        who = {chance.randrange(crowd) for _ in range(count)}
        parts = leaf.split(".")
        for line in (".".join(parts[:length]) for length in range(1, len(parts) + 1)):
            numbers[line][column] += count
            for of in (column, None):
                askers[line][of].update(who)
    behind = {line: {of: len(who) for of, who in each.items()} for line, each in askers.items()}
    return Counts(columns=columns, root="all", below=below, numbers=numbers, askers=behind)


def _small(counts: Counts, threshold: int) -> list[tuple[object, object]]:
    return [
        (line, column)
        for line in sorted(counts.numbers)
        for column in (*counts.columns, None)
        if counts.is_small(line, column, threshold)
    ]


def _attack(counts: Counts, threshold: int, pattern: Pattern, chance: Random) -> None:
    """Bounds of some of the small counts, and of sums of columns that are told where the pattern allows."""
    sums = [
        frozenset(chance.sample(list(counts.columns), chance.randint(1, len(counts.columns))))
        for _ in range(2)
    ]
    attacker = Attacker(counts, pattern, sums=sums)
    small = _small(counts, threshold)
    for line, column in chance.sample(small, min(6, len(small))):
        low, high = attacker.bounds((line, column))
        true = counts.total(line) if column is None else counts.of(line, column)
        assert low - SPREAD <= true <= high + SPREAD
        assert high - low >= threshold - SPREAD, (line, column, low, high, counts)


@pytest.mark.torture
def test_nobody_can_tell_that_a_hidden_number_is_small() -> None:
    chance = Random(5)
    for _ in range(size(60, 5_000)):
        threshold = chance.choice([3, 5, 10])
        counts = _random(chance, depth=chance.randint(0, 3))
        _attack(counts, threshold, protect(counts, threshold), chance)


def test_two_numbers_that_are_eight_together_are_not_four_each() -> None:
    counts = Counts(
        columns=["in time", "late"],
        root="all",
        below={"all": ["a", "b"]},
        numbers={
            "all": {"in time": 44, "late": 54},
            "a": {"in time": 4, "late": 4},
            "b": {"in time": 40, "late": 50},
        },
    )
    pattern = protect(counts)
    assert pattern.columns == {"a": {"in time", "late"}, "b": {"in time", "late"}}
    assert pattern.whole == frozenset()
    assert Attacker(counts, pattern).bounds(("a", "late")) == (0, 8)


def test_a_small_number_takes_others_of_its_line_and_column_with_it_and_no_more() -> None:
    lines = ("a", "b", "c")
    counts = Counts(
        columns=["budget", "land", "health"],
        root="all",
        below={"all": lines},
        numbers={
            "all": {"budget": 62, "land": 60, "health": 70},
            "a": {"budget": 2, "land": 20, "health": 30},
            "b": {"budget": 20, "land": 10, "health": 20},
            "c": {"budget": 40, "land": 30, "health": 20},
        },
    )
    assert protect(counts).columns == {"a": {"budget", "land"}, "b": {"budget", "land"}}
    assert protect(counts, threshold=2).columns == {}


def test_many_requests_of_one_asker_are_hidden_as_one_request_is() -> None:
    numbers = {"all": {"budget": 60, "land": 60}} | {line: {"budget": 30, "land": 30} for line in "ab"}
    alike = {"columns": ["budget", "land"], "root": "all", "below": {"all": ["a", "b"]}, "numbers": numbers}
    assert protect(Counts(**alike)).columns == {}
    assert "a" in protect(Counts(**alike, askers={"a": {"land": 1}})).columns


def test_below_a_line_of_which_something_is_hidden_nothing_is_shown() -> None:
    totals = {"all": 103, "one": 3, "two": 100, "one.a": 3}
    numbers = {line: {"x": number, "y": number} for line, number in totals.items()}
    counts = Counts(
        columns=["x", "y"],
        root="all",
        below={"all": ["one", "two"], "one": ["one.a", "one.b"]},
        numbers=numbers,
    )
    assert protect(counts).whole >= {"one.a", "one.b"}


def test_a_sum_is_told_where_it_has_nothing_or_everything_that_is_hidden() -> None:
    pattern = Pattern({"a": frozenset("xy"), "b": frozenset("xyz")}, frozenset("b"))
    assert [pattern.shows("a", each) for each in ("z", "xyz", "xz", "x")] == [True, True, False, False]
    assert [pattern.shows("b", each) for each in ("xyz", "x")] == [False, False]
    assert pattern.shows("c", "xyz")


def test_all_communes_by_ten_topics_take_less_than_two_seconds() -> None:
    chance = Random(3)
    below: dict[str, list[str]] = {"all": [f"{province}" for province in range(25)]}
    numbers: dict[str, Counter[int]] = defaultdict(Counter)
    for commune in range(1_661):
        names = [
            f"{commune % 25}",
            f"{commune % 25}/{commune % 200}",
            f"{commune % 25}/{commune % 200}/{commune}",
        ]
        for above, name in pairwise(names):
            if name not in below.setdefault(above, []):
                below[above].append(name)
        for topic in range(10):
            count = int(chance.expovariate(1 / 3))
            for line in ("all", *names):
                numbers[line][topic] += count
    counts = Counts(columns=range(10), root="all", below=below, numbers=numbers)
    begun = time.process_time()
    pattern = protect(counts)
    assert time.process_time() - begun < 2
    assert not {"all", "1", "24"} & pattern.columns.keys()
