"""What is told of sign-ins and refusals, and who reads the log."""

from collections.abc import Sequence
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from rti.audit.record import HOUR, record, record_counts
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.cbos import CboRow
from tests import make
from tests.conftest import NOW, SignIn


async def of(database: Database, *kinds: AuditAction) -> Sequence[AuditEntryRow]:
    async with database.transaction() as session:
        query = select(AuditEntryRow).where(AuditEntryRow.what.in_(kinds)).order_by(AuditEntryRow.id)
        return (await session.scalars(query)).all()


async def test_signing_in_and_out_is_told_and_so_are_failures_although_they_are_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session, Role.ADMINISTRATOR)
        await session.execute(text("DELETE FROM audit_entry"))
    wrong = {"email": member.email, "password": "wrong horse battery"}
    assert (await make.post_form(client, "/sign-in", wrong)).status_code == 422
    stranger = {"email": "nobody@test.example", "password": "wrong horse battery"}
    assert (await make.post_form(client, "/sign-in", stranger)).status_code == 422
    await make.post_form(client, "/sign-in", {"email": member.email, "password": member.password})
    assert (await make.post_form(client, "/second-factor", {"code": "000000"})).status_code == 422
    await make.post_form(client, "/second-factor", {"code": member.codes[0]})
    assert (await make.post_form(client, "/sign-out", {}, page="/me")).status_code == 303
    async with database.transaction() as session:
        await record_counts(session, now() + HOUR)
    found = await of(database, AuditAction.SIGN_IN_FAILED, AuditAction.SIGNED_IN, AuditAction.SIGNED_OUT)
    me = member.person.id
    assert [(row.what, row.person_id, row.details.get("step")) for row in found] == [
        (AuditAction.SIGN_IN_FAILED, me, "password"),
        (AuditAction.SIGNED_IN, me, "password"),
        (AuditAction.SIGN_IN_FAILED, me, "code"),
        (AuditAction.SIGNED_IN, me, "code"),
        (AuditAction.SIGNED_OUT, me, None),
        (AuditAction.SIGN_IN_FAILED, None, "password"),
    ]


