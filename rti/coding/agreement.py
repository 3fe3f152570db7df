"""The agreement of two readers, and the settled answers: functions of plain values."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rti.coding.commands import Found
from rti.models.coding import Verdict

Answer = tuple[Verdict, str | None]
"""The part of a finding that is compared; the page may differ."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `pairs` questions that two people read, how many they coded alike, and Cohen's kappa.

    Kappa (Cohen 1960) is the agreement beyond that expected by chance; None where nothing was read twice, or where chance alone
    would make all alike, because then it is 0 divided by 0.
    """

    pairs: int
    alike: int
    kappa: Fraction | None


def agreement(pairs: Sequence[tuple[Verdict, Verdict]]) -> Agreement:
    """From the verdicts of the first and the second reader; counted in integers, so that nothing is rounded on the way."""
    number, alike = len(pairs), sum(first is second for first, second in pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(firsts[verdict] * seconds[verdict] for verdict in firsts)
    beyond = number * number - by_chance
    return Agreement(number, alike, Fraction(number * alike - by_chance, beyond) if beyond else None)


def answer(found: Found) -> Answer:
    return found.verdict, found.value.casefold() if found.value else None


def differing(first: Mapping[str, Found], second: Mapping[str, Found]) -> list[str]:
    """The questions that two readers coded differently, or that one of them did not read."""
    codes = [*first, *(code for code in second if code not in first)]
    return [
        code
        for code in codes
        if code not in first or code not in second or answer(first[code]) != answer(second[code])
    ]


def settled(readings: Sequence[Mapping[str, Found]]) -> dict[str, Found | None]:
    """The settled answer to each question: what both readers found, or what the third decided; None if not settled."""
    if len(readings) < 2:
        return {code: None for reading in readings for code in reading}
    first, second, *third = readings
    open_ones = set(differing(first, second))
    decided = third[0] if third else {}
    return {
        code: decided.get(code) if code in open_ones else first[code]
        for code in dict.fromkeys([*first, *second])
    }


_NUMBERED = re.compile(r"^\s*(?:[0-9០-៩]{1,2}|[a-zA-Zក-អ])[.)៖:]\s*")


def drawn_from(text: str) -> list[str]:
    """The questions of a letter: its numbered lines, or else its sentences, of which each is one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.sub("", line) for line in lines if _NUMBERED.match(line)]
    if numbered:
        return numbered
    sentences = (each.strip() for line in lines for each in re.split(r"(?<=[.?។៕])\s+", line))
    return [each for each in sentences if each]
