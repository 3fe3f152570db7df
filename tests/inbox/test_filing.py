"""From the mail server to the request: stored before yes is said, filed where it belongs, and seen by nobody else."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest
from sqlalchemy import func, select, update

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.encryption.rotation import reseal_held
from rti.inbox import lmtp
from rti.inbox.addresses import reply_address
from rti.inbox.mail import read as mail_of
from rti.inbox.sorting import sort_some
from rti.models.cbos import CboRow
from rti.models.inbox import FoundBy, IncomingRow, IncomingState, Nature
from rti.models.requests import Channel, DeadlineRow, DocumentRow, EventRow, Filing, RequestRow
from rti.safety.lock_and_shred import _destroy
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.inbox.mails import PDF, attached, bounce, plain

BASE = "replies@rti.example"


@pytest.fixture
def mailing(settings: Settings) -> Settings:
    return replace(settings, reply_address=BASE, receive_on="lmtp://127.0.0.1:0", mail_from="rti@rti.example")


@pytest.fixture
async def door(database: Database, mailing: Settings) -> AsyncIterator[int]:
    async with lmtp.receiving(database.under(Login.RECEIVER), mailing, lambda: NOW) as (_, port):
        yield port


def _conversation(port: int, raw: bytes, to: tuple[str, ...], sender: str) -> list[int]:
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.ehlo()
        assert server.has_extn("SMTPUTF8")
        server.mail(sender)
        codes = [server.rcpt(each)[0] for each in to]
        return [*codes, server.data(raw)[0]] if codes[0] == 250 else codes


async def deliver(port: int, raw: bytes, *to: str, sender: str = "office@commune.example") -> list[int]:
    """As a mail server does; the codes with which each recipient and the message were answered."""
    return await asyncio.to_thread(_conversation, port, raw, to, sender)


async def sort(database: Database, mailing: Settings, now=NOW) -> dict[IncomingState, int]:
    return dict(await sort_some(database.under(Login.DOCUMENTS), mailing, now))


async def only(database: Database) -> IncomingRow:
    async with database.transaction() as session:
        return (await session.scalars(select(IncomingRow))).one()


@pytest.fixture
async def asked(database: Database) -> RequestRow:
    async with database.transaction() as session:
        member = await make.member(session, Role.CBO_LEAD)
        return await make.request(session, member.person, NOW, channel=Channel.EMAIL)


async def test_an_answer_to_the_reply_address_is_filed_whole_and_stops_no_clock(
    database: Database, mailing: Settings, door: int, asked: RequestRow, client: httpx.AsyncClient
) -> None:
    address = reply_address(asked.id, BASE, mailing.secret)
    raw = attached(subject="ចម្លើយ")
    *_, code = await deliver(door, raw, address.upper())
    assert code == 250
    stored = await only(database)
    assert (stored.state, stored.size) == (IncomingState.ARRIVED, len(raw)), "kept before anybody read it"
    async with database.transaction() as session:
        due = (
            await session.scalars(select(DeadlineRow.state).where(DeadlineRow.request_id == asked.id))
        ).all()
    assert await sort(database, mailing) == {IncomingState.FILED: 1}
    row = await only(database)
    assert (row.request_id, row.found_by, row.nature) == (asked.id, FoundBy.ADDRESS, Nature.REPLY)
    async with database.transaction() as session:
        now_due = select(DeadlineRow.state).where(DeadlineRow.request_id == asked.id)
        assert (await session.scalars(now_due)).all() == due
        request = await session.get_one(RequestRow, asked.id)
        assert request.answered_on is None
        digests = set(await session.scalars(select(DocumentRow.sha256)))
    assert row.sha256 in digests, "byte for byte as it came"
    assert len(digests) == 2, "and the PDF in it"


async def test_one_recipient_is_taken_at_a_time_and_no_stranger(
    door: int, mailing: Settings, asked: RequestRow
) -> None:
    ours = reply_address(asked.id, BASE, mailing.secret)
    assert await deliver(door, plain(), ours, "replies+other@rti.example") == [250, 452, 250]
    assert await deliver(door, plain(), "somebody@else.example") == [550]


async def test_what_is_not_stored_is_not_taken(
    database: Database, mailing: Settings, door: int, asked: RequestRow
) -> None:
    async with database.transaction() as session:
        await (await session.connection()).exec_driver_sql("REVOKE INSERT ON incoming FROM rti_receiver")
    *_, code = await deliver(door, plain(), reply_address(asked.id, BASE, mailing.secret))
    assert code == 451


async def test_an_answer_is_found_by_thread_and_subject_else_held_for_a_person(
    database: Database, mailing: Settings, door: int, asked: RequestRow
) -> None:
    await deliver(door, plain(message_id="<first@x>"), reply_address(asked.id, BASE, mailing.secret))
    await sort(database, mailing)
    await deliver(door, plain(message_id="<a@x>", In_Reply_To="<first@x>"), "replies+mistyped@rti.example")
    await deliver(door, plain("b", message_id="<b@x>", subject=f"Re: ({asked.reference})"), BASE)
    await deliver(door, plain("c", message_id="<c@x>", subject="About the budget"), BASE)
    assert await sort(database, mailing) == {IncomingState.FILED: 2, IncomingState.HELD: 1}
    async with database.transaction() as session:
        found = set(await session.scalars(select(IncomingRow.found_by)))
    assert found == {FoundBy.ADDRESS, FoundBy.THREAD, FoundBy.SUBJECT, None}


async def test_the_same_message_by_two_ways_is_told_and_kept_but_is_no_second_entry(
    database: Database, mailing: Settings, door: int, asked: RequestRow
) -> None:
    ours = reply_address(asked.id, BASE, mailing.secret)
    await deliver(door, plain(), ours)
    await deliver(door, b"Received: from another\r\n" + plain(), ours)
    await sort(database, mailing)
    async with database.transaction() as session:
        rows = (await session.scalars(select(IncomingRow).order_by(IncomingRow.id))).all()
        entries = select(func.count()).where(EventRow.request_id == asked.id, EventRow.kind == "message")
        assert await session.scalar(entries) == 1
    assert [row.same_as for row in rows] == [None, rows[0].id]


async def test_a_bounce_and_a_vacation_are_done_with_and_count_as_no_reply(
    database: Database, mailing: Settings, door: int, asked: RequestRow
) -> None:
    ours = reply_address(asked.id, BASE, mailing.secret)
    await deliver(door, bounce("5.0.0", "550 5.1.1 unknown"), ours, sender="")
    await deliver(door, plain(Auto_Submitted="auto-replied"), ours)
    assert await sort(database, mailing) == {IncomingState.READ: 2}
    async with database.transaction() as session:
        request = await session.get_one(RequestRow, asked.id)
        assert (request.met_on, request.answered_on) == (None, None)


async def test_staff_file_what_is_held_and_the_organisation_says_what_it_means(
    database: Database, mailing: Settings, door: int, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        asked = await make.request(session, lead.person, NOW)
    await deliver(door, attached(message_id="<z@x>"), BASE)
    await sort(database, mailing)
    row = await only(database)
    assert "Decision" not in (await client.get("/inbox")).text, "it may be for anybody"
    assert (await client.get(f"/inbox/{row.id}")).status_code == 404
    lead_headers, lead_cookie = dict(client.headers), client.cookies.get("session")
    await sign_in(Role.STAFF)
    assert "Decision" in (await client.get("/inbox")).text
    shown = await client.get(f"/inbox/{row.id}")
    assert "See the letter." in shown.text
    assert "decision.pdf" in shown.text
    wrong = await make.post_form(
        client, f"/inbox/{row.id}/file", {"reference": "NO-1"}, page=f"/inbox/{row.id}"
    )
    assert "There is no request with this reference" in wrong.text
    filed = await make.post_form(
        client, f"/inbox/{row.id}/file", {"reference": asked.reference}, page=f"/inbox/{row.id}"
    )
    assert filed.status_code == 303, filed.text
    client.headers.update(lead_headers)
    client.cookies.set("session", lead_cookie or "")
    assert "Filed: meaning not recorded" in (await client.get(f"/requests/{asked.id}")).text
    page = f"/inbox/{row.id}"
    answered = {"kind": "answered", "happened_on": TODAY.isoformat(), "outcome": "refused"}
    said = await make.post_form(client, f"{page}/means", answered, page=page)
    assert said.status_code == 303, said.text
    async with database.transaction() as session:
        request = await session.get_one(RequestRow, asked.id)
        assert (request.answered_on, request.outcome) == (TODAY, "refused")
    again = await client.post(f"/api{page}/means", json=answered)
    assert again.status_code == 409


async def test_what_is_none_of_ours_is_discarded_with_a_reason(
    database: Database, mailing: Settings, door: int, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await deliver(door, plain(subject="Buy now"), BASE)
    await sort(database, mailing)
    row = await only(database)
    await sign_in(Role.STAFF)
    response = await client.post(f"/api/inbox/{row.id}/discard", json={"reason": ""})
    assert response.status_code == 422
    response = await client.post(f"/api/inbox/{row.id}/discard", json={"reason": "An advertisement"})
    assert response.json()["state"] == "discarded"
    assert (await client.get("/api/inbox")).json()["incoming"] == []


async def test_mail_to_a_sealed_request_is_seen_by_its_own_people_alone(
    database: Database, mailing: Settings, door: int, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        sealed = await make.request(session, lead.person, NOW, filing=Filing.SEALED)
    await deliver(door, plain(subject="Quiet answer"), reply_address(sealed.id, BASE, mailing.secret))
    await sort(database, mailing)
    row = await only(database)
    assert "Quiet answer" in (await client.get("/inbox?state=filed")).text
    await sign_in(Role.STAFF)
    assert "Quiet answer" not in (await client.get("/inbox?state=filed")).text
    assert (await client.get(f"/inbox/{row.id}")).status_code == 404
    assert "Quiet answer" not in (await client.get(f"/requests/{sealed.id}")).text


async def test_mail_for_a_locked_organisation_waits_unseen_and_goes_with_it_when_it_is_shredded(
    database: Database,
    mailing: Settings,
    door: int,
    asked: RequestRow,
    client: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == asked.cbo_id).values(locked_at=NOW))
    await deliver(door, plain(), reply_address(asked.id, BASE, mailing.secret))
    assert await sort(database, mailing) == {IncomingState.ARRIVED: 1}
    await sign_in(Role.STAFF)
    for state in IncomingState:
        assert (await client.get(f"/api/inbox?state={state}")).json()["incoming"] == []
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == asked.cbo_id).values(locked_at=None))
    assert await sort(database, mailing, NOW + timedelta(hours=2)) == {IncomingState.FILED: 1}
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == asked.cbo_id).values(locked_at=NOW))
    await deliver(door, plain("later"), reply_address(asked.id, BASE, mailing.secret))
    await sort(database, mailing)
    async with database.under(Login.ERASURE).transaction() as session:
        await _destroy(session, await session.get_one(CboRow, asked.cbo_id), NOW)
    async with database.transaction() as session:
        left = (await session.execute(select(IncomingRow.summary, IncomingRow.content))).all()
        assert left == [(None, None)], "of what came before; what waited is gone"


async def test_what_belongs_to_nobody_is_sealed_and_survives_a_new_key(
    database: Database, mailing: Settings, door: int
) -> None:
    await deliver(door, plain("a secret canary"), BASE)
    async with database.transaction() as session:
        whole = await session.scalar(select(IncomingRow.content))
    assert b"canary" not in whole
    assert await reseal_held(database) == 0
    assert await sort(database, mailing) == {IncomingState.HELD: 1}


async def test_a_forwarded_message_is_evidence_byte_for_byte(
    database: Database, mailing: Settings, door: int, asked: RequestRow
) -> None:
    forward = EmailMessage()
    forward["Subject"], forward["Message-ID"] = "Fwd", "<f@x>"
    forward.set_content("See below")
    forward.add_attachment(PDF, maintype="application", subtype="pdf", filename="ស.pdf")
    raw = forward.as_bytes().replace(b"\n", b"\r\n")
    await deliver(door, raw, reply_address(asked.id, BASE, mailing.secret))
    await asyncio.gather(sort(database, mailing), sort(database, mailing))
    row = await only(database)
    assert row.state is IncomingState.FILED
    assert mail_of(raw).attachments[0].name == "ស.pdf"
