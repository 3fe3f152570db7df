"""Files of rows in each form, made as jobs; figures with one number in each line; what must hold in both."""

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import httpx
import openpyxl
import pytest
from sqlalchemy import update

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import Outcome
from rti.models.bodies import PublicBodyRow
from rti.statistics import exporting
from rti.statistics.commands import StatisticsQuery
from rti.statistics.figures import Figures
from rti.statistics.identities import Broken, require_identities
from rti.statistics.measures import State
from rti.statistics.method import Kind, Phase
from rti.statistics.methods import METHODS
from rti.statistics.methods.us import US
from rti.statistics.queries import Line, Table
from tests import make as house
from tests.commands import rti
from tests.conftest import TODAY, DoJobs, SignIn
from tests.statistics import make

SFLF = [
    *("request id", "requester", "requester organization", "subject", "date requested", "date perfected"),
    *("date completed", "status", "exemptions cited", "fee category", "fee waiver", "fees charged"),
    "processed under privacy act",
]
STATUSES = {"processed", "fix", "rejected", "no_docs", "done", "partial", "abandoned", "appealing", ""}


async def _load(database: Database) -> None:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW))


def _read(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))]


async def _made(client: httpx.AsyncClient, do_jobs: DoJobs, **asked: str) -> httpx.Response:
    """The file, by way of the API."""
    job = (await client.post("/api/exports", json=asked)).json()
    assert (job["state"], job["total"]) == ("queued", 10), job
    address = f"/api/exports/{job['id']}"
    assert (await client.get(f"{address}/file")).status_code == 404
    await do_jobs()
    view = (await client.get(address)).json()
    assert (view["state"], view["done"], view["fault"]) == ("done", 10, None)
    file = await client.get(f"{address}/file")
    assert file.status_code == 200, file.text
    assert view["file_name"] in file.headers["content-disposition"]
    return file


