"""The sections that bodies cite when they refuse, however they write them."""

import pytest

from rti.law.citations import Citation, judged, section_of, sections_known
from rti.statutes.documents import load_library


@pytest.mark.parametrize(
    ("cited", "number", "written"),
    [
        ("art. 20(7)", 20, "20(7)"),
        ("Article 20 (7)", 20, "20(7)"),
        ("មាត្រា ២០(៧)", 20, "20(7)"),
        ("មាត្រា២០", 20, "20"),
        ("s. 8(1)(j)", 8, "8(1)(j)"),
        ("Section 12a", 12, "12A"),
        ("§ 3", 3, "3"),
        ("21.", 21, "21"),
    ],
)
def test_a_section_is_read_however_it_is_written(cited: str, number: int, written: str) -> None:
    assert section_of(cited) == (number, written)


@pytest.mark.parametrize("cited", ["Law on Archives, art. 13", "confidential", "20 or 21", "(b)(5)", ""])
def test_what_names_another_law_or_no_section_is_not_read(cited: str) -> None:
    assert section_of(cited) is None


@pytest.mark.parametrize(
    ("law", "cited", "verdict"),
    [
        ("UK-FOIA-2000", "s. 40(2)", Citation.GROUND),
        ("UK-FOIA-2000", "s. 10", Citation.NO_GROUND),
        ("UK-FOIA-2000", "s. 99", Citation.MISSING),
        ("UK-FOIA-2000", "Data Protection Act, s. 7", Citation.UNCHECKED),
        ("UK-FOIA-2000", " ", Citation.NONE),
        ("KH-A2I-DRAFT", "មាត្រា ២០(៧)", Citation.GROUND),
        ("KH-A2I-DRAFT", "art. 12", Citation.UNCHECKED),
        ("STANDARD-15-WORKING-KH", "art. 20", Citation.UNCHECKED),
    ],
)
def test_a_law_has_a_section_or_not(law: str, cited: str, verdict: Citation) -> None:
    assert judged(cited, sections_known().get(law)) is verdict


def test_every_law_whose_sections_are_known_is_shipped_and_its_grounds_are_among_them() -> None:
    assert set(sections_known()) <= set(load_library())
    for sections in sections_known().values():
        last = max(int(span.rpartition("-")[2]) for span in sections.grounds)
        assert sections.is_ground(last)
        assert sections.last is None or last <= sections.last
