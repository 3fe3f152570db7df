"""The page of figures and its files, for each role and in both languages, and what wrong parameters do."""

import csv
import re
from io import StringIO

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.web.pages.statistics import FEW_LINES
from tests import make as house
from tests.conftest import SignIn
from tests.statistics import make

BOTH = "by=province&then_by=topic"


async def load(database: Database) -> None:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW, "ASKER"))


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:], newline="")))


async def test_the_page_shows_counts_and_percentages_with_their_denominator(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    shown = await client.get("/statistics?by=province&as_of=2026-11-20")
    assert shown.status_code == 200
    assert "50 % of 4" in shown.text
    assert "60 % of 5" in shown.text
    assert "23 to 88 %" in shown.text
    assert "20 November 2026" in shown.text
    assert "its dates are benchmarks" in shown.text
    assert "These figures combine legal deadlines and benchmarks" not in shown.text
    assert "/statistics.csv?by=province&amp;as_of=2026-11-20" in shown.text


async def test_the_lines_of_a_table_are_sorted_by_a_share_and_each_has_a_bar(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    found = {}
    for order in ("on_time_rate", "-on_time_rate"):
        address = f"/statistics?by=topic&as_of=2026-11-20&order={order}"
        page = (await client.get(address)).text
        head, _, body = page.partition('id="table"')[2].partition("<tbody>")
        assert head.count("aria-sort") == 1
        assert "order=" not in page.partition("/statistics.csv?")[2].partition('"')[0], (
            "files have an order of their own"
        )
        rows = body.partition("<strong>")[0].split("<tr>")[1:-1]
        shares = [
            re.search(r'data-label="Answered in time">\s*<meter[^>]* value="(\d+)"', row) for row in rows
        ]
        found[order] = [int(share[1]) for share in shares if share]
        assert [share is None for share in shares] == sorted(share is None for share in shares), (
            "those without it last"
        )
    rising, falling = found.values()
    assert rising == falling[::-1] == sorted(rising)
    assert len(set(rising)) > 1


async def test_a_long_table_comes_in_part_and_whole_where_that_is_asked(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        asker = await house.cbo(session, make.NOW, "ASKER")
        for number in range(1, FEW_LINES + 4):
            body = await house.body(session, f"KH-{number:02}")
            await make.request(session, asker, body)
    await sign_in(Role.STAFF)
    shown = {
        address: (await client.get(f"/statistics?{address}")).text for address in (BOTH, f"{BOTH}&lines=all")
    }
    part, whole = shown.values()
    assert len(part) < len(whole)
    assert f"Showing the first {FEW_LINES}" in part
    assert f"/statistics?{BOTH}&lines=all#table".replace("&", "&amp;") in part
    assert "Showing the first" not in whole
    assert "lines=" not in whole.partition("/statistics.csv?")[2].partition('"')[0]


async def test_beside_figures_of_one_grouping_stands_its_picture_and_the_headlines_on_the_page_as_it_comes(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    pictures = {
        address: set(
            re.findall(r'src="/statistics/pictures/(\w+)', (await client.get(f"/statistics?{address}")).text)
        )
        for address in ("", "by=province", "by=quarter&then_by=topic")
    }
    first, province, quarter = pictures.values()
    assert first == {"quarters", "answers", "provinces", "kinds", "waiting"}
    assert (province, quarter) == ({"provinces"}, {"quarters"})


async def test_the_page_speaks_khmer_names(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    client.cookies.set("language", "km")
    shown = await client.get("/statistics?by=body")
    assert shown.status_code == 200
    assert "រដ្ឋបាលឃុំ" in shown.text


async def test_without_requests_the_page_says_so(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    shown = await client.get("/statistics")
    assert shown.status_code == 200
    assert "No requests found" in shown.text


async def test_figures_of_answers_say_that_silence_is_not_in_them(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    shown = await client.get("/statistics?basis=answered")
    assert "these figures leave out requests without an answer" in shown.text
    shown = await client.get("/statistics?early=1")
    assert "looks better than it is" in shown.text


@pytest.mark.parametrize(
    "wrong",
    [
        "by=colour",
        "by=year&then_by=year",
        "as_of=2026-13-01",
        "as_of=2190-01-01",
        "since=1850-01-01",
        "since=2026-02-01&until=2026-01-01",
        "province=%00",
        "statute_id=" + "x" * 5000,
        "campaign_id=1",
        "early=perhaps",
        "nothing=1",
        "since=%ED%A0%80",
        "by=%FF%FE",
    ],
)
async def test_wrong_parameters_are_named_and_kept(
    client: httpx.AsyncClient, sign_in: SignIn, wrong: str
) -> None:
    await sign_in(Role.STAFF)
    field = wrong.rpartition("&")[2].partition("=")[0]
    shown = await client.get(f"/statistics?{wrong}")
    assert shown.status_code == 422
    assert f'href="#{field}"' in shown.text
    as_json = await client.get(f"/api/statistics?{wrong}")
    assert as_json.status_code == 422
    assert [fault["field"] for fault in as_json.json()["faults"]] == [field]
    as_file = await client.get(f"/statistics.csv?{wrong}")
    assert as_file.status_code == 422


async def test_the_same_figures_are_there_as_csv_and_json(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.STAFF)
    query = "by=province&then_by=topic&as_of=2026-11-22"
    answer = await client.get(f"/statistics.csv?{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "statistics-2026-11-22.csv" in answer.headers["content-disposition"]
    lines = read(answer.text)
    assert [line["line"] for line in lines] == ["group", "sub-total", "group", "group", "sub-total", "total"]
    assert len({len(line) for line in lines}) == 1
    total = lines[-1]
    assert (total["in_time"], total["silent"], total["not_yet_due"]) == ("3", "1", "1")
    assert (total["on_time_rate"], total["on_time_rate_numerator"], total["on_time_rate_denominator"]) == (
        "60.0",
        "3",
        "5",
    )
    assert (total["as_of"], total["basis"], total["measure_version"]) == ("2026-11-22", "received", "3")
    assert total["statutes"] == "KH-A2I-DRAFT version 1"

    view = (await client.get(f"/api/statistics?{query}")).json()
    assert view == (await client.get(f"/statistics.json?{query}")).json()
    assert view["total"]["rates"]["on_time_rate"] == {
        "numerator": 3,
        "denominator": 5,
        "percent": 60.0,
        "interval": [23.07, 88.24],
    }
    assert view["judged_by"][0]["dates"] == "benchmarks"
    assert view["lines"][0]["keys"] == {"province": "01", "topic": "budget"}
    assert view["lines"][1]["keys"] == {"province": "01"}


async def test_a_member_counts_the_requests_of_the_own_organisation_alone(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    await sign_in(Role.CBO_MEMBER)
    assert "No requests found" in (await client.get("/statistics")).text
    view = (await client.get("/api/statistics")).json()
    assert view["lines"] == []
    assert not any(view["total"]["counts"].values())


async def test_only_those_who_work_on_requests_get_them_row_by_row(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await load(database)
    assert (await client.get("/requests.csv")).status_code == 302
    for role, status, rows in [
        (Role.WORKING_GROUP, 403, 0),
        (Role.ADMINISTRATOR, 403, 0),
        (Role.STAFF, 200, 10),
        (Role.CBO_LEAD, 200, 0),
    ]:
        await sign_in(role)
        answer = await client.get("/requests.csv")
        assert answer.status_code == status, role
        assert status == 403 or len(read(answer.text)) == rows


async def test_the_rows_carry_no_words_of_anybody_and_no_formula(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        cbo, body = await house.cbo(session, make.NOW), await house.body(session)
        await make.request(
            session, cbo, body, reference="=1+1", title="SECRET", question="SECRET", doubtful="\tdate"
        )
    await sign_in(Role.STAFF)
    answer = await client.get("/requests.csv?province=01")
    assert "SECRET" not in answer.text
    [row] = read(answer.text)
    assert row["reference"] == "'=1+1"
    assert row["doubtful"] == "'\tdate"
    assert (row["body"], row["body_kind"], row["province"]) == ("KH-010201", "commune_administration", "01")
    assert (row["received_on"], row["due_on"], row["binding"]) == ("2026-01-05", "2026-02-04", "no")
    assert read((await client.get("/requests.csv?province=02")).text) == []
    assert (await client.get("/requests.csv?province=%00")).status_code == 422


async def test_downloads_give_their_connections_back(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """More downloads than the pool of the application has connections."""
    await load(database)
    await sign_in(Role.STAFF)
    for _ in range(25):
        assert (await client.get("/requests.csv")).status_code == 200
    assert (await client.get("/requests")).status_code == 200
