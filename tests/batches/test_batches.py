"""One question to many bodies: seen before it is filed, filed once, and watched."""

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pikepdf
import pytest
from sqlalchemy import func, select, update

from rti.batches.commands import FileBatch
from rti.batches.filing import ask, file_batch
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Person, Role
from rti.core.settings import Settings
from rti.core.wallclock import day_of, now
from rti.jobs.queue import Claimed
from rti.jobs.worker import Progress, Work
from rti.models.bodies import BodyKind, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.jobs import JobKind, JobRow
from rti.models.requests import EventRow, Filing, RequestRow
from tests import make
from tests.conftest import NOW, DoJobs

DISTRICTS = "0102 0103"
QUESTION = {
    "title": "Budget of 2027",
    "topic": "budget",
    "areas": DISTRICTS,
    "kind": "commune_administration",
}


async def _communes(database: Database) -> list[PublicBodyRow]:
    async with database.transaction() as session:
        communes = select(PublicBodyRow).where(
            PublicBodyRow.kind == BodyKind.COMMUNE_ADMINISTRATION,
            func.left(PublicBodyRow.area_code, 4).in_(DISTRICTS.split()),
        )
        return list(await session.scalars(communes.order_by(PublicBodyRow.area_code)))


async def _lead(client: httpx.AsyncClient, database: Database) -> tuple[make.Member, CampaignRow]:
    async with database.transaction() as session:
        member = await make.member(session, Role.CBO_LEAD)
        campaign = await make.campaign(session, NOW)
    client.headers.update(await make.session_of(client, member.person, database))
    return member, campaign


async def _filed(
    client: httpx.AsyncClient, campaign_id: UUID, do_jobs: DoJobs, **more: Any
) -> dict[str, Any]:
    """A batch as soon as it is filed, with its board."""
    address, asked = f"/api/campaigns/{campaign_id}/batches", {**QUESTION, **more}
    foreseen = (await client.post(f"{address}/preview", json=asked)).json()["foreseen"]
    answer = await client.post(address, json={**asked, "foreseen": foreseen})
    assert answer.status_code == 201, answer.text
    await do_jobs()
    board: dict[str, Any] = (await client.get(f"/api/batches/{answer.json()['batch']['id']}")).json()
    assert board["batch"]["filed"] == foreseen
    return board


