"""Every request as one line of CSV, without anything that says who asked for what in which words."""

import csv
from asyncio import to_thread
from collections.abc import Callable
from io import StringIO
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Select, Text, case, cast, func, literal_column
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rti.core.asking import compiled
from rti.core.csv_export import BYTE_ORDER_MARK, csv_lines
from rti.core.db import Choice
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow

COLUMNS = {
    "reference": RequestRow.reference,
    "body": PublicBodyRow.code,
    "body_kind": PublicBodyRow.kind,
    "province": PublicBodyRow.province_code,
    "topic": RequestRow.topic,
    "status": RequestRow.status,
    "outcome": RequestRow.outcome,
    "drafted_on": RequestRow.drafted_on,
    "submitted_on": RequestRow.submitted_on,
    "received_on": RequestRow.received_on,
    "due_on": RequestRow.due_on,
    "binding": RequestRow.binding,
    "provisional": RequestRow.provisional,
    "answered_on": RequestRow.answered_on,
    "ended_on": RequestRow.ended_on,
    "statute_id": RequestRow.statute_id,
    "statute_version": RequestRow.statute_version,
    "doubtful": RequestRow.doubtful,
}
"""`binding` distinguishes a deadline of a law in force (yes) from a benchmark (no)."""


_NEEDS_CARE = "\ue000"
"""Stands before a cell that may not leave as PostgreSQL writes it; the letter is private, so that nobody's texts have it."""
_LINE_FEED, _RETURN = "\ue001", "\ue002"
_HARMLESS = "^[0-9A-Za-z][^\\n\\r\ue000-\ue002]*$"
"""A text that begins no formula and is in one line; all others are looked at here, by the one rule of `core.csv_export`."""


async def write_requests(
    session: AsyncSession, wanted: Select[RequestRow], write: Callable[[bytes], object]
) -> None:
    """The header, then the requests that `wanted` selects, piece by piece: PostgreSQL writes the file (COPY), as far as
    row security lets it, and memory does not grow with what is stored. Cells that need care are looked at beside the event loop."""
    cells = [_written(column).label(name) for name, column in COLUMNS.items()]
    query = (
        wanted.with_only_columns(*cells)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .where(RequestRow.duplicate_of.is_(None))
        .order_by(RequestRow.id)
    )
    statement = compiled(query)
    values = query.compile().params
    write((BYTE_ORDER_MARK + csv_lines([list(COLUMNS)])).encode())
    left = b""

    async def take(piece: bytes) -> None:
        nonlocal left
        whole, end, left = (left + piece).rpartition(b"\n")
        if end:
            write(await to_thread(_safe, whole))

    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_from_query(
        statement.sql[1:-1],
        *(values[name] for name in statement.names),
        output=take,
        format="csv",
        encoding="utf-8",
    )


def _written(column: InstrumentedAttribute[Any]) -> Any:
    """A column as PostgreSQL is to write it."""
    if isinstance(column.type, Boolean):
        return case((column, literal_column("'yes'")), else_=literal_column("'no'"))
    if isinstance(column.type, Date | Integer | Choice):
        return column
    text = cast(column, Text)
    careful = func.translate(text, literal_column("E'\\n\\r'"), literal_column(f"'{_LINE_FEED}{_RETURN}'"))
    return case(
        (text == literal_column("''"), None),
        (text.op("~")(literal_column(f"E'{_HARMLESS}'")), text),
        else_=func.concat(literal_column(f"'{_NEEDS_CARE}'"), careful),
    )


def _safe(lines: bytes) -> bytes:
    """Lines as they may leave: with the line ends of CSV, and no cell that begins a formula."""
    if _NEEDS_CARE.encode() not in lines:
        return lines.replace(b"\n", b"\r\n") + b"\r\n"
    return csv_lines([_seen(cell) for cell in row] for row in csv.reader(StringIO(lines.decode()))).encode()


def _seen(cell: str) -> str:
    if not cell.startswith(_NEEDS_CARE):
        return cell
    return cell[1:].replace(_LINE_FEED, "\n").replace(_RETURN, "\r")
