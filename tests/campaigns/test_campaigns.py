"""Campaigns, what their requests are judged by, and their target areas."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.bodies import AreaLevel, AreaRow
from rti.models.campaigns import CampaignRow
from rti.models.statutes import StatuteRow
from tests import make
from tests.conftest import NOW, SignIn

CAMPAIGN = {
    "code": "A2I-2026",
    "name_km": "យុទ្ធនាការ",
    "name_en": "Access to information 2026",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}


async def _created(client: httpx.AsyncClient, **more: str) -> str:
    answer = await client.post("/api/campaigns", json={**CAMPAIGN, "limit": "15 working", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_staff_create_a_campaign_that_declares_a_reply_time_of_its_own(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    answer = await make.post_form(client, "/campaigns/new", {**CAMPAIGN, "limit": "១៥ working"})
    assert answer.status_code == 303, answer.text
    shown = await client.get(answer.headers["location"])
    assert "Standard of 15 working days" in shown.text
    assert "Campaign standard" in shown.text
    async with database.transaction() as session:
        stored = await session.get_one(StatuteRow, ("STANDARD-15-WORKING-KH", 1))
        assert stored.document["status"] == "standard"
        assert stored.document["countries"] == ["KH"]


async def test_a_declared_standard_is_stored_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    await _created(client, code="ONE")
    await _created(client, code="TWO")
    async with database.transaction() as session:
        stored = select(func.count()).where(StatuteRow.id == "STANDARD-15-WORKING-KH")
        assert await session.scalar(stored) == 1


async def test_a_code_is_used_once_and_the_form_keeps_what_was_typed(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    await _created(client)
    answer = await make.post_form(client, "/campaigns/new", {**CAMPAIGN, "limit": "5 working"})
    assert answer.status_code == 422
    assert "There is already a campaign with the code A2I-2026" in answer.text
    assert 'value="Access to information 2026"' in answer.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"limit": "soon"}, "limit"),
        ({"limit": "99999999999999999999 working"}, "limit"),
        ({"statute_id": "KH-A2I-DRAFT", "limit": "5 working"}, "statute_id"),
        ({}, "statute_id"),
        ({"statute_id": "NO-SUCH"}, "statute_id"),
        ({"limit": "5 working", "ends_on": "2025-12-31"}, "ends_on"),
        ({"limit": "5 working", "starts_on": "1899-12-31"}, "starts_on"),
        ({"limit": "5 working", "name_en": "x" * 900_000}, "name_en"),
        ({"limit": "5 working", "name_km": "a\x00b"}, "name_km"),
        ({"limit": "5 working", "code": ["A"]}, "code"),
    ],
)
async def test_a_wrong_campaign_names_the_field_and_stores_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, wrong: dict[str, object], field: str
) -> None:
    await sign_in(Role.STAFF)
    answer = await client.post("/api/campaigns", json={**CAMPAIGN, **wrong})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == [field]
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(CampaignRow)) == 0


async def test_an_edit_changes_the_campaign(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    campaign = await _created(client)
    form = {**CAMPAIGN, "name_en": "Renamed", "statute_id": "KH-A2I-DRAFT"}
    answer = await make.post_form(client, f"/campaigns/{campaign}/edit", form)
    assert answer.status_code == 303, answer.text
    shown = (await client.get(f"/api/campaigns/{campaign}")).json()["campaign"]
    assert (shown["name_en"], shown["statute_id"]) == ("Renamed", "KH-A2I-DRAFT")


async def test_marked_districts_narrow_the_directory_and_the_requests(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    campaign = await _created(client)
    async with database.transaction() as session:
        inside = await make.request(session, member.person, NOW, body_code="KH-010201")
        outside = await make.request(session, member.person, NOW, body_code="KH-010301")
        whole = await make.request(session, member.person, NOW, body_code="KH-230101")
    page = f"/campaigns/{campaign}/target-areas"
    token = await make.form_token(client, page)
    marked = await client.post(page, data={"areas": ["01", "0102", "23"], "_csrf_token": token})
    assert marked.status_code == 303, marked.text
    detail = (await client.get(f"/api/campaigns/{campaign}")).json()
    assert detail["target_areas"] == ["01", "0102", "23"]
    codes: set[str] = set()
    after = ""
    while after is not None:
        found = await client.get("/api/bodies", params={"target_of": campaign, "after": after})
        codes |= {body["code"] for body in found.json()["bodies"]}
        after = found.json()["next"]
    assert {"KH-01", "KH-0102", "KH-010201", "KH-23", "KH-230101"} <= codes
    assert not codes & {"KH-0103", "KH-010301", "KH-02"}
    listed = await client.get("/api/requests", params={"target_of": campaign})
    assert {UUID(each["id"]) for each in listed.json()["requests"]} == {inside.id, whole.id}
    assert outside.reference not in (await client.get(f"/requests?target_of={campaign}")).text


async def test_the_forty_nine_areas_of_a_campaign_can_be_marked_and_marked_anew(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    address = f"/api/campaigns/{await _created(client)}/target-areas"
    async with database.transaction() as session:
        of_level = select(AreaRow.code).order_by(AreaRow.code)
        provinces = await session.scalars(of_level.where(AreaRow.level == AreaLevel.PROVINCE).limit(9))
        districts = await session.scalars(of_level.where(AreaRow.level == AreaLevel.DISTRICT).limit(40))
        areas = [*provinces, *districts]
    assert len(areas) == 49
    assert sorted((await client.put(address, json={"areas": areas})).json()["target_areas"]) == sorted(areas)
    assert (await client.put(address, json={"areas": ["23"]})).json()["target_areas"] == ["23"]


@pytest.mark.parametrize("areas", [["010201"], ["99"], ["0" * 65], "01", [1.5], {"a": 1}])
async def test_what_is_no_province_or_district_is_refused(
    client: httpx.AsyncClient, sign_in: SignIn, areas: object
) -> None:
    await sign_in(Role.STAFF)
    address = f"/api/campaigns/{await _created(client)}/target-areas"
    answer = await client.put(address, json={"areas": areas})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"].startswith("areas")


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.WORKING_GROUP])
async def test_other_roles_read_campaigns_and_change_none(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    await sign_in(role)
    async with database.transaction() as session:
        campaign = await make.campaign(session, NOW)
    assert (await client.get(f"/campaigns/{campaign.id}")).status_code == 200
    for path in (
        "/campaigns/new",
        f"/campaigns/{campaign.id}/edit",
        f"/campaigns/{campaign.id}/target-areas",
    ):
        assert (await client.get(path)).status_code == 403
    assert (await client.post("/api/campaigns", json={**CAMPAIGN, "limit": "5 working"})).status_code == 403
    assert (
        await client.put(f"/api/campaigns/{campaign.id}/target-areas", json={"areas": []})
    ).status_code == 403


async def test_a_campaign_shows_in_khmer(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    campaign = await _created(client)
    await client.put(f"/api/campaigns/{campaign}/target-areas", json={"areas": ["01"]})
    client.cookies.set("language", "km")
    shown = await client.get(f"/campaigns/{campaign}")
    assert 'lang="km"' in shown.text
    assert "បន្ទាយមានជ័យ" in shown.text
