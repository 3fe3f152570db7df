"""The invented log, and short cuts to import it or another file."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.roles import Person
from rti.imports.csv_reader import CsvFile
from rti.imports.mapping import FIXED, RequestMap, read_mapping
from rti.imports.report import LineResult, Report, Run
from rti.imports.requests import import_requests
from tests import make
from tests.conftest import NOW, TODAY

HERE = Path(__file__).parent
LOG = (HERE / "log.csv").read_bytes()
MAP = (HERE / "log.toml").read_bytes()


async def load(
    session: AsyncSession,
    content: bytes = LOG,
    mapping: RequestMap | None = None,
    *,
    person: Person | None = None,
    today: date = TODAY,
    **run: Any,
) -> Report:
    chosen = mapping or read_mapping(MAP)
    file = CsvFile(BytesIO(content), chosen.expected)
    return await import_requests(session, file, chosen, now=NOW, today=today, run=Run(by=person, **run))


async def load_fixed(session: AsyncSession, text: str, person: Person | None = None, **run: Any) -> Report:
    """Import in the layout that the web takes."""
    return await load(session, text.encode(), FIXED, person=person, **run)


def fates(report: Report) -> dict[int, LineResult]:
    return {line.number: line.result for line in report.lines}


def reasons(report: Report) -> dict[int, str]:
    return {line.number: line.reason() for line in report.lines}


async def send(
    client: httpx.AsyncClient, kind: str, content: str | bytes | None, **fields: str
) -> httpx.Response:
    """Send the form; the answer leads to the page of the job."""
    files = {"file": ("list.csv", content, "text/csv")} if content is not None else None
    return await make.post_form(client, "/imports", {"kind": kind, **fields}, files=files)
