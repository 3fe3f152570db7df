"""Locking and shredding an organisation: what vanishes, what stays, and whose hands it takes."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from rti.accounts import invitations, people
from rti.accounts.commands import ChangeRole, Invite, Reset
from rti.accounts.sessions import person_of
from rti.cbos.commands import LockCbo, ShredCbo, UnlockCbo
from rti.core.db import Database, new_id
from rti.core.errors import Conflict, Invalid
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.encryption.data_keys import keys_to_decrypt
from rti.law.events import EventKind
from rti.models.accounts import PersonRow, SignInRow
from rti.models.cbos import CboRow, CboSafetyRow
from rti.models.imports import FileImportRow, FileKind
from rti.models.keys import DataKeyRow, encrypted_columns
from rti.models.messages import BounceRow, Channel, MessageKind, MessageRow, MessageState
from rti.models.requests import DocumentContentRow, EventRow, RequestRow
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from rti.safety import lock_and_shred
from rti.statistics.commands import StatisticsQuery
from rti.statistics.queries import table as counted
from tests import make
from tests.commands import rti
from tests.conftest import NOW, TODAY, DoJobs, SignIn
from tests.web.asking import send
from tests.web.routes import ROUTES, Route
from tests.web.things import things

NAMES = (
    "Silent Lake community",
    "សហគមន៍បឹងស្ងាត់",
    "BOENG",
    "Sok Dara",
    "dara@boeng.example",
    "Chea Vanna",
    "012345678",
)


async def _organisation(database: Database) -> tuple[CboRow, make.Member, RequestRow]:
    """An organisation with a lead, and a request with a requester, a note and a document."""
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW, code="BOENG")
        cbo.name_en, cbo.name_km = NAMES[:2]
        lead = await make.member(session, Role.CBO_LEAD, of=cbo)
        row = await session.get_one(PersonRow, lead.person.id)
        row.name, row.email = "Sok Dara", "dara@boeng.example"
        request = await make.request(
            session, lead.person, NOW, requester_name="Chea Vanna", requester_phone="012345678"
        )
        await make.event(
            session, request.id, lead.person, NOW, EventKind.MESSAGE, TODAY, note="Chea Vanna called"
        )
        event = (await events_of(session, request.id))[0]
        await attach(session, event, file_name="Chea Vanna.txt", content=b"from Chea Vanna", now=NOW)
        message = MessageRow(
            id=new_id(),
            person_id=lead.person.id,
            kind=MessageKind.DIGEST,
            values={},
            message_id="<1@rti.test>",
            state=MessageState.FAILED,
            last_reply="550 5.1.1",
            next_attempt_at=NOW,
            created_at=NOW,
        )
        session.add(message)
        await session.flush()
        refused = {"channel": Channel.EMAIL, "address": row.email, "status": "5.1.1", "reported_at": NOW}
        session.add(BounceRow(message_id=message.id, person_id=row.id, **refused))
        of_lead = {"cbo_id": cbo.id, "person_id": row.id}
        session.add(FileImportRow(kind=FileKind.REQUESTS, counts={}, created_at=NOW, **of_lead))
    return cbo, make.Member(lead.person, "dara@boeng.example"), request


async def _named(
    client: httpx.AsyncClient, database: Database, member: make.Member, pages: Collection[Route] = ROUTES
) -> set[str]:
    """Which names any address tells this person, of all that can be looked at without an identifier of a CBO."""
    async with database.transaction() as session:
        about = await make.member(session)
        names = await things(session, about.person, about.person)
    found = set()
    for route in pages:
        if (
            route.method == "GET"
            and route.path != "/health"
            and (route.roles is None or member.person.role in route.roles)
        ):
            answer = await send(client, route, route.at(names), member.person, database)
            found |= {name for name in NAMES if name in answer.text}
    return found


async def test_one_click_of_the_lead_signs_everybody_out_and_in_no_more(
    client: httpx.AsyncClient, database: Database
) -> None:
    cbo, lead, _ = await _organisation(database)
    await make.sign_in(client, lead)
    shown = await client.get(f"/cbos/{cbo.id}")
    assert "Lock this organisation now" in shown.text
    locked = await make.post_form(client, f"/cbos/{cbo.id}/lock", {"sure": "1"}, page=f"/cbos/{cbo.id}")
    assert (locked.status_code, locked.headers["location"]) == (303, "/sign-in")
    assert (await client.get("/requests")).headers["location"].startswith("/sign-in")
    assert (await client.get("/api/requests")).status_code == 401
    refused = await make.post_form(client, "/sign-in", {"email": lead.email, "password": lead.password})
    assert refused.status_code == 422
    async with database.transaction() as session:
        mine = select(func.count()).select_from(SignInRow).where(SignInRow.person_id == lead.person.id)
        assert await session.scalar(mine) == 0


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMINISTRATOR, Role.WORKING_GROUP])
async def test_no_page_and_no_answer_names_a_locked_organisation(
    client: httpx.AsyncClient, database: Database, role: Role
) -> None:
    cbo, _, request = await _organisation(database)
    async with database.transaction() as session:
        somebody = await make.member(session, role)
    before = await _named(client, database, somebody, [each for each in ROUTES if each.path == "/cbos"])
    assert role is Role.WORKING_GROUP or "BOENG" in before
    async with database.transaction() as session:
        await lock_and_shred.lock(session, cbo.id, LockCbo(sure=True), None, NOW)
    assert await _named(client, database, somebody) == set()
    if role is Role.STAFF:
        assert (await client.get(f"/requests/{request.id}")).status_code == 404
    if role is not Role.WORKING_GROUP:
        shown = await client.get(f"/cbos/{cbo.id}")
        assert "Locked organisation" in shown.text
        assert not [name for name in NAMES if name in shown.text]


async def test_to_an_import_a_locked_organisation_is_not_there_and_it_comes_back_as_it_was(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn, do_jobs: DoJobs
) -> None:
    cbo, _, _ = await _organisation(database)
    async with database.transaction() as session:
        await lock_and_shred.lock(session, cbo.id, LockCbo(sure=True), None, NOW)
    await sign_in(Role.STAFF)

    async def imported(content: str, kind: str, *, check: bool) -> dict[str, Any]:
        options = {"dry_run": "true"} if check else {}
        sent = await client.post(f"/api/imports/{kind}", params=options, content=content.encode())
        await do_jobs()
        counts = (await client.get(sent.headers["location"])).json()["report"]["counts"]
        return {fate: number for fate, number in counts.items() if number}

    same = f"code,name_km,name_en\nBOENG,{NAMES[1]},{NAMES[0]}\n"
    new = "code,name_km,name_en\nNEW,x,x\n"
    assert await imported(same, "cbos", check=True) == await imported(new, "cbos", check=True)
    line = "cbo_code,body_code,title,topic,received_on\n{},KH-010201,x,land,2026-09-01\n"
    for code in ("BOENG", "NOBODY"):
        assert await imported(line.format(code), "requests", check=True) == {"rejected": 1}
    assert await imported("code,name_km,name_en\nBOENG,x,x\n", "cbos", check=False) == {"imported": 1}
    await sign_in(Role.ADMINISTRATOR)
    unlocked = await client.post(f"/api/cbos/{cbo.id}/unlock", json={"reason": "The telephones are back"})
    view = unlocked.json()
    assert (view["name_en"], view["name_km"], view["code"]) == (*NAMES[:2], "BOENG-2")
    assert {each["code"] for each in (await client.get("/api/cbos")).json()["cbos"]} == {"BOENG", "BOENG-2"}


async def test_figures_still_count_a_locked_organisation(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    cbo, _, _ = await _organisation(database)
    await sign_in(Role.STAFF)
    before = (await client.get("/api/statistics")).json()["total"]
    async with database.transaction() as session:
        await lock_and_shred.lock(session, cbo.id, LockCbo(sure=True), None, NOW)
    assert (await client.get("/api/statistics")).json()["total"] == before


async def test_an_administrator_unlocks_with_a_reason_and_everything_is_back(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    cbo, lead, request = await _organisation(database)
    async with database.transaction() as session:
        await lock_and_shred.lock(session, cbo.id, LockCbo(sure=True), None, NOW)
    await sign_in(Role.ADMINISTRATOR)
    assert (await client.post(f"/api/cbos/{cbo.id}/unlock", json={})).status_code == 422
    unlocked = await client.post(f"/api/cbos/{cbo.id}/unlock", json={"reason": "The telephones are back"})
    assert unlocked.json()["code"] == "BOENG"
    await make.sign_in(client, lead)
    detail = (await client.get(f"/api/requests/{request.id}")).json()
    assert detail["requester"]["name"] == "Chea Vanna"
    assert "The telephones are back" in (await client.get(f"/cbos/{cbo.id}")).text


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.WORKING_GROUP])
async def test_others_cannot_lock(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn, role: Role
) -> None:
    cbo, _, _ = await _organisation(database)
    await sign_in(role)
    assert (await client.post(f"/api/cbos/{cbo.id}/lock", json={"sure": True})).status_code == 403


async def test_a_lead_can_neither_lock_nor_shred_another_organisation(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    cbo, _, _ = await _organisation(database)
    await sign_in(Role.CBO_LEAD)
    for step, body in (("lock", {"sure": True}), ("shred", {"code": "BOENG"})):
        assert (await client.post(f"/api/cbos/{cbo.id}/{step}", json=body)).status_code == 404
    async with database.transaction() as session:
        assert (await session.get_one(CboRow, cbo.id)).locked_at is None


async def test_shredding_takes_the_lead_and_an_administrator_and_leaves_nobody(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    cbo, lead, request = await _organisation(database)
    await make.sign_in(client, lead)
    before = await _counts(database)
    wrong = await client.post(f"/api/cbos/{cbo.id}/shred", json={"code": "BOENK"})
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "code")
    asked = await client.post(f"/api/cbos/{cbo.id}/shred", json={"code": "BOENG"})
    assert (asked.status_code, asked.json()["shredded_at"]) == (200, None)
    assert asked.json()["locked_at"]
    await sign_in(Role.ADMINISTRATOR)
    done = await client.post(f"/api/cbos/{cbo.id}/shred", json={"code": "BOENG"})
    assert done.json()["shredded_at"], done.text
    async with database.transaction() as session:
        await _nobody_is_left(session, cbo, request)
    assert await _counts(database) == before
    again = await client.post(f"/api/cbos/{cbo.id}/unlock", json={"reason": "a mistake"})
    assert again.status_code == 409


async def _counts(database: Database) -> Mapping[str, int | None]:
    async with database.transaction() as session:
        return (await counted(session, None, StatisticsQuery(), now().date())).total.figures.counts


async def _nobody_is_left(session: Any, cbo: CboRow, request: RequestRow) -> None:
    assert (
        await session.scalar(
            select(func.count()).select_from(DataKeyRow).where(DataKeyRow.wrapped.is_not(None))
        )
        == 0
    )
    for column in encrypted_columns():
        left = select(func.count()).select_from(column.table).where(column.is_not(None))
        assert await session.scalar(left) == 0, column
    for table in await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")):
        held = await session.scalar(text(f"SELECT string_agg(t::text, ' ') FROM {table} AS t"))  # noqa: S608 -- our own tables
        assert not [name for name in NAMES if name in (held or "")], table
    row = await session.get_one(CboRow, cbo.id)
    assert (row.name_en, row.name_km) == ("", "")
    kept = await session.get_one(RequestRow, request.id)
    assert kept.reference.startswith("R-")
    assert kept.due_on == request.due_on
    assert not (await keys_to_decrypt(session, cbo.id)).can_encrypt


@pytest.mark.parametrize("first", [Role.STAFF, Role.ADMINISTRATOR])
async def test_two_of_the_same_half_shred_nothing(database: Database, first: Role) -> None:
    cbo, _, _ = await _organisation(database)
    async with database.transaction() as session:
        for _ in range(2):
            person = (await make.member(session, first)).person
            row = await lock_and_shred.shred(session, cbo.id, ShredCbo(code="BOENG"), person, NOW)
        assert row.shredded_at is None
        late = (
            await make.member(session, Role.STAFF if first is Role.ADMINISTRATOR else Role.ADMINISTRATOR)
        ).person
        row = await lock_and_shred.shred(
            session, cbo.id, ShredCbo(code="BOENG"), late, NOW + timedelta(days=8)
        )
        assert row.shredded_at is None


@pytest.mark.parametrize("given", ["invited", "reset", "role"])
@pytest.mark.parametrize("first", ["administrator", "other"])
async def test_who_was_just_given_an_account_is_none_of_the_two(
    database: Database, given: str, first: str
) -> None:
    cbo, _, _ = await _organisation(database)
    async with database.transaction() as session:
        administrator = (await make.member(session, Role.ADMINISTRATOR)).person
        other = (await make.member(session, Role.STAFF)).person
    async with database.transaction() as session:
        if given == "invited":
            command = Invite(email="new@test.example", role=Role.STAFF, language="en")
            row, _ = await invitations.invite(session, command, administrator, NOW)
        elif given == "reset":
            row, _ = await invitations.reset(session, other.id, Reset(), administrator, NOW)
        else:
            other = (await make.member(session, Role.CBO_LEAD)).person
            row = await people.change_role(session, other.id, ChangeRole(role=Role.STAFF), administrator, NOW)
        puppet = person_of(row)
    both = [administrator, puppet] if first == "administrator" else [puppet, administrator]
    soon = NOW + timedelta(days=6)

    async def shredded(at: datetime) -> bool:
        for person in both:
            with suppress(Invalid, Conflict):
                async with database.transaction() as session:
                    await lock_and_shred.shred(session, cbo.id, ShredCbo(code="BOENG"), person, at)
        async with database.transaction() as session:
            return (await session.get_one(CboRow, cbo.id)).shredded_at is not None

    assert not await shredded(soon)
    assert await shredded(NOW + timedelta(days=8))


async def test_a_shredded_organisation_stays_so(database: Database) -> None:
    cbo, lead, _ = await _organisation(database)
    async with database.transaction() as session:
        await lock_and_shred.shred(session, cbo.id, ShredCbo(code="BOENG"), lead.person, NOW)
        await lock_and_shred.shred(session, cbo.id, ShredCbo(code="BOENG"), None, NOW)
        assert (await session.get_one(CboRow, cbo.id)).shredded_at == NOW
    for attempt in (
        lambda s: lock_and_shred.unlock(s, cbo.id, UnlockCbo(reason="mistake"), None, NOW),
        lambda s: lock_and_shred.shred(s, cbo.id, ShredCbo(code="BOENG"), None, NOW),
    ):
        with pytest.raises(Conflict):
            async with database.transaction() as session:
                await attempt(session)


async def test_an_organisation_is_locked_and_shredded_on_the_command_line(
    database: Database, database_url: str
) -> None:
    cbo, lead, _ = await _organisation(database)
    locked = await asyncio.to_thread(rti, database_url, "cbo", "lock", "BOENG")
    assert (locked.returncode, locked.stderr) == (0, "")
    opened = await asyncio.to_thread(rti, database_url, "cbo", "unlock", "BOENG", "--reason", "Over")
    assert opened.returncode == 0
    assert (await asyncio.to_thread(rti, database_url, "cbo", "lock", "NONE")).returncode == 2
    async with database.transaction() as session:
        await lock_and_shred.shred(session, cbo.id, ShredCbo(code="BOENG"), lead.person, NOW)
    shredded = await asyncio.to_thread(rti, database_url, "cbo", "shred", "BOENG", "--again", "BOENG")
    assert (shredded.returncode, shredded.stdout) == (
        0,
        "Shredded. Within minutes it is gone from the disk, too; the page System tells if not\n",
    ), shredded.stderr
    async with database.transaction() as session:
        steps = select(CboSafetyRow.step).order_by(CboSafetyRow.happened_at)
        assert set(await session.scalars(steps)) == {"locked", "unlocked", "shred_asked", "shredded"}
        assert (await session.scalars(select(EventRow.note))).all() == [None, None]
        assert await session.scalar(select(func.count()).select_from(DocumentContentRow)) == 0