async def test_a_log_follows_the_standard_format_and_names_nobody(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    text = (await _made(client, do_jobs, form="log")).text
    assert text.splitlines()[0] == ",".join(SFLF)
    rows = _read(text)
    assert len({row["request id"] for row in rows}) == 10
    assert {row["status"] for row in rows} <= STATUSES
    counted = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
    assert {status: n for status, n in counted.items() if n} == {
        "done": 2,
        "partial": 1,
        "rejected": 2,
        "no_docs": 1,
        "processed": 2,
        "abandoned": 1,
        "fix": 1,
    }
    assert {row["requester"] + row["requester organization"] for row in rows} == {""}
    done = next(row for row in rows if row["status"] == "partial")
    assert (done["date perfected"], done["date completed"]) == ("2026-01-05", "2026-02-04")


async def test_a_flat_table_has_names_beside_codes_and_the_state_of_each_row(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    rows = _read((await _made(client, do_jobs, form="flat")).text)
    assert {(row["province"], row["province_en"]) for row in rows} == {
        ("01", "Banteay Meanchey"),
        ("05", "Kampong Speu"),
    }
    assert sum(row["state"] == "in_time" for row in rows) >= 3
    assert {row["received_quarter"] for row in rows} == {"2026-Q1", "2026-Q4", ""}
    assert sorted(int(row["days_to_answer"]) for row in rows if row["days_to_answer"]) == [4, 10, 20, 30, 31]
    assert not {"title", "question", "cbo", "requester_profile"} & rows[0].keys()


async def test_no_name_of_a_body_becomes_a_formula_and_all_others_stay_as_they_are(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await _load(database)
    plain = ["០១ ឃុំ", '"Quoted", with a comma', "", "ឃុំ\r\nថ្មី"]
    for name, shown in [*((each, each) for each in plain), ("=1+1", "'=1+1"), ("\t@sum\nឃុំ", "'\t@sum\nឃុំ")]:
        async with database.transaction() as session:
            await session.execute(
                update(PublicBodyRow).where(PublicBodyRow.code == "KH-050101").values(name_km=name)
            )
        await sign_in(Role.STAFF)
        rows = _read((await _made(client, do_jobs, form="flat")).text)
        assert {row["body_km"] for row in rows if row["body"] == "KH-050101"} == {shown}
        assert {row["province_en"] for row in rows} == {"Banteay Meanchey", "Kampong Speu"}


async def test_a_workbook_of_rows_has_typed_cells_and_no_formula(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    text = _read((await _made(client, do_jobs, form="requests")).text)
    file = await _made(client, do_jobs, form="requests", file="xlsx")
    header, *rows = openpyxl.load_workbook(BytesIO(file.content)).active.iter_rows()
    cells = [{name.value: cell.value for name, cell in zip(header, row, strict=True)} for row in rows]
    plain = [
        {
            name: "" if cell is None else str(cell.date() if hasattr(cell, "date") else cell)
            for name, cell in row.items()
        }
        for row in cells
    ]
    assert plain == text
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}


async def test_the_page_says_how_many_rows_and_how_far_the_file_is(
    client: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    do_jobs: DoJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    assert "Requests in this list: 7." in (await client.get("/exports/new?province=01")).text
    monkeypatch.setattr(exporting, "MOST_IN_WORKBOOK", 9)
    sent = {"form": "flat", "file": "xlsx"}
    page = "/exports/new"
    refused = await house.post_form(client, page, sent, page=page)
    assert refused.status_code == 422
    assert "up to 9 rows" in refused.text
    started = await house.post_form(client, page, {**sent, "file": "csv"}, page=page)
    waits = await client.get(started.headers["location"])
    assert "<progress" in waits.text
    await do_jobs()
    done = await client.get(started.headers["location"])
    assert f"{started.headers['location']}/file" in done.text
    await sign_in(Role.STAFF)
    assert (await client.get(started.headers["location"])).status_code == 404
    await sign_in(Role.WORKING_GROUP)
    assert (await client.get("/exports/new")).status_code == 403


async def test_figures_come_flat_with_a_reason_where_a_number_is_hidden_and_no_total(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, database_url: str
) -> None:
    await _load(database)
    await sign_in(Role.STAFF)
    asked = "by=province&then_by=quarter&as_of=2026-11-22"
    rows = _read((await client.get(f"/statistics/flat.csv?{asked}")).text)
    states = [row for row in rows if row["section"] == "states"]
    assert sum(int(row["requests"]) for row in states) == 10
    assert {row["column"] for row in states} == {*State}
    assert "" not in {row["digest"] for row in rows}
    output = rti(
        database_url,
        "statistics",
        "--by",
        "province",
        "--by",
        "quarter",
        *("--as-of", "2026-11-22"),
        "--format",
        "flat",
    )
    assert len(_read(output.stdout)) == len(rows)
    await sign_in(Role.WORKING_GROUP)
    coarse = _read((await client.get("/statistics/flat.csv?by=province")).text)
    assert {(row["requests"] == "", row["reason"]) for row in coarse} <= {(True, "not shown"), (False, "")}
    assert {int(row["requests"]) % 5 for row in coarse if row["requests"]} <= {0}


def test_figures_that_contradict_themselves_do_not_leave() -> None:
    kinds = [
        Kind(state=state, outcome=outcome, begun=begun, closed=closed, received=received)
        for state in State
        for outcome in (None, *Outcome)
        for begun in Phase
        for closed in Phase
        for received in (True, False)
        if closed >= begun or closed is Phase.AFTER
        if (outcome is not None) == (state in {State.IN_TIME, State.LATE, State.EARLY, State.NO_DATE})
    ]
    for method in METHODS.values():
        if not method.by_activity:
            assert Figures(method, {kind: {1: 1} for kind in kinds}).broken == [], method.id
    looked_at = [each for each in kinds if each.begun is not Phase.AFTER and each.closed is not Phase.BEFORE]
    good = Figures(US, {kind: {1: 1} for kind in looked_at})
    assert good.broken == []
    wanted = StatisticsQuery(method="us")
    total = Line((), (), good)
    require_identities(Table(wanted, TODAY, TODAY, [Line(("x",), (None,), good)], total, [], coarse=False))
    with pytest.raises(Broken, match="do not add up"):
        require_identities(Table(wanted, TODAY, TODAY, [], total, [], coarse=False))
    untrue = Figures(replace(US, sections=US.sections[1:]), good.tally)
    with pytest.raises(Broken, match="processed"):
        require_identities(Table(wanted, TODAY, TODAY, [], Line((), (), untrue), [], coarse=False))
