"""Figures as a workbook: the lines of the CSV file with types, a chart of the office program's own, and definitions.

It holds finished numbers and no formula, since one office program shows those as 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from rti.core.csv_export import Cell
from rti.law.explanations import N_
from rti.statistics.measures import State
from rti.statistics.queries import Table
from rti.web.api.statistics import GROUND, Words, csv_header, csv_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_STACKED = (State.IN_TIME, State.LATE, State.SILENT, State.NOT_YET_DUE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A name, the cells of the first line, the lines below it, and how wide each column is."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    width: int = 40

    @classmethod
    def figures(cls, header: Sequence[str], rows: Sequence[Sequence[Cell]], words: Words) -> "Sheet":
        return cls(words(N_("Figures")), header, rows, 14)

    @classmethod
    def about(cls, rows: Sequence[Sequence[Cell]], words: Words) -> "Sheet":
        return cls(words(N_("About these figures")), ["", ""], rows)

    @classmethod
    def definitions(cls, rows: Sequence[Sequence[Cell]], words: Words) -> "Sheet":
        names = (N_("Name"), N_("Question"), N_("Included:"), N_("Excluded:"))
        return cls(words(N_("Definitions")), ["", *map(words, names)], rows)


def book_of(*sheets: Sheet, charts: Callable[[Any, Any], None] = lambda _, __: None) -> bytes:
    """A workbook; `charts` draws into the book, on its first sheet."""
    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **_PLAIN})
    bold = book.add_format({"bold": True, "text_wrap": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    written = []
    for each in sheets:
        sheet = book.add_worksheet(each.name[:31])
        _write(sheet, each.header, each.rows, bold, day)
        sheet.set_column(0, len(each.header), each.width)
        written.append(sheet)
    charts(book, written[0])
    book.close()
    return file.getvalue()


def workbook(table: Table, language: str, words: Words) -> bytes:
    """`words` translates the words of the sheets."""
    header, rows = csv_header(table), [*csv_rows(table, language)]
    ground = [[name, value] for name, value in zip(GROUND, rows[-1][-len(GROUND) :], strict=True)]
    return book_of(
        Sheet.figures(header[: -len(GROUND)], [row[: -len(GROUND)] for row in rows], words),
        Sheet.about(ground, words),
        Sheet.definitions(_definitions(table, words), words),
        charts=lambda book, sheet: _chart(book, sheet, header, rows, words),
    )


def _definitions(table: Table, words: Words) -> list[list[Cell]]:
    method = table.wanted.of_method
    columns: list[list[Cell]] = [
        [column.id, words(column.name), words(section.name), "", ""]
        for section in method.sections
        for column in section.columns
    ]
    measures: list[list[Cell]] = [
        [each.id, words(each.name), words(each.question), words(each.counts), words(each.excludes)]
        for each in method.measures
    ]
    return [
        ["method", words(method.name), words(method.differs), words(method.source), ""],
        *measures,
        *columns,
    ]


def _write(sheet: Any, header: Sequence[str], rows: Sequence[Sequence[Cell]], bold: Any, day: Any) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, day)
            elif isinstance(cell, (int, float)):
                sheet.write_number(place, column, cell)
            elif cell:
                sheet.write_string(place, column, cell)


def _chart(
    book: Any, sheet: Any, header: Sequence[str], rows: Sequence[Sequence[Cell]], words: Words
) -> None:
    """Bars of the groups, where they stand one under the other."""
    groups = [place for place, row in enumerate(rows, start=1) if row[0] == "group"]
    shown = [state for state in _STACKED if state in header]
    if not groups or not shown or groups != [*range(groups[0], groups[-1] + 1)]:
        return
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for state in shown:
        column = header.index(state)
        span = (groups[0], groups[-1])
        chart.add_series(
            {
                "name": [sheet.name, 0, column],
                "categories": [sheet.name, span[0], 2, span[1], 2],
                "values": [sheet.name, span[0], column, span[1], column],
                "data_labels": {"value": True},
            }
        )
    chart.set_title({"name": words(N_("Requests by how they were answered"))})
    sheet.insert_chart(len(rows) + 2, 1, chart, {"x_scale": 2})
