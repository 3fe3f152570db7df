"""Requests as rows of a file, without titles, questions or anything about who asked.

Three forms of the same rows: as they stand, flat with all names beside the codes for programs that draw charts, and as
a request log in the Standard FOIA Log Format 1.5 (MuckRock).
"""

import csv
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import IO, Any

from sqlalchemy import (
    CTE,
    Boolean,
    Date,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from rti.core.asking import compiled
from rti.core.csv_export import BYTE_ORDER_MARK, csv_lines
from rti.core.db import Choice
from rti.law.events import Outcome
from rti.law.monitoring import Contest
from rti.law.status import RequestStatus
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import RequestRow
from rti.statistics.in_sql import answered_by, state_at


class ExportForm(StrEnum):
    """The form of the rows of a file."""

    REQUESTS = "requests"
    FLAT = "flat"
    LOG = "log"


class ExportFile(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Rows:
    """A query, and the columns of the file by their names."""

    query: Select[Any]
    columns: Mapping[str, Any]
    mark: bool = True
    """Whether a CSV file begins with a byte order mark, without which spreadsheets spoil Khmer."""
    harmless: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    """Of columns whose texts many rows share, whether those of a row were found to be harmless, all together."""

    @property
    def ready(self) -> Select[Any]:
        return self.query.where(RequestRow.duplicate_of.is_(None)).order_by(RequestRow.id)


COLUMNS: Mapping[str, Any] = {
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


def rows_of(wanted: Select[RequestRow], form: ExportForm, today: date) -> Rows:
    """The rows of the requests that `wanted` selects."""
    if form is ExportForm.FLAT:
        return _flat(wanted, today)
    query = wanted.join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
    if form is ExportForm.LOG:
        return Rows(query, _log(), mark=False)
    return Rows(query, COLUMNS)


def _flat(query: Select[RequestRow], today: date) -> Rows:
    """Each name is beside its code, so that no other table is needed."""
    bodies, answered, row = _bodies(), answered_by(RequestRow, today), RequestRow
    places = {name: column for name, column in bodies.c.items() if name not in {"id", "harmless"}}
    query = query.join(bodies, bodies.c.id == row.body_id)
    return Rows(
        query.outerjoin(CampaignRow, CampaignRow.id == row.campaign_id),
        {"reference": row.reference, "campaign": CampaignRow.code}
        | places
        | {each: getattr(row, each) for each in _FLAT}
        | {
            "received_quarter": func.to_char(row.received_on, 'YYYY"-Q"Q', type_=Text),
            "state": type_coerce(state_at(row, today, count_early=False), Text),
            "days_to_answer": type_coerce(case((answered, row.answered_on - row.received_on)), Integer),
        },
        harmless=dict.fromkeys(places, bodies.c.harmless),
    )


def _bodies() -> CTE:
    """Public bodies with the names of their areas: put together, and looked at, once for each body and not for each row."""
    body, area = PublicBodyRow, PublicBodyRow.area_code
    codes: dict[str, Any] = {
        "province": body.province_code,
        "district": case((func.length(area) >= 4, func.left(area, 4))),
        "commune": case((func.length(area) >= 6, func.left(area, 6))),
    }
    columns: dict[str, Any] = {"body": body.code, "body_en": body.name_en, "body_km": body.name_km}
    columns["body_kind"] = body.kind
    query = select(body.id)
    for name, code in codes.items():
        place = aliased(AreaRow, name=name)
        query = query.outerjoin(place, place.code == code)
        columns |= {name: code, f"{name}_en": place.name_en, f"{name}_km": place.name_km}
    looked_at = [_is_harmless(func.coalesce(column, "0")) for column in columns.values() if _is_text(column)]
    query = query.add_columns(*(column.label(name) for name, column in columns.items()))
    return query.add_columns(and_(*looked_at).label("harmless")).cte("body").prefix_with("MATERIALIZED")


_FLAT = (
    *("topic", "channel", "question_class", "wave", "statute_id", "statute_version", "binding"),
    *("submitted_on", "received_on", "due_on", "answered_on", "closed_on"),
    *("status", "outcome", "ground", "section", "checked"),
)
"""Columns of a request as they are."""


def _log() -> dict[str, ColumnElement[Any]]:
    """The thirteen columns of the format, in its order; who asked is never told, and fees are not known."""
    unknown = literal(None, Text)
    return {
        "request id": cast(RequestRow.id, Text),
        "requester": unknown,
        "requester organization": unknown,
        "subject": type_coerce(RequestRow.topic, Text),
        "date requested": type_coerce(RequestRow.submitted_on, Date),
        "date perfected": type_coerce(RequestRow.received_on, Date),
        "date completed": type_coerce(RequestRow.closed_on, Date),
        "status": _log_status(),
        "exemptions cited": type_coerce(RequestRow.section, Text),
        "fee category": unknown,
        "fee waiver": unknown,
        "fees charged": unknown,
        "processed under privacy act": literal("no"),
    }


def _log_status() -> ColumnElement[Any]:
    """Where a request stands in the words of the format; nothing where none of them fits."""
    outcome, status = RequestRow.outcome, RequestRow.status
    of_outcome = {
        Outcome.FULL: "done",
        Outcome.PARTIAL: "partial",
        Outcome.NOT_HELD: "no_docs",
        Outcome.REFERRED: "no_docs",
        Outcome.REFUSED: "rejected",
        Outcome.ORAL_REFUSAL: "rejected",
        Outcome.INADEQUATE: "processed",
    }
    return case(
        (RequestRow.contest == Contest.FILED, "appealing"),
        *((outcome == each, word) for each, word in of_outcome.items()),
        (status == RequestStatus.WITHDRAWN, "abandoned"),
        (status == RequestStatus.NOT_SUBMITTED, "rejected"),
        (status == RequestStatus.PAUSED, "fix"),
        (or_(status == RequestStatus.DRAFT, outcome.is_not(None)), None),
        else_="processed",
    )


_NEEDS_CARE = "\ue000"
"""Stands before a cell that may not leave as PostgreSQL writes it; the letter is private, so that nobody's texts have it."""
_CARE = _NEEDS_CARE.encode()
_LINE_FEED, _RETURN = "\ue001", "\ue002"
_HARMLESS = "^[0-9A-Za-z\u1780-\u17b3\u17e0-\u17e9][^\\n\\r\ue000-\ue002]*$"
"""A text that begins with a digit or letter, Latin or Khmer, so no formula, and is in one line; all others are looked at here, by the one rule of `core.csv_export`."""


async def write_csv(session: AsyncSession, rows: Rows, write: Callable[[bytes], object]) -> None:
    """The header, then the rows, piece by piece: PostgreSQL writes the file (COPY), as far as row security lets it, and
    memory does not grow with what is stored."""
    cells = [_written(column, rows.harmless.get(name)).label(name) for name, column in rows.columns.items()]
    query = rows.ready.with_only_columns(*cells, maintain_column_froms=True)
    statement = compiled(query)
    values = query.compile().params
    write(((BYTE_ORDER_MARK if rows.mark else "") + csv_lines([list(rows.columns)])).encode())
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


AT_ONCE = 2_000
"""Rows of a workbook that are written together."""


async def write_workbook(session: AsyncSession, rows: Rows, file: IO[bytes]) -> AsyncIterator[int]:
    """The same as a workbook, row by row, so that memory does not grow; gives how many are written so far.

    Texts are cells of text and never a formula or a link.
    """
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"constant_memory": True, **plain})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(rows.columns):
        sheet.write_string(0, place, name)
    written = 0
    cells = [column.label(name) for name, column in rows.columns.items()]
    query = rows.ready.with_only_columns(*cells, maintain_column_froms=True)
    found = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for part in found.partitions():
        await to_thread(_write_part, sheet, part, written, day)
        written += len(part)
        yield written
    await to_thread(book.close)


def _write_part(sheet: Any, part: Sequence[Any], written: int, day: Any) -> None:
    for line, row in enumerate(part, start=written + 1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, place, cell)
            elif isinstance(cell, bool):
                sheet.write_string(line, place, "yes" if cell else "no")
            elif isinstance(cell, date):
                sheet.write_datetime(line, place, cell, day)
            elif cell is not None:
                sheet.write_number(line, place, cell)


def _written(column: Any, harmless: ColumnElement[bool] | None) -> Any:
    """A column as PostgreSQL is to write it."""
    if isinstance(column.type, Boolean):
        return case((column, literal_column("'yes'")), else_=literal_column("'no'"))
    if not _is_text(column):
        return column
    text = cast(column, Text)
    careful = func.translate(text, literal_column("E'\\n\\r'"), literal_column(f"'{_LINE_FEED}{_RETURN}'"))
    return case(
        (func.coalesce(text, literal_column("''")) == literal_column("''"), None),
        (_is_harmless(text) if harmless is None else or_(harmless, _is_harmless(text)), text),
        else_=func.concat(literal_column(f"'{_NEEDS_CARE}'"), careful),
    )


def _is_text(column: Any) -> bool:
    return not isinstance(column.type, Boolean | Date | Integer | Choice)


def _is_harmless(text: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = text.op("~", is_comparison=True)(literal_column(f"E'{_HARMLESS}'"))
    return found


def _safe(lines: bytes) -> bytes:
    """Lines as they may leave: with the line ends of CSV, and no cell that begins a formula."""
    safe = lines.replace(b"\n", b"\r\n") + b"\r\n"
    if _CARE not in safe:
        return safe
    return b"".join(_looked_at(line) if _CARE in line else line for line in safe.splitlines(keepends=True))


def _looked_at(line: bytes) -> bytes:
    """A row, which has no line ends of its own; `_LINE_FEED` and `_RETURN` stand for them."""
    return csv_lines([_seen(cell) for cell in row] for row in csv.reader([line.decode()])).encode()


def _seen(cell: str) -> str:
    if not cell.startswith(_NEEDS_CARE):
        return cell
    return cell[1:].replace(_LINE_FEED, "\n").replace(_RETURN, "\r")
