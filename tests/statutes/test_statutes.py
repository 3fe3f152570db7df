"""Statutes on their pages and in the API, new versions, and commencement."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.statutes import StatuteRow
from tests import make
from tests.conftest import NOW, SignIn

DRAFT = (files("rti.law") / "library" / "KH-A2I-DRAFT.toml").read_text(encoding="utf-8")
CORRECTED = DRAFT.replace("version = 1", "version = 2").replace("5 working", "7 working")


async def _stored(database: Database) -> int | None:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(StatuteRow))


async def test_the_list_marks_the_draft_as_not_in_force(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    shown = await client.get("/statutes/KH-A2I-DRAFT")
    assert "This is a draft that is not in force" in shown.text
    assert "5 working days" in shown.text
    assert "art. 13" in shown.text
    listed = {each["id"]: each for each in (await client.get("/api/statutes")).json()}
    assert listed["KH-A2I-DRAFT"]["binding"] is False
    assert listed["UK-FOIA-2000"]["binding"] is True
    assert "Draft, not in force" in (await client.get("/statutes")).text


async def test_every_statute_has_its_page_in_both_languages(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.WORKING_GROUP)
    listed = (await client.get("/api/statutes")).json()
    for language in ("en", "km"):
        client.cookies.set("language", language)
        for each in listed:
            shown = await client.get(f"/statutes/{each['id']}")
            assert shown.status_code == 200, each["id"]
            assert f'lang="{language}"' in shown.text


async def test_an_unconfirmed_number_is_shown_as_such(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    shown = await client.get("/statutes/CA-ON-MFIPPA")
    assert "unconfirmed: a lawyer must check it" in shown.text
    clocks = (await client.get("/api/statutes/CA-ON-MFIPPA")).json()["statute"]["clocks"]
    assert [clock["confirmed"] for clock in clocks if clock["kind"] == "transfer"] == [False]


async def test_a_corrected_file_is_a_new_version_and_older_requests_say_so(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        filed = await make.request(session, staff.person, NOW)
    await make.sign_in(client, staff)
    assert "The latest version is" not in (await client.get(f"/requests/{filed.id}")).text
    await sign_in(Role.ADMINISTRATOR)
    added = await make.post_form(client, "/statutes/new", {"text": CORRECTED.replace("\n", "\r\n")})
    assert added.status_code == 303, added.text
    shown = await client.get(added.headers["location"])
    assert "7 working days" in shown.text
    old = await client.get("/statutes/KH-A2I-DRAFT?version=1")
    assert "This is version 1. There is a newer version" in old.text
    await make.sign_in(client, staff)
    assert (
        "Calculated under version 1. The latest version is 2"
        in (await client.get(f"/requests/{filed.id}")).text
    )


async def test_a_version_is_never_changed_and_never_goes_back(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    before = await _stored(database)
    answer = await make.post_form(client, "/statutes/new", {"text": DRAFT})
    assert answer.status_code == 422
    assert "Version 1 already exists. Give this one a higher number" in answer.text
    assert await _stored(database) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This is required"),
        ("id = ", "This is not TOML"),
        ("x = " + "9" * 5000, "This is not TOML"),
        ("a = " + "[" * 5000, "This is not TOML"),
        (DRAFT.replace('limit = "5 working"', 'limit = "5 fortnights"', 1), "clocks[0].limit"),
        (DRAFT.replace("sources = [", 'sources = [ "\\u0000",'), "invisible control characters"),
        ("x" * 200_001, "Enter at most"),
    ],
)
async def test_a_wrong_file_is_told_with_every_fault_and_stores_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, text: str, message: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    before = await _stored(database)
    answer = await make.post_form(client, "/statutes/new", {"text": text})
    assert answer.status_code == 422
    assert message in answer.text
    assert await _stored(database) == before


async def test_a_file_of_broken_bytes_is_told_so(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    token = await make.form_token(client, "/statutes/new")
    sent: dict[str, Any] = {"data": {"_csrf_token": token}, "files": {"file": ("s.toml", b"\xff\xfe\x00")}}
    answer = await client.post("/statutes/new", **sent)
    assert answer.status_code == 422
    assert "not UTF-8" in answer.text


@pytest.mark.parametrize("document", [{}, {"id": "X"}, {"id": "a\ud800b"}, [], "text", None, {"id": 2**80}])
async def test_a_wrong_document_is_told_by_its_fields(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, document: object
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    before = await _stored(database)
    content = json.dumps({"document": document})
    answer = await client.post("/api/statutes", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert await _stored(database) == before


async def test_setting_the_day_of_commencement_is_enough_to_make_the_draft_binding(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    form = {"in_force_from": "2026-01-01"}
    answer = await make.post_form(
        client, "/statutes/KH-A2I-DRAFT/commence", form, page="/statutes/KH-A2I-DRAFT"
    )
    assert answer.status_code == 303, answer.text
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        after = await make.request(session, staff.person, NOW, received_on=date(2026, 11, 2))
        before = await make.request(session, staff.person, NOW, received_on=date(2025, 11, 3))
    assert (after.statute_version, after.binding) == (2, True)
    assert (before.statute_version, before.binding) == (2, False)
    await make.sign_in(client, staff)
    assert "not a legal deadline" not in (await client.get(f"/requests/{after.id}")).text


async def test_a_wrong_day_of_commencement_is_told(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    page = "/statutes/KH-A2I-DRAFT"
    answer = await make.post_form(client, f"{page}/commence", {"in_force_from": "soon"}, page=page)
    assert answer.status_code == 422
    assert "Enter a date between 1900 and 2200" in answer.text


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.STAFF, Role.WORKING_GROUP])
async def test_only_an_administrator_changes_statutes(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role
) -> None:
    await sign_in(role)
    assert (await client.get("/statutes/new")).status_code == 403
    assert (await client.post("/api/statutes", json={"document": {}})).status_code == 403
    assert "Commencement" not in (await client.get("/statutes/KH-A2I-DRAFT")).text


@pytest.mark.parametrize("path", ["/statutes/NO-SUCH", "/statutes/%00", "/statutes/KH-A2I-DRAFT?version=x"])
async def test_what_is_not_there_is_told_so(client: httpx.AsyncClient, sign_in: SignIn, path: str) -> None:
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"/api{path}")).status_code in {200, 404}
