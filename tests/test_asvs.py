"""docs/asvs.md covers the whole of OWASP ASVS 5.0.0 at level 2, counts right, and names tests that are there."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.sources import ROOT, text, written_in

SECTIONS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7, 0),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""How many requirements of level 1 and 2 each section of each chapter has; they come before those of level 3."""
BEYOND = {"1.2.10", "14.2.7", "14.2.8"}
"""Of level 3, and kept all the same."""
KINDS = ("partly", "not met", "operator")
DOCUMENT = text("docs/asvs.md")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", DOCUMENT, re.MULTILINE)


def asked(chapter: int) -> Iterator[str]:
    for section, count in enumerate(SECTIONS[chapter], start=1):
        yield from (f"{chapter}.{section}.{number}" for number in range(1, count + 1))


def passed_over() -> Iterator[str]:
    """What does not apply: named one by one, or as a whole chapter."""
    for line in re.findall(r"^Not applicable: (.+)$", DOCUMENT, re.MULTILINE):
        yield from re.findall(r"\d+\.\d+\.\d+", line)
        yield from (each for chapter in re.findall(r"all of V(\d+)", line) for each in asked(int(chapter)))


def kind(how: str) -> str:
    return next((each for each in KINDS if how.startswith(f"{each}: ")), "met")


def test_every_requirement_of_the_two_levels_is_answered_once() -> None:
    answered = Counter([*(number for number, *_ in ROWS), *passed_over()])
    assert answered == Counter({*BEYOND, *(each for chapter in SECTIONS for each in asked(chapter))})


def test_the_counts_are_those_of_the_tables() -> None:
    counted = Counter(kind(how) for number, _, how, _ in ROWS if number not in BEYOND)
    counted["not applicable"] = len([*passed_over()])
    shown = dict(
        re.findall(r"^\| (met|partly|not met|operator|not applicable) \| (\d+) \|$", DOCUMENT, re.MULTILINE)
    )
    assert Counter({each: int(count) for each, count in shown.items()}) == counted
    assert f"| of {counted.total()} |" in DOCUMENT
    assert counted.total() == sum(map(sum, SECTIONS.values()))


def test_every_test_and_file_that_a_row_names_is_there() -> None:
    missing = []
    for number, _, how, shown in ROWS:
        named = re.findall(r"`([\w./-]+?)(?:::(\w+))?`", shown)
        assert named or kind(how) != "met", f"{number} is shown by nothing"
        for file, test in named:
            path = ROOT / file
            if not path.exists() or (test and test not in written_in(path)):
                missing.append(f"{number}: {file}::{test}")
    assert not missing, "\n".join(missing)


def test_what_is_asked_is_said_in_a_few_words_of_our_own() -> None:
    assert not [
        f"{number}: {asks}" for number, asks, *_ in ROWS if len(asks.split()) > 12 or "Verify" in asks
    ]
