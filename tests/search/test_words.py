"""What a text is found by, in Khmer and in English; pure."""

import re

import pytest

from rti.search.words import LONGEST_QUERY, exactly, marks, nearly


def finds(query: str, text: str) -> bool:
    """Evaluate the query as PostgreSQL does: every quoted mark stands for whether the text has it."""
    return _true(exactly(query), text)


def nearly_finds(query: str, text: str) -> bool:
    return _true(nearly(query), text)


def _true(query: str, text: str) -> bool:
    known = marks(text)
    said = re.sub("'([^']+)'", lambda mark: str(mark[1] in known), query)
    return bool(query) and bool(eval(said.replace("&", "and").replace("|", "or")))  # noqa: S307 -- True, False, and, or


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("របាយការណ៍ហិរញ្ញវត្ថុប្រចាំឆ្នាំ២០២៥", "របាយការណ៍ ហិរញ្ញវត្ថុ ឆ្នាំ ២០២៥ 2025"),
        ("តម្លៃសេវាចុះបញ្ជីដីធ្លី", "តម្លៃ សេវា បញ្ជី ដីធ្លី ដី"),
        ("ផែនការអភិវឌ្ឍន៍ឃុំសំរោង", "ផែនការ អភិវឌ្ឍន៍ ឃុំ សំរោង"),
        ("របស់ជនម្ចាស់ដី", "ម្ចាស់ ម្ចាស់ដី ជន"),
        ("Contract for the market road", "contract MARKET mark arket roa the"),
        ("R-7K2MWXYZ", "r-7k2mwxyz 7K2M"),
    ],
)
def test_every_word_in_a_text_finds_it(text: str, words: str) -> None:
    assert [word for word in words.split() if not finds(word, text)] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ផ្ដាច់", "ផ្តាច់"),
        ("ព័ត៌\u200bមាន", "ព័ត៌មាន"),
        ("សំរេាង", "សំរោង"),
        ("ឲ្យ", "ឱ្យ"),
        ("រដ្ឋបាល ស្រុក", "រដ្ឋបាលស្រុក"),
        ("សំរាប់", "សម្រាប់"),
        ("ឳពុក", "ឪពុក"),
        ("ញាុំ", "ញ៉ាំ"),
        ("ខេត្ត។", "ខេត្ត"),
    ],
)
def test_spellings_that_look_alike_find_each_other(typed: str, meant: str) -> None:
    assert finds(typed, meant)
    assert finds(meant, typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("budgt", "budget"),
        ("bugdet", "budget"),
        ("Samrong", "Samraong"),
        ("informasion", "information"),
        ("ពត៌មាន", "ព័ត៌មាន"),
        ("របាយការន៍", "របាយការណ៍"),
    ],
)
def test_a_near_miss_is_forgiven_and_is_no_exact_find(typed: str, meant: str) -> None:
    assert not finds(typed, meant)
    assert nearly_finds(typed, meant)


def test_words_that_are_not_there_find_nothing() -> None:
    assert not finds("សុខភាព", "សំណើសុំព័ត៌មានអំពីថវិកាឃុំ")
    assert not nearly_finds("health", "Budget of the commune")
    assert not finds("budget road", "Budget of the commune"), "all words are wanted"


@pytest.mark.parametrize("query", ["", "  ", "!?*", "''", "\\", "\u200b"])
def test_a_query_without_words_is_no_query(query: str) -> None:
    assert exactly(query) == nearly(query) == ""


def test_a_query_of_many_words_is_cut_and_of_hostile_ones_is_plain_marks() -> None:
    many = " ".join(f"word{number}" for number in range(200))
    assert len(exactly(many)) < LONGEST_QUERY * 100
    assert re.fullmatch(r"[\w\-'&|() ]+", nearly("a' | b & (c) \\ :* <-> ៕"))
