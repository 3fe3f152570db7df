"""XLSX files: the sheet is read as its CSV would be, in a process of its own, or it is told why not."""

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook
from sqlalchemy import select

from rti.core.db import Database
from rti.core.errors import Invalid
from rti.core.roles import Role
from rti.imports import spreadsheets
from rti.imports.spreadsheets import as_csv
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow
from tests import commands
from tests.conftest import DoJobs, SignIn


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


async def lines(content: bytes) -> list[str]:
    return (await as_csv(content)).decode().splitlines()


async def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        await as_csv(content)
    return str(refused.value)


async def test_cells_are_written_as_a_csv_file_has_them() -> None:
    content = sheet(
        ["A log"],
        [],
        ["code", "day", "moment", "share", "said"],
        [10201, date(2026, 9, 1), datetime(2026, 9, 1, 14, 30), 2.0, "ក\nខ"],  # noqa: DTZ001 -- as cells are
        [1.5, datetime(2026, 9, 1), None, True, None],  # noqa: DTZ001
    )
    assert await lines(content) == [
        "A log,,,,",
        ",,,,",
        "code,day,moment,share,said",
        "10201,2026-09-01,2026-09-01 14:30,2,ក ខ",
        "1.5,2026-09-01,,true,",
    ]


async def test_what_is_not_xlsx_is_left_as_it_is() -> None:
    assert await as_csv(b"a,b\n") == b"a,b\n"


async def test_of_several_sheets_the_one_with_content_is_read_or_it_is_told() -> None:
    book = Workbook()
    book.active.append(["code"])
    book.create_sheet("Empty")
    book.create_sheet("Hidden").append(["x"])
    book["Hidden"].sheet_state = "hidden"
    assert await lines(saved(book)) == ["code"]
    book.create_sheet("Summary").append(["x"])
    assert "Several sheets of this XLSX file have content: Sheet, Summary" in await refusal(saved(book))


async def test_a_damaged_or_endless_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(sheet(["code"]))) as whole, zipfile.ZipFile(out, "w") as broken:
        for entry in whole.infolist():
            broken.writestr(entry.filename, whole.read(entry)[: 10 if "sheet1" in entry.filename else None])
    assert "damaged or too large to be read here. Open it in a spreadsheet" in await refusal(out.getvalue())
    monkeypatch.setattr(spreadsheets, "WALL_SECONDS", 0)
    assert "too large" in await refusal(sheet(["code"]))


async def test_a_file_that_unpacks_to_more_than_is_sane_is_not_unpacked(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            bomb.writestr(name, b"0" * 10_000_000)
    await sign_in(Role.STAFF)
    answer = await client.post("/api/imports/bodies", content=out.getvalue())
    assert answer.status_code == 422
    assert "not a CSV file" in answer.text


async def test_a_member_imports_the_own_spreadsheet(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.CBO_MEMBER)
    content = sheet(
        ["Our requests"],
        ["Title", "Topic", "Received_on", "Body_code", "Outcome"],
        ["Road", "budget", datetime(2026, 10, 5, tzinfo=UTC).replace(tzinfo=None), "KH-010201", "-"],
    )
    assert (await client.post("/api/imports/requests", content=content)).status_code == 202
    await do_jobs()
    async with database.transaction() as session:
        (row,) = await session.scalars(select(RequestRow))
    assert (row.title, row.received_on) == ("Road", date(2026, 10, 5))


async def test_the_command_line_takes_a_spreadsheet(
    database: Database, database_url: str, tmp_path: Any
) -> None:
    file = tmp_path / "bodies.xlsx"
    file.write_bytes(
        sheet(["code", "kind", "name_km", "name_en", "area_code"], ["HC-1", "other", "ក", "Office", 10201])
    )
    done = commands.rti(database_url, "import", "bodies", str(file))
    assert done.returncode == 0, done.stderr
    async with database.transaction() as session:
        found = await session.scalar(select(PublicBodyRow.area_code).where(PublicBodyRow.code == "HC-1"))
    assert found == "010201"
