"""Printing a letter about each request of a list."""

from io import BytesIO

import httpx
import pikepdf
from sqlalchemy import func, select

from rti.cbos.commands import ShredCbo
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.cbos import CboRow
from rti.models.letters import WrittenLetterRow
from rti.models.requests import Filing
from rti.safety import lock_and_shred
from tests import make
from tests.conftest import NOW, DoJobs

BODIES = ("KH-010201", "KH-020101", "KH-010202")


async def _count(database: Database) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(WrittenLetterRow)) or 0


def _pages(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as opened:
        return len(opened.pages)


async def test_a_list_is_printed_in_one_file_and_a_second_time_as_it_was(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        filed = [await make.request(session, member.person, NOW, body_code=code) for code in BODIES]
    await make.sign_in(client, member)
    page = "/print-runs/new?topic=budget"
    assert "Requests in this list: 3" in (await client.get(page)).text
    files = []
    for _ in range(2):
        order = {"topic": "budget", "kind": "request", "language": "en", "leave_out": filed[0].reference}
        started = await make.post_form(client, "/print-runs/new", order, page=page)
        await do_jobs()
        shown = await client.get(started.headers["location"])
        assert "Download the letters" in shown.text
        files.append((await client.get(f"{started.headers['location']}/letters.pdf")).content)
    assert [_pages(each) for each in files] == [4, 4]
    assert files[0] == files[1]
    assert await _count(database) == 2


async def test_a_program_prints_the_same_letters_and_run_sheets(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        for code in BODIES:
            await make.request(session, member.person, NOW, body_code=code)
    client.headers.update(await make.session_of(client, member.person, database))
    started = await client.post("/api/print-runs", json={"topic": "budget"})
    assert (started.status_code, started.json()["total"]) == (201, 3), started.text
    path = f"/api/print-runs/{started.json()['id']}"
    assert (await client.get(f"{path}/letters")).status_code == 404
    await do_jobs()
    assert (await client.get(path)).json()["state"] == "done"
    assert _pages((await client.get(f"{path}/letters")).content) == 6
    assert _pages((await client.get("/api/run-sheets?topic=budget")).content) == 2
    wrong = await client.post("/api/print-runs", json={"topic": "land"})
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "kind")


async def test_what_cannot_be_printed_is_told_and_what_was_typed_stays(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        await make.request(session, member.person, NOW)
    await make.sign_in(client, member)
    for order, message in (
        ({"topic": "land"}, "letter about any request in this list"),
        ({"leave_out": "NOTHING-1"}, "There is no request NOTHING-1"),
    ):
        answer = await make.post_form(client, "/print-runs/new", order)
        assert answer.status_code == 422
        assert message in answer.text
        assert next(iter(order.values())) in answer.text


async def test_staff_print_no_letter_of_a_sealed_request_and_see_no_run_of_others(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        await make.request(session, member.person, NOW)
        await make.request(session, member.person, NOW, filing=Filing.SEALED)
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    assert "Requests in this list: 1" in (await client.get("/print-runs/new")).text
    started = await make.post_form(client, "/print-runs/new", {"kind": "reminder", "language": "en"})
    await do_jobs()
    run = started.headers["location"]
    assert _pages((await client.get(f"{run}/letters.pdf")).content) == 2
    await make.sign_in(client, member)
    assert (await client.get(run)).status_code == 404
    assert (await client.get(f"{run}/letters.pdf")).status_code == 404


async def test_no_run_names_an_organisation_that_was_locked_and_shredding_takes_what_others_printed(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    async with database.transaction() as session:
        lead, other = await make.member(session, Role.CBO_LEAD), await make.member(session)
        for member in (lead, other):
            await make.request(session, member.person, NOW)
        administrator = (await make.member(session, Role.ADMINISTRATOR)).person
        staff = (await make.member(session, Role.STAFF)).person
        cbo = await session.get_one(CboRow, lead.person.cbo_id)
    await make.session_of(client, staff, database)
    run = (await make.post_form(client, "/print-runs/new", {"kind": "reminder"})).headers["location"]
    await do_jobs()
    assert (await client.get(f"{run}/letters.pdf")).status_code == 200
    for person in (administrator, lead.person):
        async with database.under(Login.ERASURE).transaction(person.id) as session:
            await lock_and_shred.shred(session, cbo.id, ShredCbo(code=cbo.code), person, now())
        if person is administrator:
            response = await client.get(f"{run}/letters.pdf")
            assert (response.status_code, "Print the letters again" in response.text) == (409, True)
    assert (await client.get(f"{run}/letters.pdf")).status_code == 404
