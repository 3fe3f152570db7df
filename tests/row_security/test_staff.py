"""Campaign staff with assignments, over HTTP."""

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.accounts import AssignmentRow
from tests import make
from tests.conftest import NOW, SignIn

MISSING = "01a2085c-dd3b-7770-a5b2-e2298924953d"


@pytest.fixture
async def of_one_campaign(client: httpx.AsyncClient, database: Database) -> dict[str, str]:
    """A member of the staff, signed in, with one campaign; and what lies inside and outside of it."""
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        member = (await make.member(session)).person
        mine, other = await make.campaign(session, NOW), await make.campaign(session, NOW)
        session.add(AssignmentRow(person_id=staff.id, campaign_id=mine.id, assigned_at=NOW))
        inside = await make.request(session, member, NOW, campaign_id=mine.id)
        outside = await make.request(session, member, NOW, campaign_id=other.id)
        names = {
            "mine": mine.id,
            "other": other.id,
            "inside": inside.id,
            "outside": outside.id,
            "body": inside.body_id,
            "cbo": member.cbo_id,
        }
    client.headers.update(await make.session_of(client, staff, database))
    return {name: str(value) for name, value in names.items()}


async def test_the_list_holds_what_is_assigned(
    client: httpx.AsyncClient, of_one_campaign: dict[str, str]
) -> None:
    listed = (await client.get("/api/requests")).json()["requests"]
    assert [each["id"] for each in listed] == [of_one_campaign["inside"]]
    file = (await client.get("/requests.csv")).text
    assert len(file.splitlines()) == 2


@pytest.mark.parametrize("address", ["/requests/{}", "/requests/{}/why", "/api/requests/{}"])
async def test_what_is_not_assigned_looks_like_what_does_not_exist(
    client: httpx.AsyncClient, of_one_campaign: dict[str, str], address: str
) -> None:
    assert (await client.get(address.format(of_one_campaign["inside"]))).status_code == 200
    outside = await client.get(address.format(of_one_campaign["outside"]))
    missing = await client.get(address.format(MISSING))
    assert outside.status_code == missing.status_code == 404
    texts = [make.same_for_all(each.text) for each in (outside, missing)]
    assert texts[0].replace(of_one_campaign["outside"], MISSING) == texts[1]


async def test_filing_outside_of_it_is_told_at_its_field(
    client: httpx.AsyncClient, of_one_campaign: dict[str, str]
) -> None:
    command = {
        "body_id": of_one_campaign["body"],
        "cbo_id": of_one_campaign["cbo"],
        "title": "Fees",
        "topic": "service_fees",
    }
    refused = await client.post("/api/requests", json={**command, "campaign_id": of_one_campaign["other"]})
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["field"] == "campaign_id"
    filed = await client.post("/api/requests", json={**command, "campaign_id": of_one_campaign["mine"]})
    assert filed.status_code == 201


async def test_figures_count_everything_and_name_nobody(
    client: httpx.AsyncClient, of_one_campaign: dict[str, str]
) -> None:
    table = (await client.get("/api/statistics", params={"by": "campaign"})).json()
    assert of_one_campaign
    assert len(table["lines"]) == 2


async def test_an_administrator_assigns_and_takes_away(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        campaign = await make.campaign(session, NOW)
        request = await make.request(
            session, (await make.member(session)).person, NOW, campaign_id=campaign.id
        )
    await sign_in(Role.ADMINISTRATOR)
    address = f"/people/{staff.id}/assignments"
    both = {"campaign_id": str(campaign.id), "everything": "true"}
    refused = await make.post_form(client, address, both)
    assert refused.status_code == 422
    assert "Choose one" in refused.text
    wrong = await make.post_form(client, address, {"province_code": "0102"})
    assert wrong.status_code == 422
    assert "Choose a province" in wrong.text
    given = await make.post_form(client, address, {"campaign_id": str(campaign.id)})
    assert given.status_code == 303
    twice = await make.post_form(client, address, {"campaign_id": str(campaign.id)})
    assert twice.status_code == 422
    assert "already" in twice.text
    (assigned,) = (await client.get(f"/api{address}")).json()
    assert assigned["campaign"] == campaign.code

    administrator = dict(client.headers)
    client.headers.update(await make.session_of(client, staff, database))
    assert (await client.get(f"/api/requests/{request.id}")).status_code == 200
    client.headers.update(administrator)
    ended = await client.delete(f"/api{address}/{assigned['id']}")
    assert ended.status_code == 204
    client.headers.update(await make.session_of(client, staff, database))
    assert (await client.get(f"/api/requests/{request.id}")).status_code == 404
