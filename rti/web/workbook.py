"""Figures as a workbook: the lines of the CSV file with types, a chart of the office program's own, and definitions.

It holds finished numbers and no formula, since one office program shows those as 0.
"""

from collections.abc import Sequence
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


def workbook(table: Table, language: str, words: Words) -> bytes:
    """`words` translates the words of the sheets."""
    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **_PLAIN})
    bold, day = (
        book.add_format({"bold": True, "text_wrap": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    header, rows = csv_header(table), [*csv_rows(table, language)]
    figures = book.add_worksheet(words(N_("Figures"))[:31])
    _write(figures, header[: -len(GROUND)], [row[: -len(GROUND)] for row in rows], bold, day)
    figures.set_column(0, len(header), 14)
    _chart(book, figures, header, rows, words)
    about = book.add_worksheet(words(N_("About these figures"))[:31])
    ground = [[name, value] for name, value in zip(GROUND, rows[-1][-len(GROUND) :], strict=True)]
    _write(about, ["", ""], ground, bold, day)
    about.set_column(0, 1, 40)
    definitions = book.add_worksheet(words(N_("Definitions"))[:31])
    _write(
        definitions,
        ["", *map(words, (N_("Name"), N_("Question"), N_("Included:"), N_("Excluded:")))],
        _definitions(table, words),
        bold,
        day,
    )
    definitions.set_column(0, 4, 40)
    book.close()
    return file.getvalue()


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
