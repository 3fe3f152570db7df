"""Turns the only sheet of an XLSX file into CSV, in a process of its own: `python -m rti.files.xlsx < in > out`.

Where several sheets have content, it ends with `SEVERAL_SHEETS` and says their names, one a line.
"""

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime, time

from openpyxl import load_workbook

from rti.files import own_process
from rti.files.answers import SEVERAL_SHEETS

CPU_SECONDS = 20
"""For about 30,000 lines of ten cells: the library takes half a millisecond for each."""


def text_of(value: object) -> str:
    """A cell as it is written in a CSV file: days as year-month-day, whole numbers without a point.

    Line breaks become blanks, so that a row of the sheet is a line of the file.
    """
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else " ".join(str(value).splitlines())


def sheets_of(content: bytes) -> dict[str, list[list[str]]]:
    """The visible sheets with content, by their names."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    found = {}
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()
            rows = [_texts(row) for row in sheet.iter_rows(values_only=True)]
            if any(rows):
                found[sheet.title] = rows
    return found


def _texts(row: Sequence[object]) -> list[str]:
    """The cells up to the last that is filled."""
    texts = [text_of(cell) for cell in row]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def main() -> None:
    own_process.limit(CPU_SECONDS)
    sheets = sheets_of(sys.stdin.buffer.read())
    if len(sheets) > 1:
        sys.stdout.buffer.write("\n".join(sheets).encode())
        sys.exit(SEVERAL_SHEETS)
    rows = next(iter(sheets.values()), [])
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    csv.writer(out).writerows([*row, *[""] * (width - len(row))] for row in rows)
    sys.stdout.buffer.write(out.getvalue().encode())


if __name__ == "__main__":
    main()
