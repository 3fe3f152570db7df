"""A transfer names the body it went to; from then on the request counts there, and no other body is accused."""

from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import select

from notifications.sweep import sweep
from rti.bodies.commands import MergeBody
from rti.bodies.merging import merge
from rti.core.db import Database
from rti.core.roles import Role
from rti.models.bodies import PublicBodyRow
from rti.models.messages import LetterRow
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import NOW, TODAY, SignIn

RECEIVED = TODAY - timedelta(60)
PASSED_ON = TODAY - timedelta(50)
TRANSFER = {"kind": "transferred", "happened_on": PASSED_ON.isoformat()}
SECOND = "KH-050101"


async def filed_by(database: Database, member: make.Member) -> RequestRow:
    async with database.transaction() as session:
        return await make.request(
            session, member.person, NOW, received_on=RECEIVED, statute_id="UK-FOIA-2000"
        )


async def counted_by_body(client: httpx.AsyncClient) -> dict[str | None, int]:
    view = (await client.get("/api/statistics", params={"by": "body"})).json()
    return {line["keys"]["body"]: line["counts"]["silent"] for line in view["lines"]}


async def proposed_to(database: Database) -> list[str]:
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        query = select(PublicBodyRow.code).join(RequestRow, RequestRow.body_id == PublicBodyRow.id)
        return list(await session.scalars(query.join(LetterRow, LetterRow.request_id == RequestRow.id)))


async def test_a_request_counts_at_the_body_that_it_was_passed_on_to(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await filed_by(database, await sign_in(Role.STAFF))
    view = (
        await client.post(f"/api/requests/{filed.id}/events", json={**TRANSFER, "to_body": SECOND})
    ).json()
    async with database.transaction() as session:
        second = await make.body(session, SECOND)
    assert (view["request"]["body_id"], view["request"]["body_known"]) == (str(second.id), True)
    assert await counted_by_body(client) == {SECOND: 1}
    listed = (await client.get("/api/requests", params={"body_id": str(second.id)})).json()
    assert [each["id"] for each in listed["requests"]] == [str(filed.id)]
    page = (await client.get(f"/requests/{filed.id}")).text
    assert second.name_en in page
    assert "first sent to" in page


async def test_a_letter_to_the_second_body_says_that_another_one_passed_the_request_on(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await filed_by(database, await sign_in(Role.STAFF))
    day = TODAY - timedelta(30)
    moved = {**TRANSFER, "happened_on": day.isoformat(), "to_body": SECOND}
    await client.post(f"/api/requests/{filed.id}/events", json=moved)
    assert await proposed_to(database) == []
    for passed in range(20):
        await sweep(database, TODAY + timedelta(passed), NOW, host="rti.test")
    assert await proposed_to(database) == [SECOND]
    async with database.transaction() as session:
        letter = (await session.scalars(select(LetterRow))).one()
    shown = (await client.get(f"/api/letters/{letter.id}", params={"language": "en"})).json()
    assert f"On {day.day} {day:%B %Y} our request for information was passed on to you" in shown["body"]


async def test_nobody_is_accused_of_what_went_to_an_unknown_body(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await filed_by(database, await sign_in(Role.STAFF))
    view = (await client.post(f"/api/requests/{filed.id}/events", json=TRANSFER)).json()
    assert view["request"]["body_known"] is False
    assert await counted_by_body(client) == {None: 1}
    for passed in range(-20, 20):
        await sweep(database, TODAY + timedelta(passed), NOW, host="rti.test")
    assert await proposed_to(database) == []
    assert "passed on to an unknown body" in (await client.get("/requests")).text


async def test_a_transfer_that_did_not_happen_gives_the_request_back_to_the_first_body(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await filed_by(database, await sign_in(Role.STAFF))
    view = (
        await client.post(f"/api/requests/{filed.id}/events", json={**TRANSFER, "to_body": SECOND})
    ).json()
    transfer = next(each for each in view["events"] if each["kind"] == "transferred")
    undone = {"kind": "corrected", "happened_on": TODAY.isoformat(), "voids": transfer["id"]}
    view = (await client.post(f"/api/requests/{filed.id}/events", json=undone)).json()
    assert view["request"]["body_id"] == str(filed.first_body_id)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({**TRANSFER, "to_body": "NO-SUCH"}, "There is no public body with the code NO-SUCH"),
        ({**TRANSFER, "kind": "message", "to_body": SECOND}, "Only a transfer goes to another body"),
    ],
)
async def test_a_wrong_body_is_refused_at_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, event: dict[str, str], message: str
) -> None:
    filed = await filed_by(database, await sign_in(Role.STAFF))
    refused = await client.post(f"/api/requests/{filed.id}/events", json=event)
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert fault["field"] == "to_body"
    assert message in fault["message"]


async def test_a_request_is_handed_in_anew_after_it_was_returned_and_each_round_has_its_own_order(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    async with database.transaction() as session:
        filed = await make.request(
            session, member.person, NOW, received_on=date(2026, 9, 1), statute_id="UK-FOIA-2000"
        )
    path = f"/api/requests/{filed.id}/events"
    for kind, day in [("returned", "2026-09-03"), ("submitted", "2026-10-02"), ("received", "2026-10-05")]:
        view = (await client.post(path, json={"kind": kind, "happened_on": day})).json()
    assert (view["request"]["due_on"], view["request"]["status"]) == ("2026-11-02", "open")
    early = {"kind": "answered", "happened_on": "2026-10-04", "outcome": "full"}
    assert (await client.post(path, json=early)).json()["faults"][0]["field"] == "happened_on"
    again = {"kind": "received", "happened_on": "2026-10-09"}
    assert (await client.post(path, json=again)).json()["faults"][0]["field"] == "voids"


async def test_a_request_follows_the_body_that_it_was_passed_on_to_when_that_is_merged(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    filed = await filed_by(database, member)
    await client.post(f"/api/requests/{filed.id}/events", json={**TRANSFER, "to_body": SECOND})
    async with database.transaction() as session:
        second, kept = await make.body(session, SECOND), await make.body(session, "KH-050102")
        await merge(session, second.id, MergeBody(into=kept.code), NOW, TODAY)
    note = {"kind": "message", "happened_on": TODAY.isoformat()}
    view = (await client.post(f"/api/requests/{filed.id}/events", json=note)).json()
    assert view["request"]["body_id"] == str(kept.id)
    assert second.name_en in (await client.get(f"/requests/{filed.id}")).text
