"""Letters that chase a public body: proposed by a rule, sent by a person."""

import re
import signal
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from notifications import outbox
from notifications.bounces import report
from notifications.chasers import draft, letter, text_of
from notifications.commands import ApproveLetter
from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.i18n import Language
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.core.wallclock import now
from rti.law.bilingual import BilingualName
from rti.law.events import EventKind, Outcome
from rti.law.reminders import About
from rti.law.statutes import standard
from rti.letters.facts import Facts
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.messages import LetterRow, LetterState, MessageRow, MessageState
from rti.models.requests import Filing, RequestRow
from tests import make
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import TITLE, due, sink
from tests.notifications.servers import Sink
from tests.notifications.test_processes import ended, kill_at, started

assert sink
ADDRESS = "commune@gov.example"
TEXT = {"language": "en", "subject": "Request for information", "body": "Dear office,\n\nplease answer."}


@dataclass(frozen=True)
class Proposed:
    """A member, and a letter that is proposed about a request of the own organisation."""

    member: make.Member
    letter: LetterRow
    request: RequestRow

    @property
    def path(self) -> str:
        return f"/letters/{self.letter.id}"


async def _proposed(database: Database, *, email: str = ADDRESS) -> Proposed:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW, title=TITLE)
        body = update(PublicBodyRow).where(PublicBodyRow.id == request.body_id)
        await session.execute(body.values(email=email))
        return Proposed(member, await make.letter(session, request, NOW), request)


async def _letter(database: Database) -> LetterRow:
    async with database.transaction() as session:
        return (await session.scalars(select(LetterRow))).one()


async def _messages(database: Database) -> list[MessageRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(MessageRow).where(MessageRow.letter_id.is_not(None))))


async def test_a_rule_proposes_one_letter_and_sends_none(database: Database) -> None:
    await due(database, TODAY - timedelta(7))
    for _ in range(2):
        await sweep(database, TODAY, NOW, host="rti.test")
    assert (await _letter(database)).state is LetterState.PROPOSED
    assert await _messages(database) == []


