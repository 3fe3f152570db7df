"""The list of organisations."""

import base64

import httpx
from sqlalchemy import select, update

from rti.core.db import Database
from rti.core.pagination import PAGE_SIZE
from rti.core.roles import Role
from rti.models.cbos import CboRow
from rti.models.requests import RequestRow
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
    assert "There is no organisation with this code or name: NONE" in unknown.text
    assert "/invitation?token=" in (await make.post_form(client, "/people", invited)).text
    for query, there in (("cbo=REED", True), ("cbo=PALM", False), ("pending=1", True), ("q=sok", True)):
        page = (await client.get(f"/people?{query}")).text
        assert ("sok@test.example" in page) is there, query
    assert "link valid until" in page


async def test_whoever_files_for_an_organisation_names_it_by_its_code_or_its_words_and_is_told_which_fit(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        body = await make.body(session)
        for number, code in enumerate(("REED", "PALM", "PALM2")):
            cbo = await make.cbo(session, NOW, code=code)
            cbo.name_en = f"{'Reeds' if not number else 'Palms'} of the lake {number}"
            cbo.name_km = f"ត្នោត {number}"
        cbo.locked_at = NOW
        await make.cbo(session, NOW, code="LAKE")
    pages = (f"/bodies/{body.id}/file", f"/bodies/{body.id}/new-request")
    for page in pages:
        shown = (await client.get(page)).text
        assert 'id="cbo"' in shown
        assert "REED" not in shown, "there may be hundreds of them"
        wrong = {"lake": "REED", "Nobody": "There is no organisation", "PALM2": "(PALM)"}
        for words, told in wrong.items():
            refused = await make.post_form(client, page, {"title": "A", "topic": "budget", "cbo": words})
            assert (refused.status_code, told in refused.text) == (422, True), words
            assert f'value="{words}"' in refused.text
            assert "(PALM2)" not in refused.text, "it is locked"
    for page, words in zip(pages, ("PALM", "reeds"), strict=True):
        filed = await make.post_form(client, page, {"title": "A", "topic": "budget", "cbo": words})
        assert filed.status_code == 303, filed.text
    async with database.transaction() as session:
        codes = select(CboRow.code).join(RequestRow, RequestRow.cbo_id == CboRow.id).order_by(RequestRow.id)
        assert (await session.scalars(codes)).all() == ["PALM", "REED"]
