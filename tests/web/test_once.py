"""Whatever is sent twice is done once, and whoever sends it again gets the same answer."""

import asyncio
import re
from datetime import timedelta

import httpx
from sqlalchemy import func, select, text

from rti.core.db import Base, Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.accounts import ApiTokenRow, SubmissionRow
from rti.models.requests import EventRow, RequestRow
from rti.retention.purge import remove
from rti.web.templating import STATIC
from tests import make
from tests.conftest import SignIn
from tests.files import make as files
from tests.waiting import blocked, until

TEMPLATES = STATIC.parent / "templates"
REQUEST = {"title": "Budget of the commune", "topic": "budget", "received_on": "2026-11-02"}


async def _shown(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    page = (await client.get(path)).text
    return dict(re.findall(r'name="(_csrf_token|_once)" value="([^"]+)"', page))


async def _count(database: Database, table: type[Base]) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def _new_request(client: httpx.AsyncClient, database: Database) -> tuple[str, dict[str, str]]:
    async with database.transaction() as session:
        body = await make.body(session)
    path = f"/bodies/{body.id}/new-request"
    return path, {**REQUEST, **await _shown(client, path)}


async def test_two_clicks_at_the_same_time_file_one_request_and_lead_to_it(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    path, form = await _new_request(client, database)
    async with database.transaction() as held:
        # The first click gets as far as the number of its request, and the second waits for its connection.
        await held.execute(text("SELECT FROM cbo FOR UPDATE"))
        clicks = [asyncio.create_task(client.post(path, data=form)) for _ in range(2)]

        async def first_waits() -> bool:
            async with database.transaction() as session:
                return await blocked(session)

        await until(first_waits)
    first, second = await asyncio.gather(*clicks)
    assert first.status_code == second.status_code == 303, first.text
    assert first.headers["location"] == second.headers["location"]
    assert await _count(database, RequestRow) == 1
    assert (await client.post(path, data=form)).headers["location"] == first.headers["location"]


async def test_an_event_that_is_sent_twice_happened_once(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, now(), statute_id="ZA-PAIA-2000")
    page, action = f"/requests/{request.id}", f"/requests/{request.id}/record/extended"
    extended = {"happened_on": f"{now():%Y-%m-%d}", "days": "20 calendar"}
    form, before = {**extended, **await _shown(client, page)}, await _count(database, EventRow)
    scan = {"document": ("scan.pdf", files.pdf())}
    answers = [await client.post(action, data=form, files=scan) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], answers[0].text
    assert await _count(database, EventRow) == before + 1


async def test_a_form_that_was_changed_or_opened_anew_is_sent_anew(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    path, form = await _new_request(client, database)
    again = {**form, **await _shown(client, path)}
    sent = [await client.post(path, data=each) for each in (form, {**form, "title": "Roads"}, again)]
    assert len({answer.headers["location"] for answer in sent}) == 3


async def test_a_form_with_faults_may_be_sent_again(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    path, form = await _new_request(client, database)
    faulty = {**form, "topic": "none"}
    assert [(await client.post(path, data=faulty)).status_code for _ in range(2)] == [422, 422]
    assert (await client.post(path, data=form)).status_code == 303
    assert await _count(database, SubmissionRow) == 1


async def test_what_is_shown_once_is_shown_to_the_second_click_and_stored_for_nobody_else(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    form = {"name": "a program", "scope": "read", "days": "30", **await _shown(client, "/me")}
    pages = [(await client.post("/me/tokens", data=form)).text for _ in range(2)]
    (token,) = {made for page in pages for made in re.findall("rti_[A-Za-z0-9_-]{20,}", page)}
    assert all(token in page for page in pages)
    assert await _count(database, ApiTokenRow) == 1
    async with database.transaction() as session:
        (stored,) = (await session.scalars(select(SubmissionRow.answer))).all()
    assert token.encode() not in stored


async def test_a_program_that_calls_again_under_the_same_key_gets_the_same_answer(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    filed, key = {**REQUEST, "body_id": str(body.id)}, {"Idempotency-Key": "one"}
    first, second = [await client.post("/api/requests", json=filed, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, second.json())
    assert second.headers["content-type"] == first.headers["content-type"]
    assert await _count(database, RequestRow) == 1
    other = await client.post("/api/requests", json={**filed, "title": "Roads"}, headers=key)
    assert (other.status_code, await _count(database, RequestRow)) == (409, 1)
    long = {"Idempotency-Key": "x" * 256}
    assert (await client.post("/api/requests", json=filed, headers=long)).status_code == 400


async def test_the_key_of_one_person_is_none_of_another(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    async with database.transaction() as session:
        body = await make.body(session)
    filed, key = {**REQUEST, "body_id": str(body.id)}, {"Idempotency-Key": "one"}
    for _ in range(2):
        await sign_in(Role.CBO_MEMBER)
        assert (await client.post("/api/requests", json=filed, headers=key)).status_code == 201
    assert await _count(database, RequestRow) == 2


async def test_answers_are_kept_for_a_day(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    path, form = await _new_request(client, database)
    await client.post(path, data=form)
    worker = database.under(Login.WORKER)
    await remove(worker, now() + timedelta(hours=23))
    assert await _count(database, SubmissionRow) == 1
    await remove(worker, now() + timedelta(hours=25))
    assert await _count(database, SubmissionRow) == 0


def test_every_form_that_is_posted_says_which_sending_it_is() -> None:
    silent = {
        path.name
        for path in TEMPLATES.rglob("*.html")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text("utf-8"), re.DOTALL)
        if "{{ sending() }}" not in form
    }
    # Mail programs send the form of this page by themselves (RFC 8058).
    assert silent == {"unsubscribe.html"}
