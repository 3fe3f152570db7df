"""Filing and following a request through the JSON API."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.requests import RequestRow
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, SignIn


@pytest.fixture
async def body_id(database: Database) -> str:
    async with database.transaction() as session:
        return str((await make.body(session)).id)


async def test_a_request_is_filed_answered_and_read_back(
    client: httpx.AsyncClient, sign_in: SignIn, body_id: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    filed = await client.post(
        "/api/requests",
        json={"body_id": body_id, "title": "ថវិកា ២០២៦", "topic": "budget", "received_on": "2023-04-12"},
    )
    assert filed.status_code == 201, filed.text
    request = filed.json()["request"]
    assert (request["due_on"], request["due_kind"]) == ("2023-04-20", "benchmark")
    assert request["overdue"]
    answered = await client.post(
        f"/api/requests/{request['id']}/events",
        json={"kind": "answered", "happened_on": "2023-04-19", "outcome": "full"},
    )
    assert answered.status_code == 201, answered.text
    read = (await client.get(f"/api/requests/{request['id']}")).json()
    assert (read["request"]["status"], read["request"]["outcome"]) == ("answered", "full")
    assert not read["request"]["overdue"]
    assert [event["kind"] for event in read["events"]] == ["received", "answered"]


async def test_evidence_comes_back_byte_for_byte_and_only_to_those_who_may_see_it(
    client: httpx.AsyncClient, sign_in: SignIn, body_id: str, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    filed = await client.post(
        "/api/requests", json={"body_id": body_id, "title": "x", "topic": "land", "received_on": "2023-04-12"}
    )
    detail = filed.json()
    path = f"/api/requests/{detail['request']['id']}/events/{detail['events'][0]['id']}/documents"
    scan = b"%PDF-1.7 a stamp \x00\xff"
    sent = await client.post(path, files={"data": ("ត្រា stamp.pdf", scan, "text/html")})
    assert sent.status_code == 201, sent.text
    document = sent.json()["events"][0]["documents"][0]
    address = f"/api/requests/{detail['request']['id']}/documents/{document['id']}/original"
    got = await client.post(address, json={})
    assert (got.content, got.headers["content-type"]) == (scan, "application/pdf")
    assert got.headers["content-disposition"].startswith('attachment; filename="____')
    refused = await client.post(path, files={"data": ("page.pdf", b"<html>", "application/pdf")})
    assert (refused.status_code, refused.json()["faults"][0]["field"]) == (422, "document")
    await sign_in(Role.CBO_MEMBER)
    assert (await client.post(address, json={})).status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a":1,}', b"[" * 100_000, b'{"title": "\\ud800"}'],
)
async def test_a_body_that_is_no_json_object_is_told_so(
    client: httpx.AsyncClient, sign_in: SignIn, body: bytes
) -> None:
    await sign_in(Role.CBO_MEMBER)
    answer = await client.post("/api/requests", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]


LONE_SURROGATE = "a\ud800"
"""Cannot be written in UTF-8, so a body that holds it is no JSON text at all."""
HOSTILE: list[Any] = [
    "\x00", LONE_SURROGATE, "x" * 900_000, 10**30, -(10**30), 1.5, True, [], {}, [[]], "0008-01-01", "9999-12-31",
    "2026-13-45", "' OR 1=1 --", "<script>", "=1+1", "\u202e", "𝟙", "1e400",
]  # fmt: skip


@pytest.mark.parametrize(
    "field",
    [
        "body_id",
        "title",
        "topic",
        "channel",
        "question",
        "campaign_id",
        "statute_id",
        "reference",
        "drafted_on",
        "received_on",
        "nonsense",
    ],
)
async def test_no_value_of_any_field_breaks_filing(
    client: httpx.AsyncClient, sign_in: SignIn, body_id: str, field: str, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    good = {"body_id": body_id, "title": "x", "topic": "land"}
    kept = 0
    for value in HOSTILE:
        answer = await client.post("/api/requests", content=json.dumps({**good, field: value}))
        if value == LONE_SURROGATE:
            assert answer.status_code == 400
            continue
        assert answer.status_code in {201, 422}, f"{field}={value!r:.60}: {answer.text}"
        if answer.status_code == 422:
            assert field in {fault["field"] for fault in answer.json()["faults"]}
        kept += answer.status_code == 201
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(RequestRow)) == kept


async def test_faults_are_told_in_the_language_of_the_reader(
    client: httpx.AsyncClient, sign_in: SignIn, body_id: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    broken = {"body_id": body_id, "topic": "land"}
    client.cookies.clear()
    english = await client.post("/api/requests", json=broken, headers={"accept-language": "en"})
    assert english.json()["faults"] == [{"field": "title", "message": "This is required"}]


async def test_the_list_is_paged_by_what_is_due_next_and_shows_each_request_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        for number in range(60):
            await make.request(session, member.person, NOW, title=f"Request {number}")
    seen, after = [], ""
    while after is not None:
        shown = (await client.get("/api/requests", params={"after": after})).json()
        seen += [request["id"] for request in shown["requests"]]
        after = shown["next"]
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("mark", ["x", "W10", "WyJhIiwiYiJd", "%00", "=" * 50, "WzEsMl0", "a" * 5000])
async def test_a_broken_page_mark_is_told_and_not_guessed(
    client: httpx.AsyncClient, sign_in: SignIn, mark: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    for path in ("/api/requests", "/api/bodies"):
        answer = await client.get(path, params={"after": mark})
        assert (answer.status_code, answer.json()["faults"][0]["field"]) == (422, "after")


@pytest.mark.parametrize("role", [Role.WORKING_GROUP, Role.ADMINISTRATOR])
async def test_roles_without_requests_are_refused(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role
) -> None:
    await sign_in(role)
    assert (await client.get("/api/requests")).status_code == 403
    assert (await client.get("/requests")).status_code == 403


async def test_nobody_gets_in_without_a_token_and_the_cookie_is_none(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    del client.headers["Authorization"]
    assert (await client.get("/requests")).status_code == 200
    answer = await client.get("/api/requests")
    assert (answer.status_code, answer.json()["title"]) == (401, "Sign in first")


@pytest.mark.parametrize(
    "parts",
    [
        b'--a\r\nContent-Disposition: form-data; name=""\r\n\r\nfalse\r\n--a--\r\n',
        b'--a\r\nContent-Disposition: form-data; name="data"\r\n\r\nfalse\r\n--a--\r\n',
        b"--a--",
        b"",
    ],
)
async def test_a_form_without_a_file_is_a_fault_of_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, parts: bytes
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        filed = await make.request(session, member.person, NOW)
        event = (await events_of(session, filed.id))[0]
    answer = await client.post(
        f"/api/requests/{filed.id}/events/{event.id}/documents",
        content=parts,
        headers={"content-type": "multipart/form-data; boundary=a"},
    )
    assert answer.status_code == 422, answer.text
    assert [fault["field"] for fault in answer.json()["faults"]] == ["document"]
