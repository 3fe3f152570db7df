"""Requests are put into a campaign or taken out of one: seen before, kept on the timeline, and undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.commands import LockCbo
from rti.core import wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Person, Role
from rti.dossiers.record import dossier_of
from rti.feeds import secrets
from rti.law.bilingual import BilingualName
from rti.law.events import EventKind
from rti.models.accounts import AssignmentRow, PersonRow
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.campaigns import CampaignRow
from rti.models.coding import ReadingRow
from rti.models.requests import EventRow, Filing, FormerStandingRow, RequestRow
from rti.requests import assigning, reading
from rti.requests.actions import locked
from rti.safety.lock_and_shred import lock
from tests import make
from tests.conftest import NOW, DoJobs

MANY = "/api/requests/many"


@dataclass
class Desk:
    """Sokha looks after both campaigns, Dara after the old and Bopha after the new one; the organisation has three requests in the old."""

    old: CampaignRow
    new: CampaignRow
    sokha: Person
    dara: Person
    bopha: Person
    member: Person
    requests: Sequence[RequestRow]

    @property
    def references(self) -> list[str]:
        return [each.reference for each in self.requests]


async def staff(session: AsyncSession, name: str, *campaigns: CampaignRow, **more: Any) -> Person:
    person = (await make.member(session, Role.STAFF, everything=False)).person
    (await session.get_one(PersonRow, person.id)).name = name
    assigned: list[dict[str, Any]] = [{"campaign_id": each.id} for each in campaigns]
    for what in assigned + ([more] if more else []):
        session.add(AssignmentRow(person_id=person.id, assigned_at=NOW, **what))
    return person


@pytest.fixture
async def desk(database: Database) -> Desk:
    async with database.transaction() as session:
        old, new = await make.campaign(session, NOW), await make.campaign(session, NOW)
        member = (await make.member(session)).person
        return Desk(
            old,
            new,
            await staff(session, "Sokha", old, new),
            await staff(session, "Dara", old),
            await staff(session, "Bopha", new),
            member,
            [await make.request(session, member, NOW, campaign_id=old.id) for _ in range(3)],
        )


async def as_person(client: httpx.AsyncClient, database: Database, person: Person) -> None:
    client.headers.update(await make.session_of(client, person, database))


async def where(database: Database) -> list[UUID | None]:
    """The campaigns of all requests, in the order of their references."""
    async with database.transaction() as session:
        found = select(RequestRow.campaign_id).order_by(RequestRow.reference)
        return list(await session.scalars(found))


async def begun(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    """An action as it is after its preview was confirmed."""
    plan = (await client.post(MANY, json={"act": "assign", **asked})).json()
    sure = {"hits": len(plan["hits"]), "preview": plan["preview"]}
    found: dict[str, Any] = (await client.post(MANY, json={"act": "assign", **asked, **sure})).json()
    assert found["id"], found
    return found


async def test_a_list_is_put_into_a_campaign_after_a_look_at_who_then_sees_it_and_put_back(
    client: httpx.AsyncClient, database: Database, desk: Desk, do_jobs: DoJobs
) -> None:
    await as_person(client, database, desk.sokha)
    page = "/requests/many?status=open&act=assign"
    shown = (await client.get(page)).text
    assert desk.new.name_en in shown
    asked = {"act": "assign", "status": "open", "campaign": desk.new.code, "reason": "New focus"}
    preview = await make.post_form(client, "/requests/many", asked, page=page)
    assert preview.status_code == 200, preview.text
    told = " ".join(preview.text.split())
    assert "<dt>Will newly see them</dt><dd>Bopha</dd>" in told
    assert "<dt>Will no longer see them</dt><dd>Dara</dd>" in told
    assert "You yourself" not in told
    token = told.split('name="preview" value="')[1].split('"')[0]
    confirmed = {**asked, "hits": "3", "preview": token}
    sent = await make.post_form(client, "/requests/many", confirmed, page=page)
    assert sent.status_code == 303, sent.text
    assert await where(database) == [desk.old.id] * 3
    await do_jobs()
    assert await where(database) == [desk.new.id] * 3

    await as_person(client, database, desk.bopha)
    story = (await client.get(f"/requests/{desk.requests[0].id}")).text
    assert f"Moved from the campaign {desk.old.name_en} to {desk.new.name_en}" in " ".join(story.split())
    assert "New focus" in story
    assert "Sokha" in story
    await as_person(client, database, desk.dara)
    assert (await client.get("/api/requests")).json()["requests"] == []

    await as_person(client, database, desk.sokha)
    done = sent.headers["location"]
    assert "Each request goes back" in (await client.get(done)).text
    undoing = await make.post_form(client, f"{done}/undo", {}, page=done)
    await do_jobs()
    assert await where(database) == [desk.old.id] * 3
    assert (await client.get(f"/api{undoing.headers['location']}")).json()["hits"] == desk.references


async def test_whoever_takes_requests_out_of_their_only_campaign_is_told_and_can_undo_it(
    client: httpx.AsyncClient, database: Database, desk: Desk, do_jobs: DoJobs
) -> None:
    await as_person(client, database, desk.dara)
    page = "/requests/many?act=assign"
    asked = {"act": "assign", "campaign": "-"}
    preview = (await make.post_form(client, "/requests/many", asked, page=page)).text
    assert "You yourself will no longer see 3 of these requests." in preview
    job = await begun(client, campaign="-")
    await do_jobs()
    assert await where(database) == [None] * 3
    assert (await client.get("/api/requests")).json()["requests"] == []
    undoing = (await client.post(f"{MANY}/{job['id']}/undo")).json()
    await do_jobs()
    assert await where(database) == [desk.old.id] * 3
    assert (await client.get(f"{MANY}/{undoing['id']}")).json()["hits"] == desk.references
    story = " ".join((await client.get(f"/requests/{desk.requests[0].id}")).text.split())
    assert f"Taken out of the campaign {desk.old.name_en}" in story
    assert f"Put into the campaign {desk.old.name_en}" in story


async def test_those_whose_campaign_is_not_to_be_changed_are_left_out_with_the_reason(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    async with database.transaction() as session:
        old = {"campaign_id": desk.old.id}
        there, batched, read, sealed, proxy = [
            await make.request(session, desk.member, NOW, **{**old, **more})
            for more in (
                {"campaign_id": desk.new.id},
                {},
                {},
                {"filing": Filing.SEALED},
                {"filing": Filing.PROXY},
            )
        ]
        await make.batch(session, batched, NOW)
        session.add(
            ReadingRow(
                cbo_id=read.cbo_id,
                request_id=read.id,
                campaign_id=desk.old.id,
                place=1,
                reader_id=desk.sokha.id,
                questions_version=1,
                findings=[],
                read_at=NOW,
            )
        )
    await as_person(client, database, desk.sokha)
    asked = {"act": "assign", "campaign": desk.new.code, "leave_out": desk.references[0]}
    plan = (await client.post(MANY, json=asked)).json()
    assert plan["hits"] == desk.references[1:]
    reasons = {each["reference"]: each["reason"] for each in plan["excluded"]}
    words = {
        desk.references[0]: "You left it out",
        there.reference: "already",
        batched.reference: "batch",
        read.reference: "questions of its campaign",
        sealed.reference: "sealed",
        proxy.reference: "its letters name",
    }
    assert reasons.keys() == words.keys()
    for reference, word in words.items():
        assert word in reasons[reference]
    for request in (batched, read, sealed, proxy):
        answer = await client.put(f"/api/requests/{request.id}/campaign", json={"campaign": desk.new.code})
        assert answer.status_code == 409
        assert words[request.reference] in answer.text


async def test_what_has_changed_since_the_preview_is_shown_once_more(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    await as_person(client, database, desk.sokha)
    asked = {"act": "assign", "campaign": desk.new.code, "hits": 3}
    plan = (await client.post(MANY, json={**asked, "hits": None})).json()
    async with database.transaction() as session:
        await staff(session, "Rith", desk.new)
    again = (await client.post(MANY, json={**asked, "preview": plan["preview"]})).json()
    assert again["id"] is None, "as many requests, but somebody else would see them"
    assert [each["name"] for each in again["newly_seen_by"]] == ["Bopha", "Rith"]
    page = "/requests/many?act=assign"
    form = {"act": "assign", "campaign": desk.new.code, "hits": "3", "preview": plan["preview"]}
    stale = await make.post_form(client, "/requests/many", form, page=page)
    assert "The list has changed" in stale.text
    confirmed = (await client.post(MANY, json={**asked, "preview": again["preview"]})).json()
    assert confirmed["id"]


async def test_what_somebody_else_has_moved_meanwhile_is_neither_moved_nor_put_back(
    client: httpx.AsyncClient, database: Database, desk: Desk, do_jobs: DoJobs
) -> None:
    first, second, third = (f"/api/requests/{each.id}/campaign" for each in desk.requests)
    async with database.transaction() as session:
        another = await make.campaign(session, NOW)
        rith = await staff(session, "Rith", desk.old, desk.new, another)
        session.add(AssignmentRow(person_id=desk.sokha.id, campaign_id=another.id, assigned_at=NOW))
    await as_person(client, database, desk.sokha)
    job = await begun(client, campaign=desk.new.code)
    await as_person(client, database, rith)
    assert (await client.put(first, json={"campaign": "-", "gives_up": True})).status_code == 204
    assert (await client.put(second, json={"campaign": another.code})).status_code == 204
    await do_jobs()
    assert await where(database) == [None, another.id, desk.new.id]
    await as_person(client, database, desk.sokha)
    done = (await client.get(f"{MANY}/{job['id']}")).json()
    assert [(each["reference"], each["reason"]) for each in done["excluded"]] == [
        (desk.references[0], "You can no longer see it"),
        (desk.references[1], "It was put into another campaign in the meantime"),
    ]

    await as_person(client, database, rith)
    for code in (desk.old.code, desk.new.code):
        assert (await client.put(third, json={"campaign": code})).status_code == 204
    await as_person(client, database, desk.sokha)
    undoing = (await client.post(f"{MANY}/{job['id']}/undo")).json()
    await do_jobs()
    assert await where(database) == [None, another.id, desk.new.id]
    undone = (await client.get(f"{MANY}/{undoing['id']}")).json()
    assert [each["reference"] for each in undone["excluded"]] == desk.references[2:]


async def test_nothing_is_moved_once_its_organisation_is_locked(
    client: httpx.AsyncClient, database: Database, desk: Desk, do_jobs: DoJobs
) -> None:
    await as_person(client, database, desk.sokha)
    await begun(client, campaign=desk.new.code)
    assert desk.member.cbo_id
    async with database.transaction() as session:
        await lock(session, desk.member.cbo_id, LockCbo(sure=True), None, wallclock.now())
    await do_jobs()
    assert await where(database) == [desk.old.id] * 3


async def test_a_wrong_campaign_and_a_wrong_person_are_told_at_their_field(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    await as_person(client, database, desk.dara)
    for given, words in (
        ({"campaign": "NOWHERE"}, "There is no campaign with the code NOWHERE"),
        ({"campaign": desk.new.code}, "not assigned to you"),
        ({}, "Choose a campaign"),
    ):
        answer = await client.post(MANY, json={"act": "assign", **given})
        (fault,) = answer.json()["faults"]
        assert fault["field"] == "campaign"
        assert words in fault["message"]
    page = (await client.get("/requests/many?act=assign")).text
    assert desk.new.name_en not in page, "only what may be chosen is offered"
    form = {"act": "assign", "campaign": desk.new.code}
    khmer = await make.post_form(client, "/requests/many?language=km", form, page="/requests/many?act=assign")
    assert khmer.status_code == 422
    await as_person(client, database, desk.member)
    assert "Assign to a campaign" not in (await client.get("/requests/many?act=assign")).text
    refused = await client.post(MANY, json={"act": "assign", "campaign": desk.new.code})
    assert "Only campaign staff" in refused.json()["faults"][0]["message"]
    alone = f"/api/requests/{desk.requests[0].id}/campaign"
    assert (await client.put(alone, json={"campaign": desk.new.code})).status_code == 403


async def test_one_request_is_moved_from_its_page_by_the_same_steps(
    client: httpx.AsyncClient, database: Database, desk: Desk, do_jobs: DoJobs
) -> None:
    await as_person(client, database, desk.sokha)
    request = desk.requests[1]
    address = f"/requests/many?act=assign&request_id={request.id}"
    assert address.replace("&", "&amp;") in (await client.get(f"/requests/{request.id}")).text
    assert "Back to the request" in (await client.get(address)).text
    await begun(client, campaign=desk.new.code, request_id=str(request.id))
    await do_jobs()
    assert await where(database) == [desk.old.id, desk.new.id, desk.old.id]
    again = await client.put(f"/api/requests/{request.id}/campaign", json={"campaign": desk.new.code})
    assert again.status_code == 204
    async with database.transaction() as session:
        entries = select(EventRow.id).where(EventRow.changes.is_not(None))
        assert len((await session.scalars(entries)).all()) == 1, "said twice, it is done once"
    await as_person(client, database, desk.member)
    assert "Change the campaign" not in (await client.get(f"/requests/{request.id}")).text


async def test_one_request_is_not_lost_by_a_program_that_does_not_say_so(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    await as_person(client, database, desk.dara)
    address = f"/api/requests/{desk.requests[0].id}/campaign"
    refused = await client.put(address, json={"campaign": "-"})
    assert [each["field"] for each in refused.json()["faults"]] == ["gives_up"]
    given = {"campaign": "-", "reason": "Not ours", "gives_up": True}
    assert (await client.put(address, json=given)).status_code == 204
    assert (await client.put(address, json=given)).status_code == 404
    async with database.transaction() as session:
        logged = select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.CAMPAIGN_CHOSEN)
        (entry,) = await session.scalars(logged)
        assert (entry.about, entry.person_id) == (str(desk.requests[0].id), desk.dara.id)
        (event,) = await session.scalars(select(EventRow).where(EventRow.changes.is_not(None)))
        assert event.changes == {"campaign_id": [str(desk.old.id), None]}
        assert event.note is not None
        assert b"Not ours" not in event.note


async def test_figures_of_an_earlier_day_count_it_where_it_was_then_and_search_finds_it_where_it_is(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    request = desk.requests[0]
    later = NOW + timedelta(days=3)
    async with database.under(Login.STAFF).transaction(desk.sokha.id) as session:
        await assigning.put(
            session,
            await locked(session, request.id, desk.sokha),
            desk.new.id,
            "",
            desk.sokha,
            later,
            later.date(),
        )
    async with database.transaction() as session:
        former = (await session.scalars(select(FormerStandingRow))).one()
        assert (former.request_id, former.campaign_id) == (request.id, desk.old.id)
        assert former.known_until == (await session.get_one(RequestRow, request.id)).known_from
    found = {"q": request.title, "reference": request.reference}
    for person, sees in ((desk.dara, 0), (desk.bopha, 1)):
        await as_person(client, database, person)
        assert len((await client.get("/api/requests", params=found)).json()["requests"]) == sees


async def test_an_earlier_day_and_the_news_tell_it_and_the_dossier_of_the_case_does_not(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    request = desk.requests[0]
    await as_person(client, database, desk.sokha)
    moved = await client.put(f"/api/requests/{request.id}/campaign", json={"campaign": desk.new.code})
    assert moved.status_code == 204
    for known_on, campaign in ((None, desk.new), (NOW.date() + timedelta(days=1), desk.old)):
        asked = {"known_on": known_on.isoformat()} if known_on else {}
        shown = (await client.get(f"/api/requests/{request.id}", params=asked)).json()
        assert shown["request"]["campaign_id"] == str(campaign.id)
    async with database.under(Login.STAFF).transaction(desk.sokha.id) as session:
        detail = await reading.one(session, desk.sokha, request.id)
        paper = dossier_of(detail, [], sender=BilingualName(en="C", km="ក"), asker=None, now=NOW).record
    assert EventKind.CORRECTED in {each.event.kind for each in detail.events}
    assert EventKind.CORRECTED not in {each.kind for each in paper.events}
    async with database.transaction() as session:
        (await session.get_one(PersonRow, desk.member.id)).wants_detail = True
        secret = await secrets.renew(session, desk.member, wallclock.now())
    assert (
        "Request put into or taken out of a campaign"
        in (await client.get(f"/feeds/{secret}/changes.atom")).text
    )


async def test_its_own_organisation_chooses_the_campaign_of_a_draft_until_it_is_handed_over(
    client: httpx.AsyncClient, database: Database, desk: Desk
) -> None:
    async with database.transaction() as session:
        draft, batched = [
            await make.request(session, desk.member, NOW, campaign_id=desk.old.id, received_on=None)
            for _ in range(2)
        ]
        await make.batch(session, batched, NOW)
    await as_person(client, database, desk.member)
    plain = {"title": draft.title, "topic": draft.topic, "body_code": "KH-010201"}
    address = f"/requests/{draft.id}/draft"
    assert f'<option value="{desk.old.code}" selected>' in (await client.get(address)).text
    for given, then in (
        ({"campaign": desk.new.code}, desk.new.id),
        ({}, desk.new.id),
        ({"campaign": "-"}, None),
        ({"campaign": desk.old.code}, desk.old.id),
    ):
        saved = await make.post_form(client, address, {**plain, **given})
        assert saved.status_code == 303, saved.text
        async with database.transaction() as session:
            assert (await session.get_one(RequestRow, draft.id)).campaign_id == then
    async with database.transaction() as session:
        assert not (await session.scalars(select(EventRow.id).where(EventRow.changes.is_not(None)))).all()
    for request, given, words in (
        (draft, "NOWHERE", "There is no campaign"),
        (batched, desk.new.code, "batch"),
    ):
        wrong = await client.put(
            f"/api/requests/{request.id}/draft",
            json={**plain, "campaign": given},
        )
        assert [each["field"] for each in wrong.json()["faults"]] == ["campaign"]
        assert words in wrong.text
    handed_over = await client.put(
        f"/api/requests/{desk.requests[0].id}/draft", json={**plain, "campaign": desk.new.code}
    )
    assert handed_over.status_code == 409
    await as_person(client, database, desk.sokha)
    assert 'name="campaign"' not in (await client.get(address)).text
    of_others = await client.put(f"/api{address}", json={**plain, "campaign": desk.new.code})
    assert [each["field"] for each in of_others.json()["faults"]] == ["campaign"]
