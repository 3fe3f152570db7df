"""Importing in the browser and over the JSON API: the file becomes a job, whose page tells how far it is."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.wallclock import day_of, now
from rti.imports.actions import MOST_LINES
from rti.jobs import queue
from rti.models.cbos import CboRow
from rti.models.jobs import JobRow, JobState
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import DoJobs, SignIn
from tests.imports.files import send

CBOS = "code,name_km,name_en,area_code\nC1,សហគមន៍ ១,Community 1,0102\nC1,ក,Other,\nC3,ក,=1+1,99\n"
REQUESTS = "body_code;title;topic;received_on\nKH-010201;Road;budget;2026-10-05\n"


pytestmark = pytest.mark.usefixtures("nobody_waits")


async def imported(
    client: httpx.AsyncClient, do_jobs: DoJobs, kind: str, content: str | bytes, **fields: str
) -> httpx.Response:
    """Send a file and open the page of its job when that is done."""
    sent = await send(client, kind, content, **fields)
    assert sent.status_code == 303, sent.text
    await do_jobs()
    return await client.get(sent.headers["location"])


async def number_of(database: Database, table: Any) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_staff_import_organisations_and_see_what_became_of_each_line(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    shown = await imported(client, do_jobs, "cbos", CBOS)
    assert shown.status_code == 200
    assert "Line 2 already has this code" in shown.text
    assert "There is no area with this code" in shown.text
    assert await number_of(database, CboRow) == 1


async def test_check_only_keeps_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    shown = await imported(client, do_jobs, "cbos", CBOS, check="1")
    assert "Nothing was imported" in shown.text
    assert await number_of(database, CboRow) == 0


async def test_an_import_of_old_requests_says_before_what_follows_and_tells_each_person_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        cbo = await session.get_one(CboRow, member.person.cbo_id)
        await make.member(session, Role.CBO_LEAD, of=cbo)
    today = day_of(now(), "Asia/Phnom_Penh")
    received = today - timedelta(25)
    header = "body_code;title;topic;received_on\n"
    lines = "".join(f"KH-010201;Road {n};budget;{received}\n" for n in range(520))
    for checking in ({"check": "1"}, {}):
        shown = await imported(client, do_jobs, "requests", header + lines, **checking)
        assert "520 requests, in one message each to at most 2 people" in shown.text
        assert "<dt>Letters held</dt><dd>520</dd>" in shown.text
    swept = await sweep(database.under(Login.WORKER), today, now(), host="rti.test")
    assert (swept.messages, swept.failed) == (2, ())
    held = (await client.get("/api/letters?state=held")).json()["letters"]
    assert held
    assert (await client.get("/api/letters")).json()["letters"] == []
    letter = (await client.get(f"/letters/{held[0]['id']}")).text
    assert "Approve" in letter


async def test_the_report_comes_as_a_csv_file_without_formulas(
    client: httpx.AsyncClient, sign_in: SignIn, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    job = (await send(client, "cbos", CBOS)).headers["location"]
    assert (await client.get(f"{job}/report.csv")).status_code == 404, "there is no report yet"
    await do_jobs()
    assert f'href="{job}/report.csv"' in (await client.get(job)).text
    shown = await client.get(f"{job}/report.csv")
    assert shown.headers["content-type"].startswith("text/csv")
    assert "attachment" in shown.headers["content-disposition"]
    lines = shown.text.removeprefix("\ufeff").splitlines()
    assert lines[:2] == ["line,result,field,reason,same_as_line", "2,imported,,,"]
    assert lines[2].startswith("3,rejected,code,")


async def test_a_member_imports_requests_of_the_own_organisation(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    assert "Every line was accepted" in (await imported(client, do_jobs, "requests", REQUESTS)).text
    again = await imported(client, do_jobs, "requests", REQUESTS)
    assert "Unchanged" in again.text
    async with database.transaction() as session:
        (row,) = await session.scalars(select(RequestRow))
    assert row.cbo_id == member.person.cbo_id


@pytest.mark.parametrize(
    ("role", "kind", "status"),
    [
        (Role.CBO_MEMBER, "bodies", 403),
        (Role.CBO_LEAD, "cbos", 403),
        (Role.ADMINISTRATOR, "requests", 403),
        (Role.STAFF, "requests", 202),
        (Role.ADMINISTRATOR, "bodies", 422),
        (Role.WORKING_GROUP, "requests", 403),
    ],
)
async def test_who_may_import_what(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role, kind: str, status: int
) -> None:
    await sign_in(role)
    answer = await client.post(f"/api/imports/{kind}", content=REQUESTS.encode())
    assert answer.status_code == status, answer.text
    if role is Role.WORKING_GROUP:
        assert (await client.get("/imports")).status_code == 403
    else:
        assert (await send(client, kind, REQUESTS)).status_code == (303 if status == 202 else status)


async def test_nobody_imports_without_signing_in(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/imports/requests", content=b"")).status_code == 401


async def test_the_api_takes_a_body_or_a_form_and_tells_where_the_report_will_be(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    dry = await client.post("/api/imports/cbos?dry_run=1", content=CBOS.encode("utf-16"))
    assert (dry.status_code, dry.json()["state"], dry.json()["total"]) == (202, "queued", 3), dry.text
    waiting = (await client.get(dry.headers["location"])).json()
    assert waiting == dry.json()
    assert waiting["id"] == dry.headers["location"].rpartition("/")[2]
    await do_jobs()
    assert await number_of(database, CboRow) == 0
    real = await client.post("/api/imports/cbos", files={"file": ("c.csv", CBOS.encode())})
    await do_jobs()
    assert await number_of(database, CboRow) == 1
    first, second = [(await client.get(each.headers["location"])).json() for each in (dry, real)]
    assert (first["report"]["kept"], second["report"]["kept"]) == (False, True)
    assert first["report"]["lines"] == second["report"]["lines"]
    assert second["report"]["counts"]["imported"] == 1
    assert second["report"]["lines"][1] == {
        "line": 3,
        "result": "rejected",
        "faults": [{"field": "code", "message": "Line 2 already has this code, with different content"}],
        "note": None,
        "same_as_line": None,
    }
    listed = (await client.get("/api/jobs")).json()
    assert [(each["id"], each["state"], each["done"]) for each in listed] == [
        (second["id"], "done", 3),
        (first["id"], "done", 3),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x00" * 50, "UTF-8"),
        (b"PK\x03\x04\xff\xfe", "UTF-8"),
        (b"code:name", "No line at the top names"),
        (b'code,name_km,name_en\nA,"b,c\nD,e,f\n', "not closed"),
        (None, "Choose a CSV or XLSX file"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_in_both_places(
    client: httpx.AsyncClient, sign_in: SignIn, content: bytes | None, message: str
) -> None:
    await sign_in(Role.STAFF)
    shown = await send(client, "cbos", content)
    assert shown.status_code == 422
    assert message in shown.text
    if content is not None:
        answer = await client.post("/api/imports/cbos", content=content)
        assert answer.status_code == 422
        assert message in answer.json()["faults"][0]["message"]


async def test_too_much_for_the_web_is_told_and_nothing_kept(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    many = "code,name_km,name_en\n" + "".join(f"C{n},ក,Name\n" for n in range(MOST_LINES + 1))
    assert (await client.post("/api/imports/cbos", content=many.encode())).status_code == 413
    assert (await send(client, "cbos", many)).status_code == 413
    assert await number_of(database, CboRow) == 0
    assert (await client.post("/api/imports/cbos", content=b"x" * 28_000_000)).status_code == 413


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/imports/people", 404),
        ("/api/imports/cbos?dry_run=perhaps", 422),
        ("/api/imports/cbos?dry=1", 422),
    ],
)
async def test_wrong_addresses_are_told(
    client: httpx.AsyncClient, sign_in: SignIn, address: str, status: int
) -> None:
    await sign_in(Role.STAFF)
    assert (await client.post(address, content=CBOS.encode())).status_code == status


async def test_the_page_speaks_khmer(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    shown = await client.get(
        "/imports", headers={"Cookie": f"language=km; session={client.cookies['session']}"}
    )
    assert shown.status_code == 200
    assert '<html lang="km">' in shown.text


async def test_a_form_without_a_file_asks_for_one(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    token = await make.form_token(client, "/imports")
    parts = {"_csrf_token": token, "kind": "cbos"}
    fields = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items()
    )
    empty = '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: text/csv\r\n\r\n\r\n--b--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    shown = await client.post("/imports", content=(fields + empty).encode(), headers=headers)
    assert shown.status_code == 422
    assert "Choose a CSV or XLSX file" in shown.text


async def test_the_page_of_a_job_tells_how_far_it_is_and_is_found_again_without_its_address(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    job = (await send(client, "cbos", CBOS)).headers["location"]
    async with database.transaction() as session:
        row = await session.get_one(JobRow, UUID(job.rpartition("/")[2]))
        row.state, row.done = JobState.RUNNING, 2
    waiting = (await client.get(job)).text
    assert "2 of 3 lines" in waiting
    assert '<meta http-equiv="refresh" content="2">' in waiting
    assert f'href="{job}"' in (await client.get("/imports")).text
    async with database.transaction() as session:
        row = await session.get_one(JobRow, row.id)
        row.state = JobState.QUEUED
    await do_jobs()
    ended = (await client.get(job)).text
    assert "Result of each line" in ended
    assert "refresh" not in ended


async def test_whoever_looks_at_once_sees_the_report_of_a_small_file(
    client: httpx.AsyncClient, sign_in: SignIn, do_jobs: DoJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PATIENCE", timedelta(minutes=5))
    await sign_in(Role.STAFF)
    job = (await send(client, "cbos", CBOS)).headers["location"]
    shown, _ = await asyncio.gather(client.get(job), do_jobs())
    assert "Result of each line" in shown.text


async def test_an_import_is_cancelled_on_its_page_and_keeps_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    job = (await send(client, "cbos", CBOS)).headers["location"]
    cancelled = await make.post_form(client, f"{job}/cancel", {}, page=job)
    assert (cancelled.status_code, cancelled.headers["location"]) == (303, job)
    await do_jobs()
    assert "This was cancelled. Nothing was imported." in (await client.get(job)).text
    assert await number_of(database, CboRow) == 0
    assert (await client.post(f"/api{job}/cancel")).status_code == 409


async def test_a_file_waits_sealed_and_goes_when_it_is_imported_and_so_is_its_report(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    plain = CBOS.encode()
    await send(client, "cbos", CBOS)

    async def stored() -> tuple[bytes | None, bytes | None]:
        async with database.transaction() as session:
            row = (await session.execute(select(JobRow.content, JobRow.report))).one()
            return row[0], row[1]

    content, report = await stored()
    assert content
    assert report is None
    assert plain not in content
    await do_jobs()
    content, report = await stored()
    assert content is None
    assert report
    assert b"rejected" not in report


async def test_a_file_or_report_that_another_secret_sealed_is_told_and_harms_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    done = (await send(client, "cbos", CBOS)).headers["location"]
    await do_jobs()
    waiting = (await send(client, "cbos", CBOS)).headers["location"]
    async with database.transaction() as session:
        for row in await session.scalars(select(JobRow)):
            if row.finished_at:
                row.report = b"of another secret"
            else:
                row.content = b"of another secret"
    await do_jobs()
    assert "send it again" in (await client.get(waiting)).text
    assert (await client.get(done)).status_code == 409


async def test_a_reason_that_is_told_of_many_lines_stands_once_also_in_its_inner_sentences(
    client: httpx.AsyncClient, sign_in: SignIn, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    lines = "".join(f"B-{n},,ក,Office {n}\n" for n in range(20))
    shown = await imported(client, do_jobs, "bodies", f"code,kind,name_km,name_en\n{lines}")
    assert shown.text.count("This is required. Choose one of: ministry") == 1
    assert "2, 3, 4, 5, 6, 7, 8, 9, 10, 11… (20)" in shown.text


async def test_what_no_single_line_shows_stands_on_the_page_and_in_json(
    client: httpx.AsyncClient, sign_in: SignIn, do_jobs: DoJobs
) -> None:
    await sign_in(Role.CBO_MEMBER)
    shown = await imported(
        client,
        do_jobs,
        "requests",
        "body_code,title,topic,received_on,outcome\nKH-0102,Road,budget,2026-10-05,full\n",
    )
    assert "Requests answered or withdrawn without a date: 1" in shown.text
    report = (await client.get(f"/api{shown.url.path}")).json()["report"]
    assert len(report["warnings"]) == 1
