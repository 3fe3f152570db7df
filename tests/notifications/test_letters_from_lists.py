"""Letters that one person proposes for all silent bodies of a list, and another approves."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now
from rti.law.events import EventKind, Outcome
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.messages import LetterRow, LetterState, MessageRow, MessageState
from rti.models.requests import DeadlineRow, Filing, RequestRow, SnoozeRow
from tests import make
from tests.commands import rti
from tests.conftest import NOW, DoJobs
from tests.notifications.conftest import sink
from tests.notifications.servers import Sink

assert sink
CHASE = {"act": "chase"}
BODIES = ("KH-010201", "KH-010202", "KH-020101")
OVERDUE = timedelta(days=10)


@dataclass(frozen=True)
class Case:
    """Overdue requests of one organisation, each to a body of its own with an address."""

    member: make.Member
    second: make.Member
    requests: list[RequestRow]

    @property
    def references(self) -> list[str]:
        return [each.reference for each in self.requests]


async def _overdue(database: Database, **filed: Any) -> Case:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        member, second = [await make.member(session, Role.CBO_LEAD, of=cbo) for _ in range(2)]
        requests = [
            await make.request(session, member.person, NOW, body_code=code, **filed) for code in BODIES
        ]
        late = {"state": "running", "due_on": now().date() - OVERDUE}
        await session.execute(update(DeadlineRow).where(DeadlineRow.kind == "reply").values(late))
        await session.execute(update(DeadlineRow).where(DeadlineRow.kind != "reply").values(state="waiting"))
        for number, code in enumerate(BODIES):
            body = update(PublicBodyRow).where(PublicBodyRow.code == code)
            await session.execute(body.values(email=f"office{number}@gov.example"))
        return Case(member, second, sorted(requests, key=lambda each: each.reference))


async def _letters(database: Database) -> list[LetterRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(LetterRow).order_by(LetterRow.id)))


async def _messages(database: Database) -> list[MessageRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(MessageRow).where(MessageRow.letter_id.is_not(None))))


async def _proposed(client: httpx.AsyncClient, case: Case, do_jobs: DoJobs, **more: object) -> dict[str, Any]:
    """What the job came to that proposes a letter for each."""
    await make.sign_in(client, case.member)
    hits = (await client.post("/api/requests/many", json={**CHASE, **more})).json()["hits"]
    begun = await client.post("/api/requests/many", json={**CHASE, **more, "hits": len(hits)})
    await do_jobs()
    done: dict[str, Any] = (await client.get(f"/api/requests/many/{begun.json()['id']}")).json()
    return done


async def _first(client: httpx.AsyncClient) -> str:
    """The address of the first letter of the only proposal."""
    (proposal,) = (await client.get("/api/letters/proposals")).json()
    return f"/api/letters/{proposal['letters'][0]['id']}"


async def test_a_list_is_chased_with_a_preview_and_goes_out_when_a_second_person_approves_all_of_it(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    await make.sign_in(client, case.member)
    page = "/requests/many?topic=budget&act=chase"
    assert "Someone else has to approve it" in (await client.get(page)).text
    order = {**CHASE, "topic": "budget", "leave_out": case.references[2]}
    preview = await make.post_form(client, "/requests/many", order, page=page)
    assert "Do this for 2 requests" in preview.text
    assert "You left it out" in preview.text
    assert await _letters(database) == []
    await make.post_form(client, "/requests/many", {**order, "hits": "2"}, page=page)
    await do_jobs()
    assert [each.state for each in await _letters(database)] == [LetterState.PROPOSED] * 2
    assert await _messages(database) == []
    own = (await client.get("/letters/proposals")).text
    assert "somebody else has to approve them" in own
    assert "Approve all" not in own

    await make.sign_in(client, case.second)
    shown = (await client.get("/letters/proposals")).text
    for reference in case.references[:2]:
        assert reference in shown
    assert case.references[2] not in shown
    path = (await _first(client)).removeprefix("/api")
    approved = await make.post_form(
        client, f"{path}/all/approve", {"language": "en"}, page="/letters/proposals"
    )
    assert approved.status_code == 303, approved.text
    again = await client.post(f"/api{path}/all/approve", json={"language": "en"})
    assert again.status_code == 409
    mail = replace(settings, smtp_url=sink.url)
    assert (await dispatch(database, mail)).states == {MessageState.ACCEPTED: 2}
    assert (await dispatch(database, mail)).states == {}
    assert len({message["To"] for message in sink.messages}) == 2
    texts = [message.get_payload(decode=True).decode() for message in sink.messages]
    for text in texts:
        assert "we have not received an answer" in text
    assert {reference for reference in case.references if any(reference in text for text in texts)} == {
        *case.references[:2]
    }
    assert "No letters found" in (await client.get("/letters/proposals")).text


async def test_whoever_proposed_a_letter_does_not_approve_it_alone_or_with_others_and_may_withdraw_it(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    done = await _proposed(client, await _overdue(database), do_jobs)
    assert len(done["hits"]) == 3
    path = await _first(client)
    words = {"language": "en", "subject": "x", "body": "y"}
    for address, sent in ((f"{path}/approve", words), (f"{path}/all/approve", {"language": "en"})):
        refused = await client.post(address, json=sent)
        assert refused.status_code == 409
        assert "somebody else has to approve" in refused.text
    assert "somebody else has to approve" in (await client.get(path.removeprefix("/api"))).text
    undone = await client.post(f"/api/requests/many/{done['id']}/undo")
    assert undone.status_code == 201, undone.text
    await do_jobs()
    assert {each.state for each in await _letters(database)} == {LetterState.DISMISSED}
    assert await _messages(database) == []


async def test_the_database_itself_refuses_an_approval_by_whoever_proposed(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    await _proposed(client, case, do_jobs)
    alone = update(LetterRow).values(state=LetterState.APPROVED, decided_by=case.member.person.id)
    with pytest.raises(DBAPIError, match="second_person"):
        async with database.transaction() as session:
            await session.execute(alone)


async def test_one_letter_is_approved_by_itself_and_the_others_dismissed_together(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    await _proposed(client, case, do_jobs)
    await make.sign_in(client, case.second)
    path = await _first(client)
    words = {"language": "en", "subject": "Reminder", "body": "Please answer."}
    assert (await client.post(f"{path}/approve", json=words)).status_code == 201
    assert (await client.post(f"{path}/all/dismiss")).json() == {"letters": 2}
    assert (await client.post(f"{path}/all/dismiss")).status_code == 409
    assert [each.subject for each in await _messages(database)] == ["Reminder"]
    assert (await client.get("/api/letters/proposals")).json() == []


async def test_each_request_that_is_left_out_says_why(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    silent, snoozed, without = case.requests
    async with database.transaction() as session:
        answered = await make.request(session, case.member.person, NOW)
        met = update(DeadlineRow).where(DeadlineRow.request_id == answered.id).values(state="met")
        await session.execute(met)
        no_address = update(PublicBodyRow).where(PublicBodyRow.id == without.body_id).values(email="")
        await session.execute(no_address)
        session.add(
            SnoozeRow(
                cbo_id=snoozed.cbo_id,
                request_id=snoozed.id,
                until=now().date() + timedelta(days=9),
                reason="Flood",
                snoozed_at=NOW,
                snoozed_by=case.member.person.id,
            )
        )
    await make.sign_in(client, case.member)
    plan = (await client.post("/api/requests/many", json=CHASE)).json()
    assert plan["hits"] == [silent.reference]
    reasons = {each["reference"]: each["reason"] for each in plan["excluded"]}
    assert "overdue" in reasons[answered.reference]
    assert "snoozed" in reasons[snoozed.reference]
    assert "no email address" in reasons[without.reference]
    await _proposed(client, case, do_jobs)
    plan = (await client.post("/api/requests/many", json=CHASE)).json()
    assert plan["hits"] == []
    assert (
        "waits for approval"
        in {each["reference"]: each["reason"] for each in plan["excluded"]}[silent.reference]
    )
    await client.post(f"{await _first(client)}/all/dismiss")
    plan = (await client.post("/api/requests/many", json=CHASE)).json()
    assert "today" in {each["reference"]: each["reason"] for each in plan["excluded"]}[silent.reference]
    async with database.transaction() as session:
        await session.execute(update(CboRow).values(sends_messages=False))
        await session.execute(update(PublicBodyRow).values(email="office@gov.example"))
        await session.execute(update(SnoozeRow).values(ended_at=NOW))
    plan = (await client.post("/api/requests/many", json=CHASE)).json()
    assert (
        "sends no messages"
        in {each["reference"]: each["reason"] for each in plan["excluded"]}[snoozed.reference]
    )


async def test_no_letter_goes_out_about_what_was_answered_before_or_after_its_approval(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    await _proposed(client, case, do_jobs)
    await make.sign_in(client, case.second)
    path = await _first(client)

    async def answer(request: RequestRow) -> None:
        async with database.transaction() as session:
            await make.event(
                session,
                request.id,
                case.member.person,
                now(),
                EventKind.ANSWERED,
                now().date(),
                outcome=Outcome.FULL,
            )

    await answer(case.requests[0])
    assert (await client.post(f"{path}/all/approve", json={"language": "km"})).json() == {"letters": 2}
    await answer(case.requests[1])
    done = await dispatch(database, replace(settings, smtp_url=sink.url))
    assert done.states == {MessageState.DROPPED: 1, MessageState.ACCEPTED: 1}
    assert len(sink.messages) == 1


async def test_a_body_gets_one_letter_where_a_rule_and_a_list_both_propose_one(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    await _proposed(client, case, do_jobs)
    await sweep(database, now().date(), now(), host="rti.test")
    by_rule = [each for each in await _letters(database) if each.proposed_by is None]
    assert len(by_rule) == 3
    await make.sign_in(client, case.second)
    words = {"language": "en", "subject": "By the rule", "body": "Please answer."}
    assert (await client.post(f"/api/letters/{by_rule[0].id}/approve", json=words)).status_code == 201
    path = await _first(client)
    assert (await client.post(f"{path}/all/approve", json={"language": "en"})).json() == {"letters": 2}
    (left,) = (await client.get("/api/letters/proposals")).json()[0]["letters"]
    refused = await client.post(f"/api/letters/{left['id']}/approve", json=words)
    assert refused.status_code == 409
    assert "Another letter" in refused.text
    assert len(await _messages(database)) == 3


async def test_staff_propose_nothing_about_sealed_requests_and_see_no_proposal_about_them(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database, filing=Filing.SEALED)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await _proposed(client, case, do_jobs)
    path = await _first(client)
    await make.sign_in(client, staff)
    assert (await client.get("/api/letters/proposals")).json() == []
    assert (await client.post(f"{path}/all/approve", json={"language": "en"})).status_code == 404
    assert (await client.post(f"{path}/all/dismiss")).status_code == 404
    plan = (await client.post("/api/requests/many", json=CHASE)).json()
    assert plan["hits"] == []
    assert {each["reason"] for each in plan["excluded"]} == {
        "Only its own organisation can write about a sealed request"
    }


async def test_staff_approve_what_a_member_proposed_and_other_organisations_see_nothing_of_it(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    async with database.transaction() as session:
        staff, stranger = await make.member(session, Role.STAFF), await make.member(session)
    await _proposed(client, case, do_jobs)
    path = await _first(client)
    await make.sign_in(client, stranger)
    assert (await client.get("/api/letters/proposals")).json() == []
    assert (await client.post(f"{path}/all/approve", json={"language": "en"})).status_code == 404
    await make.sign_in(client, staff)
    assert (await client.post(f"{path}/all/approve", json={"language": "en"})).json() == {"letters": 3}


async def test_a_member_approves_what_staff_proposed(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    done = await _proposed(client, replace(case, member=staff), do_jobs)
    assert done["hits"] == case.references
    await make.sign_in(client, case.member)
    assert (await client.post(f"{await _first(client)}/all/approve", json={})).json() == {"letters": 3}
    assert {each.language for each in await _messages(database)} == {"km"}


async def test_the_command_line_proposes_in_the_name_of_an_account(
    database: Database, database_url: str, do_jobs: DoJobs
) -> None:
    case = await _overdue(database)
    asked = ("many", "chase", "--list", "topic=budget", "--by", case.member.email)
    for dry, count in ((("--dry-run",), 0), ((), 3)):
        output = rti(database_url, *asked, *dry)
        assert output.returncode == 0, output.stderr
        assert "3 requests" in output.stderr
        await do_jobs()
        assert len(await _letters(database)) == count
