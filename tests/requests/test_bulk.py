"""One thing done to many requests: with a preview, by a job, and undone."""

from datetime import timedelta

import httpx
from sqlalchemy import func, select

from rti.cbos.commands import LockCbo
from rti.core import wallclock
from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.law.status import RequestStatus
from rti.models.requests import EventRow, RequestRow, SnoozeRow
from rti.safety.lock_and_shred import lock
from tests import make
from tests.conftest import NOW, DoJobs

HANDED_OVER = {"act": "record", "kind": "submitted", "happened_on": "2026-11-23"}


async def _drafts(database: Database) -> tuple[make.Member, list[str]]:
    async with database.transaction() as session:
        member = await make.member(session)
        drafts = [await make.request(session, member.person, NOW, received_on=None) for _ in range(3)]
        return member, [each.reference for each in drafts]


async def _statuses(database: Database) -> dict[RequestStatus, int]:
    async with database.transaction() as session:
        rows = await session.execute(select(RequestRow.status, func.count()).group_by(RequestRow.status))
        return {row.status: row[1] for row in rows}


async def test_a_list_is_handed_over_on_one_day_and_that_is_undone(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    page = "/requests/many?status=draft"
    assert "3 requests" in (await client.get(page)).text
    fields = {**HANDED_OVER, "status": "draft", "leave_out": references[2], "reason": "By the lorry"}
    preview = await make.post_form(client, "/requests/many", fields, page=page)
    assert preview.status_code == 200, preview.text
    assert "Do this for 2 requests" in preview.text
    assert "You left it out" in preview.text
    assert await _statuses(database) == {RequestStatus.DRAFT: 3}

    stale = await make.post_form(client, "/requests/many", {**fields, "hits": "3"}, page=page)
    assert "The list has changed" in stale.text
    begun = await make.post_form(client, "/requests/many", {**fields, "hits": "2"}, page=page)
    assert begun.status_code == 303, begun.text
    await do_jobs()
    assert await _statuses(database) == {RequestStatus.DRAFT: 1, RequestStatus.SUBMITTED: 2}

    done = await client.get(begun.headers["location"])
    assert "2 requests" in done.text
    undoing = await make.post_form(
        client, f"{begun.headers['location']}/undo", {}, page=begun.headers["location"]
    )
    assert undoing.status_code == 303, undoing.text
    await do_jobs()
    assert await _statuses(database) == {RequestStatus.DRAFT: 3}
    view = (await client.get(f"/api{undoing.headers['location']}")).json()
    assert (view["hits"], view["excluded"]) == (references[:2], [])
    again = await client.post(f"/api{undoing.headers['location']}/undo")
    assert again.status_code == 422


async def test_those_that_cannot_have_an_event_are_left_out_and_told(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    once = {"kind": "submitted", "happened_on": "2026-11-23", "references": references[0]}
    assert (await client.post("/api/requests/events", json=once)).json() == {"requests": 1}
    many = {**HANDED_OVER, "only": "\n".join([*references, "NOTHING-1"])}
    plan = (await client.post("/api/requests/many", json=many)).json()
    assert (plan["id"], plan["hits"]) == (None, references[1:])
    assert {each["reference"] for each in plan["excluded"]} == {references[0], "NOTHING-1"}
    begun = (await client.post("/api/requests/many", json={**many, "hits": 2})).json()
    # One of them is handed over by somebody else before the job runs.
    assert (await client.post("/api/requests/events", json={**once, "references": references[1]})).is_success
    await do_jobs()
    done = (await client.get(f"/api/requests/many/{begun['id']}")).json()
    assert (done["state"], done["hits"]) == ("done", references[2:])
    (left_out,) = done["excluded"]
    assert left_out["reference"] == references[1]
    assert "already on the timeline" in left_out["reason"]


async def test_at_once_an_event_is_recorded_for_each_or_for_none(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, references = await _drafts(database)
    await make.sign_in(client, member)
    once = {"kind": "submitted", "happened_on": "2026-11-23"}
    for last in ("NOTHING-1", references[0]):
        many = {**once, "references": f"{references[1]}\n{last}"}
        answer = await client.post("/api/requests/events", json=many)
        assert answer.status_code == (422 if last == "NOTHING-1" else 201)
    answer = await client.post("/api/requests/events", json={**once, "kind": "answered", "references": "x"})
    assert [fault["field"] for fault in answer.json()["faults"]] == ["kind"]
    async with database.transaction() as session:
        counted = select(func.count()).where(EventRow.kind == EventKind.SUBMITTED)
        assert await session.scalar(counted) == 2


async def test_many_are_snoozed_for_a_reason_and_spoken_of_again(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, _ = await _drafts(database)
    await make.sign_in(client, member)
    until = (wallclock.now().date() + timedelta(days=30)).isoformat()
    for wrong, field in (
        ({"until": until}, "reason"),
        ({"reason": "Flood"}, "until"),
        ({"reason": "Flood", "until": "2020-01-01"}, "until"),
    ):
        answer = await client.post("/api/requests/many", json={"act": "snooze", **wrong})
        assert [fault["field"] for fault in answer.json()["faults"]] == [field]
    order = {"act": "snooze", "until": until, "reason": "The office is flooded", "hits": 3}
    begun = (await client.post("/api/requests/many", json=order)).json()
    await do_jobs()
    async with database.transaction() as session:
        assert set(await session.scalars(select(SnoozeRow.reason))) == {"The office is flooded"}
    await client.post(f"/api/requests/many/{begun['id']}/undo")
    await do_jobs()
    async with database.transaction() as session:
        assert not (await session.scalars(select(SnoozeRow.id).where(SnoozeRow.ended_at.is_(None)))).all()


async def test_what_was_done_is_not_told_once_an_organisation_is_locked(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    _, references = await _drafts(database)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        cbo_id = (await session.scalars(select(RequestRow.cbo_id).distinct())).one()
    await make.sign_in(client, staff)
    begun = (await client.post("/api/requests/many", json={**HANDED_OVER, "hits": 3})).json()
    await do_jobs()
    path = f"/api/requests/many/{begun['id']}"
    assert (await client.get(path)).json()["hits"] == references
    async with database.transaction() as session:
        await lock(session, cbo_id, LockCbo(sure=True), None, wallclock.now())
    answer = await client.get(path)
    assert answer.status_code == 409
    assert references[0] not in answer.text
    assert references[0] not in (await client.post("/api/requests/many", json=HANDED_OVER)).text
