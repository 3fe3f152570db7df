"""CSV that leaves the system holds no formulas, and loses nothing."""

import csv
import itertools
import unicodedata
from datetime import date
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rti.core.csv_export import BYTE_ORDER_MARK, as_csv, safe_cell
from tests.sizes import size


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r",
        "\nx",
        " =1",
        "\u00a0\n1",
        "＝1",
        "－1",
        "﹢1",
        "\u200b=1",
        "\x00=1",
    ],
)
def test_text_that_begins_a_formula_is_made_harmless(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["", "1-2", "a=b", "ក", "'quoted", -5, 2.5, date(2026, 1, 5), None])
def test_everything_else_stays_as_it_is(value: str | float | date | None) -> None:
    assert safe_cell(value) == value


def _is_harmless(cell: str) -> bool:
    """Whether what a spreadsheet looks at first begins no formula, also in full width."""
    first = cell.lstrip(" \u00a0\u2060")[:1]
    return first not in {"\t", "\r", "\n"} and unicodedata.normalize("NFKC", first)[:1] not in {*"=+-@"}


def test_no_cell_of_up_to_three_of_such_characters_begins_a_formula() -> None:
    """All 106,079 strings of what begins formulas, what is skipped before them, and some others."""
    characters = "=+-@＝＋－＠﹢﹣\t\r\n \u00a0\u2060\u200b\ufeff\x00\x0b\x0c\u2028\u3000'\"|%;,1aកខ\u17d2\u0301\u202e(!#$.*/<>_~"
    strings = ["".join(each) for n in (1, 2, 3) for each in itertools.product(characters, repeat=n)]
    cells = [(text, safe_cell(text)) for text in strings]
    assert [text for text, cell in cells if not isinstance(cell, str) or not _is_harmless(cell)] == []
    assert [text for text, cell in cells if cell not in {text, "'" + text}] == []


@pytest.mark.torture
@settings(max_examples=size(500, 100_000))
@given(
    st.text(), st.sampled_from(["", " ", "\t", "\u00a0", "\u2060"]), st.sampled_from([*"=+-@＝＋－＠", ""])
)
def test_no_cell_ever_begins_a_formula(text: str, before: str, trigger: str) -> None:
    cell = safe_cell(before + trigger + text)
    assert isinstance(cell, str)
    assert _is_harmless(cell)
    assert cell.removeprefix("'").endswith(text) or cell.endswith(text)


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=2)
    )
)
def test_a_file_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    text = as_csv(["a", "b"], rows)
    assert text.startswith(BYTE_ORDER_MARK)
    read = list(csv.reader(StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert read == [["a", "b"], *([safe_cell(cell) for cell in row] for row in rows)]
