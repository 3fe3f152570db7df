"""Until a request was handed over it is the organisation's own to change; filing in steps, and one thing at a time."""

import re

import httpx
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.models.requests import EventRow, RequestRow
from tests import make
from tests.conftest import NOW, SignIn

DRAFT = {"title": "Budgte", "topic": "budget", "question": "How much?"}


async def _step(client: httpx.AsyncClient, address: str, page: str = "", **form: str) -> str:
    answer = await make.post_form(client, address, form, page=page or address)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_a_request_is_filed_in_steps_and_what_was_typed_is_a_draft_from_the_second_on(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    near = (await client.get("/file")).text
    whom = re.search(r'href="(/bodies/[-0-9a-f]+/file)"', near)
    assert whom, "bodies of the own area are offered before anything is searched"
    assert "Mangkul Bourei" in near
    assert "You asked before" not in near
    wording = (await client.get(f"{whom[1]}?wording=0")).text
    assert "Budget and spending of the commune in 20" in wording
    how = await _step(client, whom[1], **DRAFT)
    check = await _step(client, how, channel="post")
    shown = (await client.get(check)).text
    assert "Everything is correct" in shown
    assert "Saved." in shown
    assert "Saved." not in (await client.get(check)).text, "it is said once"
    async with database.transaction() as session:
        draft = (await session.scalars(select(RequestRow))).one()
    assert (draft.title, draft.channel, draft.status) == ("Budgte", "post", "draft")
    before = (await client.get("/file")).text.partition("You asked before")[2].partition("</ul>")[0]
    assert re.findall(r'href="([^"]+)"', before) == [whom[1]]


async def test_a_step_with_faults_keeps_what_was_typed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    answer = await make.post_form(client, f"/bodies/{body.id}/file", {"question": "How much was spent?"})
    assert answer.status_code == 422
    assert "How much was spent?" in answer.text


async def test_a_draft_is_changed_and_deleted_without_a_trace_on_its_timeline(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, title="Budgte", received_on=None)
    address = f"/requests/{request.id}/draft"
    assert "Budgte" in (await client.get(address)).text
    wrong = await make.post_form(client, address, {**DRAFT, "title": "Budget", "body_code": "NOBODY"})
    assert wrong.status_code == 422
    assert (
        await _step(client, address, **{**DRAFT, "title": "Budget", "body_code": "KH-0102"})
        == f"/requests/{request.id}"
    )
    async with database.transaction() as session:
        changed = await session.get_one(RequestRow, request.id)
        assert (changed.title, changed.body_id) == ("Budget", (await make.body(session, "KH-0102")).id)
        assert await session.scalar(select(func.count()).select_from(EventRow)) == 1
    given = {**DRAFT, "title": "Budget of 2026", "body_code": "KH-0102", "channel": "post"}
    assert (await client.put(f"/api{address}", json=given)).status_code == 204
    assert await _step(client, f"{address}/delete", page=address, sure="1") == "/requests"
    assert "The draft has been deleted" in (await client.get("/requests")).text
    assert (await client.get(address)).status_code == 404


async def test_what_was_handed_over_is_no_draft_any_more(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
    address = f"/requests/{request.id}/draft"
    assert "This request was handed over" in (await client.get(address)).text
    given = {**DRAFT, "body_code": "KH-0102"}
    assert (await client.put(f"/api{address}", json=given)).status_code == 409
    assert (await client.delete(f"/api{address}")).status_code == 409


async def test_one_thing_that_happened_asks_only_what_it_needs(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, received_on=None)
    page = (await client.get(f"/requests/{request.id}/record/submitted")).text
    assert "I handed it over" in page
    asked = set(re.findall(r'<(?:input|select)[^>]+name="(\w+)"', page)) - {"q", "back", "language"}
    assert {name for name in asked if not name.startswith("_")} == {
        "happened_on",
        "medium",
        "document",
        "note",
    }
    for kind, more in (
        (EventKind.SUBMITTED, {}),
        (EventKind.RECEIVED, {}),
        (EventKind.ANSWERED, {"outcome": "full"}),
    ):
        await _step(client, f"/requests/{request.id}/record/{kind}", happened_on="2026-11-20", **more)
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).status == "answered"
    assert (await client.get(f"/requests/{request.id}/record/corrected")).status_code == 404
    missing = await make.post_form(
        client, f"/requests/{request.id}/record/answered", {"happened_on": "2026-11-21"}
    )
    assert missing.status_code == 422
    assert "Choose the outcome" in missing.text


async def test_the_page_of_a_request_says_what_is_next_with_a_button_for_each_likely_thing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, received_on=None)
    address = f"/requests/{request.id}"
    draft = (await client.get(address)).text
    assert "What next?" in draft
    assert f'href="{address}/draft"' in draft
    for kind in ("submitted", "received", "refused_at_counter"):
        assert f'href="{address}/record/{kind}"' in draft
    await _step(client, f"{address}/record/refused_at_counter", happened_on="2026-11-23")
    refused = (await client.get(address)).text
    assert "They did not take the letter" in refused
    assert "The entry has been recorded" in refused
    assert f'href="{address}/draft"' not in refused


async def test_each_law_is_offered_with_its_country_those_of_cambodia_first(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    form = (await client.get(f"/bodies/{body.id}/file", headers={"accept-language": "en"})).text
    laws = re.findall(
        "<option[^>]*>([^<]+)", form.partition('name="statute_id"')[2].partition("</select>")[0]
    )
    assert laws[1].startswith("Cambodia: ")
    assert any(law.startswith("Bangladesh: ") for law in laws)
