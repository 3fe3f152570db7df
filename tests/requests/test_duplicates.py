"""A request that was recorded twice is closed into the one that is kept, and counts once."""

from datetime import date

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.requests import Filing
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, SignIn


async def test_a_duplicate_is_left_out_of_lists_and_figures_and_keeps_its_evidence(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        kept, twice = [
            await make.request(session, member, NOW, received_on=date(2026, 9, 1)) for _ in range(2)
        ]
    address = f"/requests/{twice.id}/duplicate"
    assert kept.reference in (await client.get(address)).text
    answer = await make.post_form(client, address, {"reference": kept.reference})
    assert answer.status_code == 303, answer.text
    listed = (await client.get("/api/requests")).json()["requests"]
    assert [each["reference"] for each in listed] == [kept.reference]
    assert (await client.get("/api/statistics")).json()["total"]["counts"]["silent"] == 1
    assert twice.reference not in (await client.get("/requests.csv")).text
    shown = (await client.get(f"/requests/{twice.id}")).text
    assert f'href="/requests/{kept.id}"' in shown
    assert "Record something else" not in shown
    assert "Kept in place of a duplicate" in (await client.get(f"/requests/{kept.id}")).text
    answer = await client.post(
        f"/api/requests/{twice.id}/events", json={"kind": "acknowledged", "happened_on": "2026-11-20"}
    )
    assert answer.status_code == 409
    async with database.transaction() as session:
        entry = await session.scalar(
            select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.DUPLICATE_MARKED)
        )
        assert (entry.about, entry.details) == (str(twice.id), {"of": str(kept.id)})


async def test_its_own_people_are_told_of_a_second_request_and_of_the_same_file_and_nothing_is_refused(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        titles = ("តម្លៃសេវាសម្រាប់ឪពុក", "តំលៃ សេវា សំរាប់ ឳពុក")
        first, second = [await make.request(session, member, NOW, title=title) for title in titles]
        other = await make.request(session, member, NOW, title="Something else")
        event = (await events_of(session, first.id))[0]
        for name in ("a.txt", "b.txt"):
            await attach(session, event, file_name=name, content=b"stamp", now=NOW)
    shown = (await client.get(f"/requests/{first.id}")).text
    assert "The same was asked of this public body" in shown
    assert f'href="/requests/{second.id}"' in shown
    assert f'href="/requests/{other.id}"' not in shown
    assert shown.count("the same file as one added before") == 1
    view = (await client.get(f"/api/requests/{second.id}")).json()["alike"]
    assert view == [{"id": str(first.id), "reference": first.reference, "title": titles[0]}]
    await sign_in(Role.STAFF)
    assert (await client.get(f"/api/requests/{second.id}")).json()["alike"] == []


async def test_the_mark_is_taken_away_again(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        kept, twice = [await make.request(session, member, NOW) for _ in range(2)]
    answer = await client.post(f"/api/requests/{twice.id}/duplicate", json={"reference": kept.reference})
    assert answer.json()["request"]["duplicate_of"] == str(kept.id)
    page = f"/requests/{twice.id}"
    assert (await make.post_form(client, f"{page}/duplicate/end", {}, page=page)).status_code == 303
    assert len((await client.get("/api/requests")).json()["requests"]) == 2
    assert (await client.delete(f"/api/requests/{twice.id}/duplicate")).status_code == 204


async def test_what_cannot_be_a_duplicate_is_told(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        first, second, third = [await make.request(session, member, NOW) for _ in range(3)]
        sealed = await make.request(session, member, NOW, filing=Filing.SEALED)
        other = (await make.member(session)).person
        foreign = await make.request(session, other, NOW)

    async def marked(request_id: object, reference: str) -> int:
        answer = await client.post(f"/api/requests/{request_id}/duplicate", json={"reference": reference})
        return answer.status_code

    assert await marked(first.id, foreign.reference) == 422
    assert await marked(first.id, first.reference) == 422
    assert await marked(first.id, sealed.reference) == 422
    assert await marked(foreign.id, first.reference) == 404
    assert await marked(second.id, first.reference) == 201
    assert await marked(third.id, second.reference) == 422, "no chains"
    assert await marked(first.id, third.reference) == 422, "no chains"
    assert await marked(second.id, first.reference) == 409


@pytest.mark.parametrize("sealed_first", [True, False])
async def test_staff_learn_by_it_of_no_sealed_request_whose_it_is(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, sealed_first: bool
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        member = (await make.member(session)).person
        pair = [
            await make.request(session, member, NOW, filing=each) for each in (Filing.SEALED, Filing.ITSELF)
        ]
        one, other = pair if sealed_first else reversed(pair)
    answer = await client.post(f"/api/requests/{one.id}/duplicate", json={"reference": other.reference})
    assert answer.status_code == (409 if sealed_first else 422)
