"""Figures with one number in each line, for programs that draw charts."""

from asyncio import to_thread
from collections.abc import Iterator

from litestar import Response, get

from rti.accounts.rate_limits import LimitedCall
from rti.core.csv_export import Cell, as_csv
from rti.statistics.identities import require_identities
from rti.statistics.queries import Line, Table
from rti.web.api.statistics import GROUND, exported_table, ground_of, words
from rti.web.downloads import csv_file
from rti.web.guards import rate_limited, signed_in
from rti.web.inject import Now, Reading, Session, Today, Who
from rti.web.templating import WebRequest, language_of

NOT_SHOWN = "not shown"


def flat_header(table: Table) -> list[str]:
    keys = (f"{by}{part}" for by in table.wanted.dimensions for part in ("", "_name"))
    return [*keys, "section", "column", "column_name", "requests", "reason", *GROUND]


def flat_rows(table: Table, language: str) -> Iterator[list[Cell]]:
    """One line for each group and column, and none for a sum, so that whatever adds lines up counts nothing twice.

    What is hidden is an empty number with a reason beside it.
    """
    require_identities(table)
    ground = ground_of(table)
    for line in table.lines:
        if len(line.keys) == len(table.wanted.dimensions):
            keys = [*_keys(line, language)]
            for section in table.wanted.of_method.sections:
                for column in section.columns:
                    number = line.figures.counts[column.id]
                    row = [section.id, column.id, words(column.name, language), number]
                    yield [*keys, *row, NOT_SHOWN if number is None else "", *ground]


def _keys(line: Line, language: str) -> Iterator[Cell]:
    for key, name in zip(line.keys, line.names, strict=True):
        yield from (key, words(name, language))


@get("/statistics/flat.csv", guards=[signed_in, rate_limited(LimitedCall.FIGURES)])
async def flat_figures(
    request: WebRequest, session: Session, reading: Reading, person: Who, today: Today, now: Now
) -> Response[str]:
    """The numbers of the page, one in each line."""
    table = await exported_table(request, session, reading, person, today, now)
    text = await to_thread(_as_text, table, language_of(request))
    return csv_file(f"statistics-flat-{table.as_of}.csv", text)


def _as_text(table: Table, language: str) -> str:
    return as_csv(flat_header(table), flat_rows(table, language))


ROUTES = [flat_figures]
