"""Lists that are saved: opened by those with whom they are shared."""

import httpx
from sqlalchemy import select

from rti.cbos.commands import ShredCbo
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.models.accounts import AssignmentRow
from rti.models.saved_lists import SavedListRow
from rti.requests.commands import SaveList
from rti.requests.saved_lists import save_list
from rti.safety.lock_and_shred import shred
from tests import make
from tests.conftest import NOW


async def _names(client: httpx.AsyncClient) -> list[str]:
    return [each["name"] for each in (await client.get("/api/saved-lists")).json()]


async def test_a_list_is_saved_opened_with_one_tap_and_deleted(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        await make.request(session, member.person, NOW, topic="land")
        other = await make.member(session)
    await make.sign_in(client, member)
    page = "/saved-lists?topic=land&overdue=1&sort=-due"
    fields = {"name": "Land", "topic": "land", "overdue": "1", "sort": "-due"}
    saved = await make.post_form(client, "/saved-lists", fields, page=page)
    assert saved.status_code == 303, saved.text
    for where in ("/", "/requests", "/saved-lists"):
        assert 'href="/requests?topic=land&amp;overdue=1&amp;sort=-due"' in (await client.get(where)).text, (
            where
        )
    everything = await make.post_form(client, "/saved-lists", {"name": "All"}, page=page)
    assert everything.status_code == 422
    (listed,) = (await client.get("/api/saved-lists")).json()
    await make.sign_in(client, other)
    assert await _names(client) == []
    assert (await client.delete(f"/api/saved-lists/{listed['id']}")).status_code == 404
    await make.sign_in(client, member)
    gone = await make.post_form(client, f"/saved-lists/{listed['id']}/delete", {}, page="/saved-lists")
    assert gone.status_code == 303
    assert await _names(client) == []


async def test_a_list_is_shared_with_the_staff_of_a_campaign_and_stays_its_owners(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        campaign = await make.campaign(session, NOW)
        owner, beside, elsewhere = [
            await make.member(session, Role.STAFF, everything=False) for _ in range(3)
        ]
        for each in (owner, beside):
            session.add(AssignmentRow(person_id=each.person.id, campaign_id=campaign.id, assigned_at=NOW))
    await make.sign_in(client, owner)
    order = {"name": "Late", "overdue": True, "shared_in": str(campaign.id)}
    (saved,) = (await client.post("/api/saved-lists", json=order)).json()
    await client.post("/api/saved-lists", json={"name": "Mine", "overdue": True})
    assert await _names(client) == ["Late", "Mine"]
    await make.sign_in(client, elsewhere)
    assert await _names(client) == []
    await make.sign_in(client, beside)
    assert await _names(client) == ["Late"]
    assert (await client.delete(f"/api/saved-lists/{saved['id']}")).status_code == 404


async def test_lists_that_may_name_an_organisation_go_when_it_is_shredded(database: Database) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW, "BOENG")
        lead = (await make.member(session, Role.CBO_LEAD, of=cbo)).person
        administrator = (await make.member(session, Role.ADMINISTRATOR)).person
        staff = (await make.member(session, Role.STAFF)).person
        for name, wanted in (
            ("Theirs", {"cbo": "BOENG"}),
            ("Words", {"q": "Boeng"}),
            ("Late", {"overdue": True}),
        ):
            await save_list(session, SaveList(name=name, **wanted), staff, NOW, NOW.date())
    for person in (administrator, lead):
        async with database.under(Login.ERASURE).transaction(person.id) as session:
            await shred(session, cbo.id, ShredCbo(code="BOENG"), person, NOW)
    async with database.transaction() as session:
        assert (await session.scalars(select(SavedListRow.name))).all() == ["Late"]
