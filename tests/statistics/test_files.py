"""The same figures as a workbook and as pictures, and what of them is told to whom."""

import csv
import re
from io import BytesIO, StringIO

import httpx
import openpyxl
import pytest
from pikepdf import Pdf

from rti.core.db import Database
from rti.core.roles import Role
from rti.web.api.statistics import GROUND
from rti.web.charts import TileMap
from rti.web.pictures import PICTURES
from tests import make as house
from tests.conftest import SignIn
from tests.statistics import make

AS_OF = "as_of=2026-11-22"
QUERY = f"by=province&{AS_OF}"


async def _load(database: Database) -> None:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW))


@pytest.mark.parametrize("method", ["own", "osji", "uk", "us", "unesco", "barometer"])
async def test_a_workbook_holds_the_numbers_of_the_csv_file_and_no_formula(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, method: str
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    asked = f"{QUERY}&method={method}"
    text = (await client.get(f"/statistics.csv?{asked}")).text
    lines = [*csv.reader(StringIO(text[1:], newline=""))]
    answer = await client.get(f"/statistics.xlsx?{asked}")
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book["Figures"]
    assert sheet.freeze_panes == "A2"
    cells = [["" if each.value is None else each.value for each in row] for row in sheet.iter_rows()]
    assert [row[0] for row in cells] == [line[0] for line in lines]
    for row, line in zip(cells, lines, strict=True):
        result = line[: -len(GROUND)]
        assert [float(cell) if isinstance(cell, (int, float)) else cell for cell in row[: len(result)]] == [
            float(text) if isinstance(cell, (int, float)) else text
            for cell, text in zip(row, result, strict=False)
        ]
    assert {cell.data_type for each in book for row in each.iter_rows() for cell in row} <= {"s", "n", "d"}
    about = {row[0].value: row[1].value for row in book["About these figures"].iter_rows(min_row=2)}
    assert (about["method"], about["digest"]) == (
        method,
        dict(zip(lines[0], lines[1], strict=True))["digest"],
    )
    assert book["Definitions"].max_row > 5


async def test_pictures_are_svg_without_scripts_and_png(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    page = (await client.get(f"/statistics?{AS_OF}")).text
    assert "Of 5 requests whose day had passed, 3 were answered in time (60 %; 23 to 88 %)." in page
    assert "Of 5 requests" in (await client.get(f"/statistics?{QUERY}")).text
    for name in PICTURES:
        assert f'src="/statistics/pictures/{name}.svg?' in page
        svg = await client.get(f"/statistics/pictures/{name}.svg?{QUERY}")
        assert svg.headers["content-type"].startswith("image/svg+xml"), svg.text
        assert "<text" in svg.text
        assert "<script" not in svg.text
        png = await client.get(f"/statistics/pictures/{name}.png?{QUERY}")
        assert png.content.startswith(b"\x89PNG")
    client.cookies.set("language", "km")
    assert "នៅមិនទាន់ឆ្លើយតប" in (await client.get(f"/statistics/pictures/answers.svg?{QUERY}")).text
    for missing in ("nothing.svg", "answers.gif", "answers"):
        assert (await client.get(f"/statistics/pictures/{missing}")).status_code == 404
    assert (await client.get("/statistics/pictures/answers.svg?method=uk")).status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.WORKING_GROUP])
async def test_a_briefing_of_any_table_says_that_it_was_not_released_and_carries_its_table(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    await _load(database)
    await sign_in(role)
    paper = await client.get("/statistics.pdf?by=province")
    assert paper.headers["content-type"] == "application/pdf", paper.text
    view = (await client.get("/statistics.json?by=province")).json()
    with Pdf.open(BytesIO(paper.content)) as pdf:
        assert len(pdf.pages) == 2
        said = pdf.attachments[f"briefing-{view['as_of']}.txt"].get_file().read_bytes().decode()
        table = pdf.attachments["table-1.csv"].get_file().read_bytes().decode()
    assert "Working figures, not released" in said
    assert view["digest"] in said.replace(" ", "")
    assert view["digest"] in table
    rounded = "All others are rounded to a multiple of 5." in said
    assert rounded is (role is Role.WORKING_GROUP)


async def test_a_briefing_of_two_groups_or_of_another_method_has_something_to_see_on_both_pages(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    paper = await client.get("/statistics.pdf?by=province&then_by=topic")
    with Pdf.open(BytesIO(paper.content)) as pdf:
        assert [len(page.get_images()) for page in pdf.pages] == [1, 0]
    paper = await client.get("/statistics.pdf?by=province&then_by=topic&method=uk")
    with Pdf.open(BytesIO(paper.content)) as pdf:
        (said,) = (each for name, each in pdf.attachments.items() if name.endswith(".txt"))
        assert "Limit met: 67 %. " in said.get_file().read_bytes().decode()


@pytest.mark.parametrize("role", [Role.WORKING_GROUP, Role.ADMINISTRATOR])
async def test_whoever_sees_no_request_gets_coarse_pictures_and_workbooks(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    await _load(database)
    await sign_in(role)
    page = (await client.get("/statistics?by=province")).text
    assert "waiting.svg" not in page
    assert (await client.get("/statistics/pictures/waiting.svg")).status_code == 404
    assert (await client.get("/statistics/pictures/answers.svg?since=2026-01-05")).status_code == 422
    for method in ("own", "osji", "uk", "us"):
        answer = await client.get(f"/statistics.xlsx?by=body&method={method}")
        sheet = openpyxl.load_workbook(BytesIO(answer.content))["Figures"]
        header = [cell.value for cell in sheet[1]]
        days = {place for place, name in enumerate(header) if "median" in name}
        numbers = {
            cell.value
            for row in sheet.iter_rows(min_row=2)
            for place, cell in enumerate(row)
            if isinstance(cell.value, int) and place not in days
        }
        assert {number % 5 for number in numbers} <= {0}


async def test_the_methods_stand_side_by_side_with_why_they_differ(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    values = {
        each["method"]: each for each in (await client.get("/api/statistics/methods?as_of=2026-11-22")).json()
    }
    assert [*values] == ["own", "osji", "uk", "us", "unesco", "barometer"]
    rates = {name: next(iter(each["total"]["rates"].values())) for name, each in values.items()}
    assert [
        (rates[name]["numerator"], rates[name]["denominator"]) for name in ("own", "osji", "uk", "us")
    ] == [
        (3, 5),
        (3, 10),
        (4, 6),
        (2, 6),
    ]
    page = (await client.get("/statistics/methods?as_of=2026-11-22")).text
    for each in values.values():
        assert each["differs"] in page
    assert (await client.get("/statistics/methods?as_of=x")).status_code == 422


def test_a_long_name_of_a_province_stays_within_its_tile() -> None:
    tiles = {"01": ("Banteay Meanchey", "50 %", 50.0), "23": ("Kep", "5 %", 5.0), "21": ("តាកែវ", "–", None)}
    drawn = re.findall(
        r"<text(?:[^>]*(textLength))?[^>]*>([^<]+)</text>", TileMap(tiles, height=560).render(is_unicode=True)
    )
    assert ("textLength", "Banteay Meanchey") in drawn
    assert {("", "Kep"), ("", "50 %"), ("", "តាកែវ")} <= set(drawn)