async def test_a_proposal_is_read_changed_and_approved_and_only_then_sent(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    assert case.path in (await client.get("/letters")).text
    shown = (await client.get(case.path)).text
    assert ADDRESS in shown
    answer = await make.post_form(client, f"{case.path}/approve", TEXT, page=case.path)
    assert answer.headers["location"] == case.path
    mail = replace(settings, smtp_url=sink.url)
    assert (await dispatch(database, mail)).states == {MessageState.ACCEPTED: 1}
    (sent,) = sink.messages
    assert sent["To"] == ADDRESS
    assert sent["Subject"] == TEXT["subject"]
    assert "please answer" in sent.get_payload(decode=True).decode()
    assert "Sent" in (await client.get(case.path)).text


async def test_a_draft_names_what_the_body_must_know_and_no_law_that_is_not_in_force(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    found = (await client.get(f"/api{case.path}?language=en")).json()
    for said in (TITLE, case.request.reference, "Community"):
        assert said in found["subject"] + found["body"]
    for unsaid in ("Test person", "law", "Law", "deadline", "Deadline"):
        assert unsaid not in found["body"]
    km = (await client.get(f"/api{case.path}")).json()
    assert "សហគមន៍" in km["body"]


def _facts(**more: object) -> Facts:
    facts = Facts(
        title=TITLE,
        question="",
        reference="A-1",
        body="Office",
        sender="Community",
        handed_over_on=None,
        passed_on_on=None,
        due_on=TODAY,
        statute=standard("20 working", name=BilingualName("The law of 2030", "The law of 2030")),
    )
    return replace(facts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("about", [About.ANSWER, About.ACKNOWLEDGEMENT])
def test_a_law_in_force_is_named_and_the_right_thing_is_missed(language: Language, about: About) -> None:
    _, body = draft(_facts(), about, language, TODAY)
    assert "The law of 2030" in body
    _, other = draft(_facts(statute=None), about, language, TODAY)
    assert "The law of 2030" not in other
    drafts = {draft(_facts(), each, language, TODAY)[1] for each in (About.ANSWER, About.ACKNOWLEDGEMENT)}
    assert len(drafts) == 2


@pytest.mark.parametrize("language", list(Language))
def test_every_draft_can_be_approved_as_it_is(language: Language) -> None:
    longest = ("ឃ" * 150 + "\n") * 2
    law = standard("20 working", name=BilingualName("x" * 300, "x" * 300))
    facts = _facts(title=longest[:300], body="x" * 300, sender="x" * 300, handed_over_on=TODAY, statute=law)
    subject, body = draft(facts, About.ANSWER, language, TODAY)
    decode(ApproveLetter, {"language": language, "subject": subject, "body": body})


@pytest.mark.parametrize("where", ["no address", "silent organisation"])
async def test_a_letter_that_cannot_be_mailed_is_printed(
    client: httpx.AsyncClient, database: Database, where: str
) -> None:
    case = await _proposed(database, email="" if where == "no address" else ADDRESS)
    if where == "silent organisation":
        async with database.transaction() as session:
            await session.execute(update(CboRow).values(sends_messages=False))
    await make.sign_in(client, case.member)
    await make.post_form(client, f"{case.path}/approve", TEXT, page=case.path)
    assert await _messages(database) == []
    shown = (await client.get(case.path)).text
    paper = re.search(r"/requests/[^/]+/letters/[0-9a-f-]{36}", shown)
    assert paper
    assert (await client.get(paper[0])).content.startswith(b"%PDF")


async def test_a_letter_goes_out_once_however_often_it_is_approved(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    assert (await client.post(f"/api{case.path}/approve", json=TEXT)).status_code == 201
    for decision in ("approve", "dismiss"):
        assert (await client.post(f"/api{case.path}/{decision}", json=TEXT)).status_code == 409
    (message,) = await _messages(database)
    assert message.to_address == ADDRESS


async def test_an_empty_letter_is_refused_at_its_fields_and_nothing_typed_is_lost(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    answer = await make.post_form(client, f"{case.path}/approve", {**TEXT, "subject": ""}, page=case.path)
    assert answer.status_code == 422
    assert 'id="subject-fault"' in answer.text
    assert "please answer" in answer.text
    assert (await _letter(database)).state is LetterState.PROPOSED


async def test_a_subject_that_would_begin_another_header_is_refused_at_its_field(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    for end in ("\r\nBcc: x@evil.example", "\nx", "\rx", "\u0085x"):
        sent = {**TEXT, "subject": TEXT["subject"] + end}
        answer = await client.post(f"/api{case.path}/approve", json=sent)
        assert [fault["field"] for fault in answer.json()["faults"]] == ["subject"], repr(end)
    assert await _messages(database) == []


async def test_a_dismissed_letter_is_not_proposed_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await due(database, TODAY - timedelta(7))
    await sweep(database, TODAY, NOW, host="rti.test")
    await make.sign_in(client, case.member)
    letter = await _letter(database)
    await make.post_form(client, f"/letters/{letter.id}/dismiss", {}, page=f"/letters/{letter.id}")
    await sweep(database, TODAY + timedelta(1), NOW, host="rti.test")
    assert (await _letter(database)).state is LetterState.DISMISSED
    assert str(letter.id) not in (await client.get("/letters")).text
    assert str(letter.id) in (await client.get("/letters?state=dismissed")).text


async def test_a_letter_is_not_needed_once_the_answer_is_there(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    first, second = await _proposed(database), await _proposed(database)
    for case in (first, second):
        await make.sign_in(client, case.member)
        if case is first:
            await client.post(f"/api{case.path}/approve", json=TEXT)
        async with database.transaction() as session:
            await make.event(
                session,
                case.request.id,
                case.member.person,
                NOW,
                EventKind.ANSWERED,
                TODAY,
                outcome=Outcome.FULL,
            )
    assert second.path not in (await client.get("/letters")).text
    assert "no longer needed" in (await client.get(second.path)).text
    assert (await client.post(f"/api{second.path}/approve", json=TEXT)).status_code == 409
    done = await dispatch(database, replace(settings, smtp_url=sink.url))
    assert done.states == {MessageState.DROPPED: 1}
    assert sink.messages == []


@pytest.mark.parametrize(
    ("decision", "state"), [("arrived", MessageState.ACCEPTED), ("again", MessageState.QUEUED)]
)
async def test_a_letter_after_whose_final_dot_the_connection_broke_off_waits_for_a_person(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    sink: Sink,
    decision: str,
    state: MessageState,
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    await client.post(f"/api{case.path}/approve", json=TEXT)
    settle = {"decision": decision}
    assert (await client.post(f"/api{case.path}/settle", json=settle)).status_code == 409
    sink.drop_after_dot = 1
    mail = replace(settings, smtp_url=sink.url)
    assert (await dispatch(database, mail)).states == {MessageState.UNKNOWN: 1}
    assert (await dispatch(database, mail)).states == {}
    (before,) = await _messages(database)
    assert "Ask the public body" in (await client.get(case.path)).text
    await make.post_form(client, f"{case.path}/settle", settle, page=case.path)
    (after,) = await _messages(database)
    assert after.state is state
    assert after.message_id == before.message_id


async def test_a_letter_whose_dispatcher_was_killed_after_the_final_dot_is_not_sent_again_by_itself(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    await client.post(f"/api{case.path}/approve", json=TEXT)
    victim = await started(settings.database_url, "rti", "dispatch", RTI_SMTP_URL=sink.url)
    kill_at(sink, victim, "dot", 1)
    assert (await ended(victim))[0] == -signal.SIGKILL
    mail = replace(settings, smtp_url=sink.url)
    done = await dispatch(database, mail, clock=lambda: now() + outbox.LEASE)
    assert done.states == {MessageState.UNKNOWN: 1}
    assert len(sink.messages) == 1
    await client.post(f"/api{case.path}/settle", json={"decision": "again"})
    assert (await dispatch(database, mail)).states == {MessageState.ACCEPTED: 1}
    assert sink.message_ids == [(await _messages(database))[0].message_id] * 2


async def test_a_letter_that_came_back_is_to_be_printed_and_the_next_one_is_tried_all_the_same(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    case = await _proposed(database)
    await make.sign_in(client, case.member)
    await client.post(f"/api{case.path}/approve", json=TEXT)
    mail = replace(settings, smtp_url=sink.url)
    await dispatch(database, mail)
    async with database.transaction() as session:
        await report(session, (await _messages(database))[0].id, "5.1.1", now())
        other = await make.request(session, case.member.person, NOW, title=TITLE)
        second = await make.letter(session, other, NOW)
    assert "could not be delivered to the public body (5.1.1)" in (await client.get(case.path)).text
    await client.post(f"/api/letters/{second.id}/approve", json=TEXT)
    assert (await dispatch(database, mail)).states == {MessageState.ACCEPTED: 1}


async def test_nobody_sees_or_decides_about_the_letter_of_another_organisation(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    async with database.transaction() as session:
        stranger = await make.member(session)
    await make.sign_in(client, stranger)
    assert case.path not in (await client.get("/letters")).text
    assert (await client.get(case.path)).status_code == 404
    assert (await client.post(f"/api{case.path}/approve", json=TEXT)).status_code == 404
    assert (await _letter(database)).state is LetterState.PROPOSED


async def test_staff_can_approve_what_is_assigned_to_them(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await _proposed(database)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    assert (await client.post(f"/api{case.path}/approve", json=TEXT)).status_code == 201


@pytest.mark.parametrize("filing", [Filing.PROXY, Filing.SEALED])
async def test_a_letter_for_somebody_who_is_not_to_be_named_is_signed_by_the_campaign(
    database: Database, filing: Filing
) -> None:
    async with database.transaction() as session:
        campaign = await make.campaign(session, NOW)
        member = (await make.member(session)).person
        request = await make.request(session, member, NOW, filing=filing, campaign_id=campaign.id)
        await session.execute(update(PublicBodyRow).values(email=ADDRESS))
        named = await session.get_one(CboRow, member.cbo_id)
        proposed = await make.letter(session, request, NOW)
        for language in Language:
            _, body = await text_of(session, await letter(session, member, proposed.id), TODAY, language)
            assert campaign.name_km in body or campaign.name_en in body
            assert named.name_km not in body
            assert named.name_en not in body
            assert named.code not in body