async def test_a_denied_access_is_told_and_kept_although_everything_else_is_undone(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        foreign = await make.request(session, (await make.member(session)).person, NOW)
    missing = uuid4()
    for path, status in (
        (f"/requests/{foreign.id}", 404),
        (f"/api/requests/{missing}", 404),
        ("/people", 403),
        ("/nowhere", 404),
    ):
        assert (await client.get(path)).status_code == status
    entries = await of(database, AuditAction.DENIED)
    assert [(row.person_id, row.cbo_id, row.about, row.details) for row in entries] == [
        (member.id, member.cbo_id, about, {"address": address, "status": status})
        for about, address, status in (
            (str(foreign.id), "GET /requests/{request_id}", 404),
            (str(missing), "GET /api/requests/{request_id}", 404),
            ("", "GET /people", 403),
        )
    ]


async def test_a_refusal_joins_no_organisation_and_its_sealed_request_for_others(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD)
        sealed = await make.request(session, lead.person, NOW, filing="sealed")
        code = (await session.get_one(CboRow, sealed.cbo_id)).code
    own = f"/api/requests/{sealed.id}/events/{uuid4()}/documents"

    client.headers.update(await make.session_of(client, lead.person, database))
    assert (await client.post(own, files={"document": ("a.txt", b"x")})).status_code == 404
    assert str(sealed.id) in (await client.get("/api/audit", params={"what": "denied"})).text
    await sign_in(Role.STAFF)
    assert (await client.get(f"/api/requests/{sealed.id}/documents/{uuid4()}")).status_code == 404
    await sign_in(Role.ADMINISTRATOR)
    entries = (await client.get("/api/audit", params={"what": "denied"})).json()["entries"]
    by_lead = [each for each in entries if each["person_id"] == str(lead.person.id)]
    assert [each["about"] for each in by_lead] == [""], "who was refused is told, and not at what"
    assert [str(sealed.id) in each["about"] for each in entries if each not in by_lead] == [True]
    rows = [row for row in (await client.get("/audit")).text.split("<tr") if str(sealed.id) in row]
    assert rows
    assert not [row for row in rows if code in row]


async def test_visitors_cannot_fill_the_log(client: httpx.AsyncClient, database: Database) -> None:
    await client.get(f"/requests/{uuid4()}")
    await client.get(f"/api/requests/{uuid4()}")
    await client.post("/sign-in", data={"email": "a@b.example"})
    assert not await of(database, *AuditAction)


async def test_no_entry_holds_a_name_an_address_or_a_text(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    administrator = await sign_in(Role.ADMINISTRATOR)
    invited = {"email": "canary@secret.example", "role": "staff", "language": "en"}
    assert (await make.post_form(client, "/people", invited)).status_code == 200
    await client.get("/requests/canary-in-the-address")
    assert await of(database, AuditAction.PERSON_INVITED)
    async with database.transaction() as session:
        everything = str((await session.execute(text("SELECT e::text FROM audit_entry e"))).all())
    assert "canary" not in everything
    assert administrator.email not in everything
    assert "127.0.0.1" not in everything


async def test_a_lead_reads_what_is_about_the_own_organisation_and_nothing_else(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        lead = (await make.member(session, Role.CBO_LEAD)).person
        foreign = (await make.member(session)).person
        await make.request(session, lead, NOW)
        await make.request(session, foreign, NOW)
        record(session, AuditAction.CALENDAR_CHANGED, NOW, about="KH")
    headers = await make.session_of(client, lead, database)
    found = (await client.get("/api/audit", headers=headers)).json()["entries"]
    assert {each["cbo_id"] for each in found} == {str(lead.cbo_id)}
    assert "request_filed" in {each["what"] for each in found}
    shown = (await client.get("/audit")).text
    assert str(lead.cbo_id) not in shown
    assert "Request filed" in shown
    assert "/retention" not in shown


async def test_an_administrator_reads_all_of_it_but_not_whose_a_request_is(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        administrator = (await make.member(session, Role.ADMINISTRATOR)).person
        member = (await make.member(session)).person
        record(session, AuditAction.REQUEST_FILED, NOW, about=uuid4(), by=member.id, cbo_id=member.cbo_id)
        record(session, AuditAction.SIGNED_IN, NOW, by=member.id, cbo_id=member.cbo_id)
    headers = await make.session_of(client, administrator, database)
    signed_in, filed = (await client.get("/api/audit", headers=headers)).json()["entries"]
    assert (filed["what"], filed["person_id"], filed["person_name"], filed["cbo_id"], filed["cbo_code"]) == (
        "request_filed",
        *[None] * 4,
    )
    assert (signed_in["person_id"], signed_in["cbo_id"]) == (str(member.id), str(member.cbo_id))
    assert signed_in["person_name"] == "Test person"
    head = (await client.get("/api/audit/head", headers=headers)).json()["anchor"]
    assert head in (await client.get("/audit")).text


@pytest.mark.parametrize("until", ["2026-11-23", "2026-11-22"])
async def test_the_log_is_filtered_and_paged(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn, until: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        for number in range(60):
            record(session, AuditAction.EXPORTED, NOW, about=number)
    seen: list[str] = []
    mark = ""
    while mark is not None:
        answer = await client.get(
            "/api/audit", params={"what": "exported", "until": until} | ({"after": mark} if mark else {})
        )
        seen += [each["about"] for each in answer.json()["entries"]]
        mark = answer.json()["next"]
    assert seen == ([str(number) for number in range(59, -1, -1)] if until == "2026-11-23" else [])
    wrong = await client.get("/api/audit", params={"what": "nothing"})
    assert wrong.status_code == 422
