"""CSV that leaves the system: UTF-8, RFC 4180, and no cell that a spreadsheet would run as a formula."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from itertools import takewhile

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets read Khmer in a CSV file only after this mark."""

Cell = str | int | float | date | None


def safe_cell(value: Cell) -> Cell:
    """The value as a safe cell: text that would start a formula gets a leading '.

    Numbers and dates stay what they are, so that a negative number remains one. A formula begins with
    = + - or @, also in a wide variant and behind what is not seen, or a tab or line break stands
    before it (OWASP ASVS 5.0, 1.2.10).
    """
    if not isinstance(value, str) or not value:
        return value
    unseen = "".join(takewhile(lambda letter: unicodedata.category(letter)[0] in "ZC", value))
    seen = unicodedata.normalize("NFKC", value[len(unseen) : len(unseen) + 1])
    runs = not {*"\t\r\n"}.isdisjoint(unseen) or seen[:1] in {*"=+-@"}
    return f"'{value}" if runs else value


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Lines of a file, with safe cells."""
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file, with safe cells."""
    return BYTE_ORDER_MARK + csv_lines([header, *rows])
