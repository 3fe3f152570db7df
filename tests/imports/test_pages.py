"""Importing in the browser and over the JSON API."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.imports.actions import MOST_LINES
from rti.models.cbos import CboRow
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import SignIn

CBOS = "code,name_km,name_en,area_code\nC1,សហគមន៍ ១,Community 1,0102\nC1,ក,Other,\nC3,ក,=1+1,99\n"
REQUESTS = "body_code;title;topic;received_on\nKH-010201;Road;budget;2026-10-05\n"


async def send(
    client: httpx.AsyncClient, kind: str, content: str | bytes | None, **fields: str
) -> httpx.Response:
    files = {"file": ("list.csv", content, "text/csv")} if content is not None else None
    return await make.post_form(client, "/imports", {"kind": kind, **fields}, files=files)


async def number_of(database: Database, table: Any) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_staff_import_organisations_and_see_what_became_of_each_line(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    shown = await send(client, "cbos", CBOS)
    assert shown.status_code == 200
    assert "Line 2 already has this code" in shown.text
    assert "There is no area with this code" in shown.text
    assert await number_of(database, CboRow) == 1


async def test_check_only_keeps_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    shown = await send(client, "cbos", CBOS, check="1")
    assert "Nothing was imported" in shown.text
    assert await number_of(database, CboRow) == 0


async def test_the_report_comes_as_a_csv_file_without_formulas(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    shown = await send(client, "cbos", CBOS, as_csv="1")
    assert shown.headers["content-type"].startswith("text/csv")
    assert "attachment" in shown.headers["content-disposition"]
    lines = shown.text.removeprefix("\ufeff").splitlines()
    assert lines[:2] == ["line,result,field,reason,same_as_line", "2,imported,,,"]
    assert lines[2].startswith("3,rejected,code,")


async def test_a_member_imports_requests_of_the_own_organisation(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    assert "Every line was accepted" in (await send(client, "requests", REQUESTS)).text
    again = await send(client, "requests", REQUESTS)
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
        (Role.STAFF, "requests", 200),
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
        assert (await send(client, kind, REQUESTS)).status_code == status


async def test_nobody_imports_without_signing_in(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/imports/requests", content=b"")).status_code == 401


async def test_the_api_takes_a_body_or_a_form_and_answers_with_the_report(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    dry = await client.post("/api/imports/cbos?dry_run=1", content=CBOS.encode("utf-16"))
    assert dry.status_code == 200, dry.text
    assert await number_of(database, CboRow) == 0
    real = await client.post("/api/imports/cbos", files={"file": ("c.csv", CBOS.encode())})
    assert await number_of(database, CboRow) == 1
    assert (dry.json()["kept"], real.json()["kept"]) == (False, True)
    assert dry.json()["lines"] == real.json()["lines"]
    assert real.json()["counts"]["imported"] == 1
    assert real.json()["lines"][1] == {
        "line": 3,
        "result": "rejected",
        "faults": [{"field": "code", "message": "Line 2 already has this code, with different content"}],
        "note": None,
        "same_as_line": None,
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\x00" * 50, "UTF-8"),
        (b"PK\x03\x04\xff\xfe", "UTF-8"),
        (b"code:name", "missing from the first line"),
        (b'code,name_km,name_en\nA,"b,c\nD,e,f\n', "not closed"),
        (None, "Choose a CSV file"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_in_both_places(
    client: httpx.AsyncClient, sign_in: SignIn, content: bytes | None, told: str
) -> None:
    await sign_in(Role.STAFF)
    shown = await send(client, "cbos", content)
    assert shown.status_code == 422
    assert told in shown.text
    if content is not None:
        answer = await client.post("/api/imports/cbos", content=content)
        assert answer.status_code == 422
        assert told in answer.json()["faults"][0]["message"]


async def test_too_much_for_the_web_is_told_and_nothing_kept(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    many = "code,name_km,name_en\n" + "".join(f"C{n},ក,Name\n" for n in range(MOST_LINES + 1))
    assert (await client.post("/api/imports/cbos", content=many.encode())).status_code == 413
    assert (await send(client, "cbos", many)).status_code == 413
    assert await number_of(database, CboRow) == 0
    assert (await client.post("/api/imports/cbos", content=b"x" * 13_000_000)).status_code == 413


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
    assert "Choose a CSV file" in shown.text
