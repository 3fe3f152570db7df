"""Tables of things that are counted (`statistics.tables`) as JSON, CSV and a workbook: one computation, one path."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Response
from litestar.response import Template

from rti.core.csv_export import Cell, as_csv
from rti.statistics.disclosure import SMALLEST
from rti.statistics.tables import CountLine, CountTable
from rti.web.api.statistics import PLACES, ROUNDING, RateView, rate_view, words
from rti.web.downloads import csv_file
from rti.web.forms import Form, attempt
from rti.web.headers import attachment
from rti.web.templating import WebRequest, language_of, page
from rti.web.workbook import MEDIA_TYPE, Sheet, book_of


class CountLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A group by its keys; a sub-total has fewer of them, and the total none. A number that is not told is null."""

    keys: Mapping[str, str | None]
    names: Mapping[str, str]
    counts: Mapping[str, int | None]
    rates: Mapping[str, RateView]


class CountTableView(msgspec.Struct, frozen=True, kw_only=True):
    """`smallest_cell` is that of `TableView`; `digest` is the SHA-256 of keys, counts and rates."""

    table: str
    version: int
    as_of: date
    rests_on: Mapping[str, str | None]
    rounding: str
    smallest_cell: int | None
    digest: str
    lines: list[CountLineView]
    total: CountLineView


def count_view(table: CountTable, language: str) -> CountTableView:
    return CountTableView(
        table=table.scheme.id,
        version=table.scheme.version,
        as_of=table.as_of,
        rests_on={name: None if value is None else str(value) for name, value in table.rests_on.items()},
        rounding=ROUNDING,
        smallest_cell=SMALLEST if table.coarse else None,
        digest=table.digest,
        lines=[_line_view(table, line, language) for line in table.lines],
        total=_line_view(table, table.total, language),
    )


def _line_view(table: CountTable, line: CountLine, language: str) -> CountLineView:
    return CountLineView(
        keys=dict(zip(table.dimensions, line.keys, strict=False)),
        names={by: words(name, language) for by, name in zip(table.dimensions, line.names, strict=False)},
        counts=line.counts,
        rates={measure.id: rate_view(rate) for measure, rate in line.rates},
    )


def _header(table: CountTable) -> list[str]:
    parts = ("", "_numerator", "_denominator", "_low", "_high")
    return [
        "line",
        *(f"{by}{part}" for by in table.dimensions for part in ("", "_name")),
        *(column.id for column in table.scheme.columns),
        *(f"{each.id}{part}" for each in table.scheme.measures for part in parts),
        "hidden",
    ]


def _rows(table: CountTable, language: str) -> Iterator[list[Cell]]:
    """The groups, the sub-totals and the total, told apart by their first cell."""
    for line in (*table.lines, table.total):
        full = len(line.keys) == len(table.dimensions)
        row: list[Cell] = ["group" if full else "sub-total" if line.keys else "total"]
        for place in range(len(table.dimensions)):
            known = place < len(line.keys)
            row += [line.keys[place], words(line.names[place], language)] if known else [None, None]
        row += line.counts.values()
        for _, rate in line.rates:
            percent, interval = rate.percent(PLACES), rate.interval(PLACES)
            row += [None if percent is None else float(percent), rate.numerator, rate.denominator]
            row += [float(bound) for bound in interval] if interval else [None, None]
        hidden = [name for name, count in line.counts.items() if count is None]
        yield [*row, f"not shown: {', '.join(hidden)}" if hidden else ""]


def _ground(table: CountTable) -> dict[str, Cell]:
    """What the numbers rest on: the last cells of every line of a CSV file, and a sheet of a workbook."""
    own: dict[str, Cell] = {"table": table.scheme.id, "table_version": table.scheme.version}
    return own | {**table.rests_on, "as_of": table.as_of, "rounding": ROUNDING, "digest": table.digest}


def as_text(table: CountTable, language: str) -> str:
    """The whole CSV file."""
    ground = _ground(table)
    return as_csv([*_header(table), *ground], [[*row, *ground.values()] for row in _rows(table, language)])


def as_book(table: CountTable, language: str) -> bytes:
    """The same as XLSX, with what it rests on and the definitions on sheets of their own."""
    word, scheme = partial(words, language=language), table.scheme
    ground = _ground(table)
    definitions = [
        (scheme.id, word(scheme.name), word(scheme.says), "", ""),
        *((m.id, word(m.name), word(m.question), word(m.counts), word(m.excludes)) for m in scheme.measures),
        *((column.id, word(column.name), "", "", "") for column in scheme.columns),
    ]
    return book_of(
        Sheet.figures(_header(table), [*_rows(table, language)], word),
        Sheet.about(list(ground.items()), word),
        Sheet.definitions(definitions, word),
    )


async def counts_page(
    request: WebRequest,
    template: str,
    form: Form,
    ask: Callable[[], Awaitable[Any]] | None,
    *,
    initial: Mapping[str, str],
    coarse: bool,
    **more: Any,
) -> Template:
    """The page of such a table: its form, and what was asked for where there is anything to ask."""
    asked = urlencode(form.values)
    found = None
    if ask:
        async with attempt(form):
            found = await ask()
    form.values = {**initial, **form.values}
    context: dict[str, Any] = {
        "as_file": asked,
        "coarse": coarse,
        "words": partial(words, language=language_of(request)),
    }
    return page(request, template, found, form=form, **context, **more)


def files(address: str) -> list[str]:
    """The addresses of the files of a table."""
    return [f"{address}.{kind}" for kind in ("csv", "json", "xlsx")]


def file_of(request: WebRequest, table: CountTable) -> Response[Any]:
    """The table as the kind of file that the address asks for."""
    kind, language = request.url.path.rpartition(".")[2], language_of(request)
    name = f"{table.scheme.id}-{table.as_of}.{kind}"
    if kind == "csv":
        return csv_file(name, as_text(table, language))
    if kind == "json":
        return Response(count_view(table, language), media_type=MediaType.JSON)
    headers = {"Content-Disposition": attachment(name)}
    return Response(as_book(table, language), media_type=MEDIA_TYPE, headers=headers)
