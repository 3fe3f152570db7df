"""Citations in refusals: the section as cited, and whether the law has it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Citation(StrEnum):
    """The result of checking a cited section."""

    GROUND = "ground"
    """The law has it, and a refusal can rest on it."""
    NO_GROUND = "no_ground"
    """The law has it, but it allows no refusal."""
    MISSING = "missing"
    """The law has no such section."""
    UNCHECKED = "unchecked"
    """It names another law, is no section, or the sections of its law are not known here."""
    NONE = "none"
    """No section was cited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The sections of a law from 1 to `last`, if that is known, and the `grounds` among them, such as "12" or "21-44"."""

    grounds: tuple[str, ...]
    source: str
    last: int | None = None

    def is_ground(self, number: int) -> bool:
        spans = (
            (int(first), int(last or first)) for first, _, last in (g.partition("-") for g in self.grounds)
        )
        return any(first <= number <= last for first, last in spans)


_WORDS = r"(?:(?:articles?|arts?|sections?|secs?|ss?|paragraphs?|clauses?)\b\.?|§+|មាត្រា)"
_CITED = re.compile(rf"{_WORDS}?\s*(\d{{1,4}})\s*([a-z]?)\s*((?:\(\s*\w{{1,5}}\s*\)\s*)*)", re.IGNORECASE)
_KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")


def section_of(cited: str) -> tuple[int, str] | None:
    """The number of a section and the way to write it, such as 20 and "20(7)"; None for anything else.

    "Art. 20 (7)", "s. 20(7)", "មាត្រា ២០(៧)" and "20(7)" are the same.
    """
    found = _CITED.fullmatch(cited.translate(_KHMER_DIGITS).strip().rstrip("."))
    if found is None:
        return None
    number, letter, inside = found.groups()
    return int(number), f"{int(number)}{letter.upper()}{''.join(inside.split())}"


def judged(cited: str | None, sections: Sections | None) -> Citation:
    """Whether a law with these sections has the one that was cited."""
    if not cited or not cited.strip():
        return Citation.NONE
    found = section_of(cited)
    if found is None or sections is None:
        return Citation.UNCHECKED
    number = found[0]
    if sections.is_ground(number):
        return Citation.GROUND
    if number == 0 or (sections.last and number > sections.last):
        return Citation.MISSING
    return Citation.NO_GROUND if sections.last else Citation.UNCHECKED


@cache
def sections_known() -> Mapping[str, Sections]:
    """The sections of the statutes that are shipped, by the id of the statute; not all are known."""
    document = tomllib.loads(files("rti.law").joinpath("sections.toml").read_text(encoding="utf-8"))
    return {
        name: Sections(grounds=tuple(given["grounds"]), source=given["source"], last=given.get("last"))
        for name, given in document.items()
    }
