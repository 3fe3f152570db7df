"""The same event for many requests."""

import httpx
from sqlalchemy import func, select

from rti.core.db import Database
from rti.law.events import EventKind
from rti.law.status import RequestStatus
from rti.models.requests import EventRow, RequestRow
from tests import make
from tests.conftest import NOW


async def _drafts(database: Database) -> tuple[make.Member, list[str]]:
    async with database.transaction() as session:
        member = await make.member(session)
        drafts = [await make.request(session, member.person, NOW, received_on=None) for _ in range(3)]
        return member, [each.reference for each in drafts]


async def _handed_over(database: Database) -> int:
    async with database.transaction() as session:
        counted = select(func.count()).where(EventRow.kind == EventKind.SUBMITTED)
        return await session.scalar(counted) or 0


async def test_a_list_is_handed_over_on_one_day(client: httpx.AsyncClient, database: Database) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    page = "/requests/record?status=draft"
    assert "\r\n".join(references) in (await client.get(page)).text
    fields = {"kind": "submitted", "happened_on": "2026-11-23", "references": "\r\n".join(references[:2])}
    answer = await make.post_form(client, "/requests/record", fields, page=page)
    assert answer.status_code == 303, answer.text
    async with database.transaction() as session:
        statuses = await session.execute(
            select(RequestRow.status, func.count()).group_by(RequestRow.status).order_by(RequestRow.status)
        )
        assert [tuple(row) for row in statuses] == [(RequestStatus.DRAFT, 1), (RequestStatus.SUBMITTED, 2)]


async def test_one_that_cannot_have_it_is_named_and_nothing_is_recorded(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    once = {"kind": "submitted", "happened_on": "2026-11-23", "references": references[0]}
    assert (await client.post("/api/requests/events", json=once)).json() == {"requests": 1}
    for last, told in (("NOTHING-1", "NOTHING-1"), (references[0], f"{references[0]}: ")):
        many = {**once, "references": f"{references[1]}\n{last}"}
        answer = await make.post_form(client, "/requests/record", many)
        assert answer.status_code == 422
        assert told in answer.text
        assert references[1] in answer.text
    assert await _handed_over(database) == 1


async def test_an_answer_is_recorded_for_each_request_alone(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    order = {"kind": "answered", "happened_on": "2026-11-20", "references": references[0]}
    answer = await client.post("/api/requests/events", json=order)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == "kind"
