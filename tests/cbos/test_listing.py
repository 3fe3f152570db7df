"""The list of organisations."""

import base64

import httpx
from sqlalchemy import update

from rti.core.db import Database
from rti.core.pagination import PAGE_SIZE
from rti.core.roles import Role
from rti.models.cbos import CboRow
from tests import make
from tests.conftest import NOW, SignIn


async def test_organisations_come_a_page_at_a_time_the_locked_ones_last_and_unnamed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        made = [await make.cbo(session, NOW, code=f"LIST{n:03d}") for n in range(60)]
        locked = [each.id for each in made[:30]]
        await session.execute(update(CboRow).where(CboRow.id.in_(locked)).values(locked_at=NOW))
    seen, after = [], ""
    while after is not None:
        found = (await client.get("/api/cbos", params={"after": after})).json()
        assert len(found["cbos"]) <= PAGE_SIZE
        seen, after = [*seen, *found["cbos"]], found["next"]
        assert "LIST" not in base64.urlsafe_b64decode(f"{after or ''}==").decode()
    assert [each["code"] for each in seen] == [each.code for each in made[30:]] + [None] * 30
    assert {each["id"] for each in seen} == {str(each.id) for each in made}
    assert "Next page" in (await client.get("/cbos")).text
    found = (await client.get("/api/cbos?q=list00")).json()["cbos"]
    assert found == [], "no locked one is found by its code"
    assert [each["code"] for each in (await client.get("/api/cbos?q=list05")).json()["cbos"]] == [
        f"LIST05{n}" for n in range(10)
    ]


async def test_organisations_stand_in_the_order_of_the_readers_alphabet_and_are_walked_back(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    names = {"កោះកុង": "alpha", "កំពត": "Beta", "កណ្ដាល": "gamma"}
    async with database.transaction() as session:
        for number in range(PAGE_SIZE + 5):
            cbo = await make.cbo(session, NOW, code=f"LIST{number:02d}")
            cbo.name_km = [*names, "អ"][min(number, 3)]
            cbo.name_en = [*names.values(), "Zeta"][min(number, 3)]
    for language, expected in (("km", ["កណ្ដាល", "កំពត", "កោះកុង"]), ("en", [*names])):
        client.cookies.set("language", language)
        first = (await client.get("/api/cbos")).json()
        assert [each["name_km"] for each in first["cbos"]][:3] == expected
        second = (await client.get("/api/cbos", params={"after": first["next"]})).json()
        assert second["next"] is None
        back = (await client.get("/api/cbos", params={"before": second["previous"]})).json()
        assert back == first
    assert "Previous page" in (await client.get("/cbos", params={"after": first["next"]})).text


async def test_an_administrator_finds_an_organisation_its_people_and_who_has_not_answered_the_invitation(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        reed = await make.cbo(session, NOW, code="REED")
        reed.area_code, reed.target = "0802", True
        await make.cbo(session, NOW, code="PALM")
    listed = (await client.get("/cbos?province=08&target=1")).text
    assert "REED" in listed
    assert "PALM" not in listed
    assert "Kandal" in listed
    assert f"/people?cbo={reed.code}#invite" in (await client.get(f"/cbos/{reed.id}")).text
    invited = {"email": "sok@test.example", "role": "cbo_lead", "cbo_code": "REED", "language": "km"}
    unknown = await make.post_form(client, "/people", {**invited, "cbo_code": "NONE"})
    assert "There is no organisation with the code NONE" in unknown.text
    assert "/invitation?token=" in (await make.post_form(client, "/people", invited)).text
    for query, there in (("cbo=REED", True), ("cbo=PALM", False), ("pending=1", True), ("q=sok", True)):
        page = (await client.get(f"/people?{query}")).text
        assert ("sok@test.example" in page) is there, query
    assert "link valid until" in page
