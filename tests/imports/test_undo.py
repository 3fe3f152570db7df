"""An import is known afterwards, and can be taken back as a whole while nothing was built on it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import LockCbo, ShredCbo
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.errors import Conflict, NotFound
from rti.core.roles import Person, Role
from rti.imports.undo import undo
from rti.law.events import EventKind
from rti.models.accounts import AssignmentRow
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.imports import FileImportRow, ImportEntryRow
from rti.models.messages import LetterState
from rti.models.requests import EventRow, RequestRow
from rti.requests.commands import SaveRequester, SnoozeRequest
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from rti.requests.requester import correct_requester
from rti.requests.snoozing import snooze
from rti.safety.lock_and_shred import lock, shred
from tests import make
from tests.commands import rti
from tests.conftest import NOW, TODAY, DoJobs, SignIn
from tests.imports.files import load, load_fixed

TWO = (
    "body_code,title,topic,received_on\nKH-010201,Road,budget,2026-10-05\nKH-010201,Well,budget,2026-10-06\n"
)
BODIES = (
    "code,kind,name_km,name_en\nHC-1,health_centre,ក,Health centre\nKH-010201,other,ខ,Renamed by mistake\n"
)
LATER = NOW + timedelta(hours=1)


async def count(database: Database, table: Any) -> int:
    async with database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def imported(database: Database, person: Person, text: str = TWO) -> UUID:
    """Import as somebody, under their own login; returns the identity of the import."""
    async with database.under(login_of(person)).transaction(person.id) as session:
        await load_fixed(session, text, person)
        return (await session.scalars(select(FileImportRow.id).order_by(FileImportRow.id.desc()))).all()[0]


async def undone(database: Database, person: Person, import_id: UUID) -> None:
    async with database.under(login_of(person)).transaction(person.id) as session:
        await undo(session, import_id, person, LATER)


async def sent(
    client: httpx.AsyncClient, do_jobs: DoJobs, kind: str, content: str, name: str = "list.csv"
) -> str:
    """Send a file over the API and import it; returns the identity of the job and of the import."""
    answer = await client.post(f"/api/imports/{kind}", files={"file": (name, content.encode())})
    assert answer.status_code == 202, answer.text
    await do_jobs()
    return answer.json()["id"]


async def test_a_member_undoes_an_import_on_its_page_and_can_import_the_file_again(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.CBO_MEMBER)
    past = await sent(client, do_jobs, "requests", TWO, "ខែតុលា.csv")
    assert f'href="/imports/{past}"' in (await client.get(f"/jobs/{past}")).text
    listed = (await client.get("/imports")).text
    assert "ខែតុលា.csv" in listed
    assert f'href="/imports/{past}"' in listed
    answer = await make.post_form(client, f"/imports/{past}/undo", {}, page=f"/imports/{past}")
    assert answer.status_code == 303, answer.text
    assert "This import was undone on" in (await client.get(f"/imports/{past}")).text
    assert (await count(database, RequestRow), await count(database, EventRow)) == (0, 0)
    await sent(client, do_jobs, "requests", TWO)
    assert await count(database, RequestRow) == 2


async def test_the_api_lists_imports_and_undoes_one(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.CBO_MEMBER)
    past = await sent(client, do_jobs, "requests", TWO)
    (listed,) = (await client.get("/api/imports")).json()["imports"]
    assert (listed["id"], listed["file_name"], listed["kind"]) == (past, "list.csv", "requests")
    assert (listed["by"], listed["counts"], listed["undone_at"]) == ("Test person", {"imported": 2}, None)
    assert (await client.get(f"/api/imports/{past}")).json() == {"past": listed, "obstacles": []}
    answer = await client.post(f"/api/imports/{past}/undo")
    assert answer.status_code == 200, answer.text
    assert answer.json()["undone_by"] == "Test person"
    assert (await client.post(f"/api/imports/{past}/undo")).status_code == 409
    async with database.transaction() as session:
        entries = await session.scalars(select(AuditEntryRow).where(AuditEntryRow.about == past))
        assert sorted(entry.what for entry in entries) == [AuditAction.IMPORT_UNDONE, AuditAction.IMPORTED]


async def test_a_check_and_an_import_that_kept_nothing_are_not_listed(
    client: httpx.AsyncClient, sign_in: SignIn, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    await client.post("/api/imports/bodies?dry_run=1", content=BODIES.encode())
    await client.post("/api/imports/bodies?all_or_nothing=1", content=(BODIES + "X,palace,ក,X\n").encode())
    await do_jobs()
    assert (await client.get("/api/imports")).json() == {"imports": [], "next": None}


Build = Callable[[AsyncSession, RequestRow, Person], Awaitable[Any]]


async def _event(session: AsyncSession, request: RequestRow, person: Person) -> None:
    await make.event(session, request.id, person, LATER, EventKind.ACKNOWLEDGED, TODAY)


async def _document(session: AsyncSession, request: RequestRow, _: Person) -> None:
    event = (await events_of(session, request.id))[0]
    await attach(session, event, file_name="a.txt", content=b"stamp", now=LATER)


async def _requester(session: AsyncSession, request: RequestRow, person: Person) -> None:
    await correct_requester(session, request, SaveRequester(requester_name="Sok"), person, LATER)


async def _letter(session: AsyncSession, request: RequestRow, _: Person) -> None:
    (await make.letter(session, request, LATER)).state = LetterState.DISMISSED


async def _snooze(session: AsyncSession, request: RequestRow, person: Person) -> None:
    wanted = SnoozeRequest(until=TODAY + timedelta(days=9), reason="Flood")
    await snooze(session, request.id, wanted, person, LATER, TODAY)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (_event, "something was recorded on its timeline"),
        (_document, "a document was added"),
        (_requester, "its requester was recorded"),
        (_letter, "a letter about it was decided"),
        (_snooze, "its reminders were snoozed"),
    ],
)
async def test_what_was_built_on_a_request_keeps_the_whole_import_and_is_told(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, build: Build, message: str
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    past = await imported(database, member)
    async with database.transaction() as session:
        request = (await session.scalars(select(RequestRow).where(RequestRow.title == "Well"))).one()
        await build(session, request, member)
    shown = (await client.get(f"/imports/{past}")).text
    assert request.reference in shown
    assert message in shown
    answer = await client.post(f"/api/imports/{past}/undo")
    assert answer.status_code == 409
    assert f"{request.reference}: {message}" in answer.json()["detail"]
    assert await count(database, RequestRow) == 2


async def test_a_letter_that_a_rule_proposed_by_itself_goes_with_its_request(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    past = await imported(database, member)
    async with database.transaction() as session:
        for request in await session.scalars(select(RequestRow)):
            await make.letter(session, request, LATER)
    await undone(database, member, past)
    assert await count(database, RequestRow) == 0


async def test_nobody_undoes_an_import_of_another_organisation(database: Database) -> None:
    async with database.transaction() as session:
        member, other = [(await make.member(session)).person for _ in range(2)]
    past = await imported(database, member)
    with pytest.raises(NotFound):
        await undone(database, other, past)
    assert await count(database, RequestRow) == 2


async def test_staff_undo_their_own_imports_and_others_where_everything_is_assigned_to_them(
    database: Database,
) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        own, other, all_of_them = [
            (await make.member(session, Role.STAFF, everything=everything)).person
            for everything in (False, False, True)
        ]
        session.add_all(
            AssignmentRow(person_id=each.id, province_code="01", assigned_at=NOW) for each in (own, other)
        )
    lines = [f"{line},{cbo.code}" for line in TWO.splitlines()[1:]]
    text = "\n".join(["body_code,title,topic,received_on,cbo_code", *lines])
    past, second = (
        await imported(database, own, text),
        await imported(database, own, text.replace("10-0", "09-0")),
    )
    with pytest.raises(NotFound):
        await undone(database, other, past)
    await undone(database, own, past)
    await undone(database, all_of_them, second)
    assert await count(database, RequestRow) == 0


async def test_staff_from_whom_a_request_was_taken_away_meanwhile_undo_nothing(database: Database) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        session.add(AssignmentRow(person_id=staff.id, province_code="01", assigned_at=NOW))
    past = await imported(
        database,
        staff,
        f"body_code,title,topic,received_on,cbo_code\nKH-010201,R,budget,2026-10-05,{cbo.code}\n",
    )
    async with database.transaction() as session:
        assignment = (await session.scalars(select(AssignmentRow))).one()
        assignment.province_code = "23"
    with pytest.raises(Conflict, match="1: these requests are not assigned to you"):
        await undone(database, staff, past)


async def test_an_import_of_the_directory_is_undone_with_what_it_changed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        name = (await make.body(session)).name_en
    past = await sent(client, do_jobs, "bodies", BODIES)
    assert (await client.post(f"/api/imports/{past}/undo")).status_code == 200
    async with database.transaction() as session:
        restored = await make.body(session)
        assert (restored.name_en, restored.kind) == (name, "commune_administration")
        assert await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code == "HC-1")) is None


async def test_a_body_that_is_in_use_or_was_changed_keeps_its_import(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    """Also where somebody may not see the requests that use it."""
    await sign_in(Role.ADMINISTRATOR)
    many = BODIES + "".join(f"HC-{n},health_centre,ក,Health centre {n}\n" for n in range(2, 9))
    past = await sent(client, do_jobs, "bodies", many)
    async with database.transaction() as session:
        member = (await make.member(session)).person
        await make.request(session, member, NOW, body_code="HC-5")
    answer = await client.post(f"/api/imports/{past}/undo")
    assert answer.json()["detail"] == (
        "This import can no longer be undone. HC-5: something else refers to it"
    )
    async with database.transaction() as session:
        (await make.body(session, "HC-2")).phone = "012"
    answer = await client.post(f"/api/imports/{past}/undo")
    assert "HC-2: it was changed afterwards" in answer.json()["detail"]
    assert "HC-2: it was changed afterwards" in (await client.get(f"/imports/{past}")).text
    async with database.transaction() as session:
        assert await make.body(session, "HC-8")


async def test_bodies_and_the_organisation_that_came_with_requests_go_unless_something_else_refers_to_them(
    database: Database,
) -> None:
    async with database.transaction() as session:
        before = await session.scalar(select(func.count()).select_from(PublicBodyRow)) or 0
        await load(session)
        past = await session.scalar(select(FileImportRow.id))
        made = select(ImportEntryRow.row_id).where(ImportEntryRow.table == "public_body")
        used = await session.get_one(PublicBodyRow, (await session.scalars(made)).all()[0])
        member = (await make.member(session)).person
        await make.request(session, member, NOW, body_code=used.code)
    async with database.transaction() as session:
        await undo(session, past, None, LATER)
    assert await count(database, PublicBodyRow) == before + 1
    assert await count(database, RequestRow) == 1
    async with database.transaction() as session:
        assert [row.id for row in await session.scalars(select(CboRow))] == [member.cbo_id]


async def test_what_shredding_blanks_is_not_kept_by_the_import_that_brought_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    await sent(client, do_jobs, "cbos", "code,name_km,name_en\nC1,ឈ្មោះសម្ងាត់,Secret name\n")
    async with database.transaction() as session:
        cbo = (await session.scalars(select(CboRow))).one()
        staff = (await make.member(session, Role.STAFF)).person
    for who in (staff, None):
        async with database.transaction() as session:
            await shred(session, cbo.id, ShredCbo(code="C1"), who, NOW)
    assert await count(database, ImportEntryRow) == 0


def test_the_command_line_lists_and_undoes(database_url: str, tmp_path) -> None:
    file = tmp_path / "health centres.csv"
    file.write_text("code,kind,name_km,name_en\nHC-1,health_centre,ក,Health centre\n", encoding="utf-8")
    rti(database_url, "import", "bodies", str(file))
    (line,) = rti(database_url, "imports", "list").stdout.splitlines()
    past, kind, _, whose, state, lines, name = line.split("\t")
    assert (kind, whose, state, lines, name) == ("bodies", "-", "kept", "1", "health centres.csv")
    assert rti(database_url, "imports", "undo", past).stdout == "Undone\n"
    again = rti(database_url, "imports", "undo", past)
    assert (again.returncode, again.stderr) == (1, "This import has already been undone\n")


async def test_undoing_an_import_neither_names_nor_changes_what_was_locked_since(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await sign_in(Role.STAFF)
    made = "code,name_km,name_en\nBOENG,ក,Silent Lake\nKOH,ខ,Island\n"
    organisations = await sent(client, do_jobs, "cbos", made)
    line = "cbo_code,body_code,title,topic,received_on\nBOENG,KH-010201,x,land,2026-09-01\n"
    requests = await sent(client, do_jobs, "requests", line)
    async with database.transaction() as session:
        cbo = (await session.scalars(select(CboRow).where(CboRow.code == "BOENG"))).one()
        await lock(session, cbo.id, LockCbo(sure=True), None, NOW)
    for past in (organisations, requests):
        assert "BOENG" not in (await client.get(f"/api/imports/{past}")).text
    refused = await client.post(f"/api/imports/{requests}/undo")
    assert (refused.status_code, "BOENG" in refused.text) == (409, False)
    assert (await client.post(f"/api/imports/{organisations}/undo")).status_code == 200
    async with database.transaction() as session:
        left = (await session.scalars(select(CboRow))).all()
        assert [(each.code, each.name_en) for each in left] == [("BOENG", "Silent Lake")]