async def test_what_a_batch_leaves_out_is_seen_before_it_is_filed_and_told_afterwards(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, campaign = await _lead(client, database)
    communes = await _communes(database)
    closed, foreign, asked, other = communes[:4]
    async with database.transaction() as session:
        for body, changed in ((closed, {"closed_on": NOW.date()}), (foreign, {"country": "VN"})):
            of_body = update(PublicBodyRow).where(PublicBodyRow.id == body.id)
            await session.execute(of_body.values(changed))
        await make.request(session, member.person, NOW, body_code=asked.code, title="budget of 2027")
        # Of another organisation, and about something else.
        await make.request(session, (await make.member(session)).person, NOW, title="Budget of 2027")
        await make.request(session, member.person, NOW, body_code=other.code, title="Budget of 2026")
    address = f"/api/campaigns/{campaign.id}/batches"
    found = (await client.post(f"{address}/preview", json=QUESTION)).json()
    left_out = {each["body"]["code"]: each["reason"] for each in found["left_out"]}
    assert left_out == {
        closed.code: "closed",
        foreign.code: "outside_the_law",
        asked.code: "asked_already",
    }
    assert found["foreseen"] == len(found["ask"]) == len(communes) - 3
    assert found["another_batch"] == []
    board = await _filed(client, campaign.id, do_jobs)
    assert {each["body"]["code"]: each["reason"] for each in board["left_out"]} == left_out
    assert board["counts"] == {"drafted": len(communes) - 3}
    assert [each["area"] for each in board["districts"]] == DISTRICTS.split()
    async with database.transaction() as session:
        of_campaign = select(RequestRow).where(RequestRow.campaign_id == campaign.id)
        filed = list(await session.scalars(of_campaign))
        events = await session.scalar(
            select(func.count()).where(EventRow.request_id.in_([each.id for each in filed]))
        )
    assert {each.body_id for each in filed} == {each.id for each in communes[3:]}
    assert len({each.reference for each in filed}) == len(filed) == events
    assert {(each.title, each.statute_id, each.status) for each in filed} == {
        ("Budget of 2027", "KH-A2I-DRAFT", "draft")
    }


async def test_nothing_is_filed_twice_by_a_second_batch_which_tells_what_the_first_asked(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    _, campaign = await _lead(client, database)
    board = await _filed(client, campaign.id, do_jobs, areas="0102")
    address = f"/api/campaigns/{campaign.id}/batches"
    again = {**QUESTION, "areas": "0102"}
    found = (await client.post(f"{address}/preview", json=again)).json()
    assert (found["foreseen"], {each["reason"] for each in found["left_out"]}) == (0, {"asked_already"})
    refused = await client.post(address, json={**again, "foreseen": 0})
    assert (refused.status_code, refused.json()["faults"][0]["field"]) == (422, "areas")
    references = (await client.get("/api/requests", params={"batch_id": board["batch"]["id"]})).json()
    withdrawn = references["requests"][0]
    event = {"kind": "withdrawn", "happened_on": day_of(now(), "Asia/Phnom_Penh").isoformat()}
    assert (await client.post(f"/api/requests/{withdrawn['id']}/events", json=event)).status_code == 201
    found = (await client.post(f"{address}/preview", json=again)).json()
    assert found["foreseen"] == len(found["another_batch"]) == 1


async def _work(database: Database, person: Person, settings: Settings, *, fails: bool = False) -> None:
    """What the worker does with the job of a batch; `fails` just before its end."""
    async with database.transaction() as session:
        job = (await session.scalars(select(JobRow).where(JobRow.kind == JobKind.BATCH))).one()
    claimed = Claimed(job.id, job.kind, person.id, 1, job.arguments)
    async with database.under(Login.CBO).transaction(person.id) as session:
        await file_batch(Work(session, person, claimed, b"", settings, NOW, Progress()))
        if fails:
            raise ConnectionError


async def test_a_batch_is_whole_after_a_crash_and_after_two_workers_at_once(
    database: Database, settings: Settings
) -> None:
    communes = await _communes(database)
    async with database.transaction() as session:
        person = (await make.member(session)).person
        campaign = await make.campaign(session, NOW)
    command = FileBatch(title="Budget", topic="budget", areas=DISTRICTS, kind=BodyKind.COMMUNE_ADMINISTRATION)
    async with database.under(Login.CBO).transaction(person.id) as session:
        command = FileBatch(**{**_fields(command), "foreseen": len(communes)})
        await ask(session, person, campaign.id, command, NOW, NOW.date())
    with pytest.raises(ConnectionError):
        await _work(database, person, settings, fails=True)
    assert await _count(database) == 0
    await asyncio.gather(*(_work(database, person, settings) for _ in range(2)))
    assert await _count(database) == len(communes)


def _fields(command: FileBatch) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


async def _count(database: Database) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(RequestRow)) or 0


async def test_a_batch_that_was_cancelled_is_filed_later(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    _, campaign = await _lead(client, database)
    address, asked = f"/api/campaigns/{campaign.id}/batches", {**QUESTION, "areas": "0102"}
    foreseen = (await client.post(f"{address}/preview", json=asked)).json()["foreseen"]
    batch = (await client.post(address, json={**asked, "foreseen": foreseen})).json()["batch"]["id"]
    page = f"/batches/{batch}"
    assert "Cancel" in (await client.get(page)).text
    assert (await make.post_form(client, f"{page}/cancel", {}, page=page)).status_code == 303
    await do_jobs()
    assert f"File those that wait: {foreseen}" in (await client.get(page)).text
    assert (await client.post(f"/api/batches/{batch}/file")).status_code == 200
    assert (await client.post(f"/api/batches/{batch}/file")).status_code == 409
    await do_jobs()
    board = (await client.get(f"/api/batches/{batch}")).json()
    assert (board["batch"]["filed"], board["batch"]["waiting"]) == (foreseen, 0)


async def test_the_form_takes_a_file_of_codes_shows_what_will_happen_and_then_files_it(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    _, campaign = await _lead(client, database)
    first, second = [each.code for each in (await _communes(database))[:2]]
    page = f"/campaigns/{campaign.id}/batches/new"
    form = {"title": "Budget", "topic": "budget", "filing": "itself", "channel": "counter", "codes": first}
    token = await make.form_token(client, page)
    listed = {"list": ("list.csv", f"code,name\n{second},x\n".encode())}
    shown = await client.post(page, data={**form, "_csrf_token": token}, files=listed)
    assert shown.status_code == 200, shown.text
    assert "Requests that will be filed: 2." in shown.text
    assert second in shown.text
    codes = f"{first}\n{second}"
    changed = await make.post_form(client, page, {**form, "codes": codes, "foreseen": "3"})
    assert changed.status_code == 422
    assert "This would file 2 requests now" in changed.text
    filed = await make.post_form(client, page, {**form, "codes": codes, "foreseen": "2"})
    await do_jobs()
    board = (await client.get(filed.headers["location"])).text
    assert "Budget" in board
    assert "/run-sheet.pdf?batch_id=" in board
    assert "Budget" in (await client.get(f"/campaigns/{campaign.id}/batches")).text
    for wrong, message in (
        ({"codes": "NO-SUCH"}, "There is no public body with the code NO-SUCH"),
        ({"codes": "", "areas": "9999"}, "There is no area with the code 9999"),
        ({"codes": ""}, "Choose areas, a type or a list of bodies"),
    ):
        answer = await make.post_form(client, page, {**form, **wrong})
        assert (answer.status_code, message in answer.text) == (422, True), message


async def test_the_requests_of_a_batch_are_carried_recorded_and_counted_by_district(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    _, campaign = await _lead(client, database)
    board = await _filed(client, campaign.id, do_jobs)
    of_batch = f"batch_id={board['batch']['id']}"
    total, first = board["batch"]["filed"], board["districts"][0]["counts"]["drafted"]
    sheets = await client.get(f"/run-sheet.pdf?{of_batch}")
    assert sheets.headers["content-type"] == "application/pdf"
    with pikepdf.open(BytesIO(sheets.content)) as opened:
        assert len(opened.pages) >= len(DISTRICTS.split())
    assert f"Requests in this list: {total}" in (await client.get(f"/print-runs/new?{of_batch}")).text
    listed = (await client.get(f"/api/requests?{of_batch}&area=0102")).json()["requests"]
    assert len(listed) == first
    narrowed = {"batch_id": board["batch"]["id"], "area": "0102", "status": "draft"}
    page = f"/requests/many?{urlencode(narrowed)}"
    assert f"{first} requests" in (await client.get(page)).text
    day = day_of(now(), "Asia/Phnom_Penh").isoformat()
    values = {**narrowed, "kind": "submitted", "happened_on": day, "hits": str(first)}
    assert (await make.post_form(client, "/requests/many", values, page=page)).status_code == 303
    await do_jobs()
    board = (await client.get(f"/api/batches/{board['batch']['id']}")).json()
    assert board["counts"] == {"handed_over": first, "drafted": total - first}
    lost = {
        "batch_id": board["batch"]["id"],
        "kind": "request",
        "language": "en",
        "only": listed[0]["reference"],
    }
    run = (await make.post_form(client, "/print-runs/new", lost)).headers["location"]
    await do_jobs()
    with pikepdf.open(BytesIO((await client.get(f"{run}/letters.pdf")).content)) as opened:
        assert len(opened.pages) == 2


async def test_staff_learn_nothing_of_whose_a_sealed_batch_is(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, campaign = await _lead(client, database)
    async with database.transaction() as session:
        # Not sealed, so that what a sealed batch leaves out cannot tell that both are of one organisation.
        await make.request(session, member.person, NOW, title="Budget of 2027")
        cbo = await make.member(session, Role.STAFF)
    board = await _filed(client, campaign.id, do_jobs, areas="0102", filing="sealed")
    assert not board["left_out"]
    page = f"/batches/{board['batch']['id']}"
    own = (await client.get(page)).text
    client.headers.update(await make.session_of(client, cbo.person, database))
    seen = await client.get(page)
    assert (seen.status_code, "Sealed" in seen.text) == (200, True)
    name = own.split("<dt>Requesting organisation</dt><dd>")[1].split("<")[0]
    assert name.startswith("Community")
    for address in (page, f"/api{page}", f"/campaigns/{campaign.id}/batches"):
        assert name not in (await client.get(address)).text
    assert (await client.get(f"/run-sheet.pdf?batch_id={board['batch']['id']}")).status_code == 404


async def test_staff_file_for_an_organisation_and_only_what_is_assigned_to_them(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        campaign = await make.campaign(session, NOW)
        everywhere = await make.member(session, Role.STAFF)
        nowhere = await make.member(session, Role.STAFF, everything=False)
    client.headers.update(await make.session_of(client, nowhere.person, database))
    asked = {**QUESTION, "cbo_id": str(cbo.id)}
    found = await client.post(f"/api/campaigns/{campaign.id}/batches/preview", json=asked)
    assert {each["reason"] for each in found.json()["left_out"]} == {"out_of_reach"}
    client.headers.update(await make.session_of(client, everywhere.person, database))
    named = await client.post(f"/api/campaigns/{campaign.id}/batches/preview", json=QUESTION)
    assert named.json()["faults"][0]["field"] == "cbo_id"
    board = await _filed(client, campaign.id, do_jobs, cbo_id=str(cbo.id), filing=Filing.PROXY)
    async with database.transaction() as session:
        of_cbo = select(func.count()).where(RequestRow.cbo_id == cbo.id, RequestRow.filing == Filing.PROXY)
        assert await session.scalar(of_cbo) == board["batch"]["filed"]


@pytest.mark.parametrize(("kept", "status"), [(Filing.ITSELF, 200), (Filing.SEALED, 403)])
async def test_a_note_for_those_who_carry_a_batch_out_is_no_business_of_others_where_it_is_sealed(
    client: httpx.AsyncClient, database: Database, kept: Filing, status: int
) -> None:
    async with database.transaction() as session:
        member, staff = await make.member(session), await make.member(session, Role.STAFF)
        batch = await make.batch(session, await make.request(session, member.person, NOW, filing=kept), NOW)
    address = f"/api/batches/{batch.id}"
    client.headers.update(await make.session_of(client, member.person, database))
    told = {"note": "Go together"}
    assert (await client.put(f"{address}/note", json=told)).json()["note"] == "Go together"
    assert "Go together" in (await client.get(f"/batches/{batch.id}")).text
    client.headers.update(await make.session_of(client, staff.person, database))
    seen = (await client.get(address)).json()["note"]
    assert seen == ("Go together" if status == 200 else None)
    assert (await client.put(f"{address}/note", json={"note": ""})).status_code == status
