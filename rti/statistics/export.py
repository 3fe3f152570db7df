"""Every request as one line of CSV, without anything that says who asked for what in which words."""

from collections.abc import AsyncGenerator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.csv_export import BYTE_ORDER_MARK, csv_lines
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow

AT_ONCE = 200
"""Rows fetched and written together; memory does not grow with what is stored."""

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


async def request_lines(session: AsyncSession, wanted: Select[RequestRow]) -> AsyncGenerator[str, None]:
    """The header, then the requests that `wanted` selects by their identifiers, some at a time."""
    columns: list[Any] = [*COLUMNS.values()]
    query = (
        wanted.with_only_columns(*columns)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .order_by(RequestRow.id)
    )
    yield BYTE_ORDER_MARK + csv_lines([list(COLUMNS)])
    found = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for rows in found.partitions():
        yield csv_lines([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value
