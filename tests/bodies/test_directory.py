"""The directory of bodies: in the order of the reader's alphabet, walked both ways."""

import httpx
from sqlalchemy import select, update

from rti.bodies.actions import edit
from rti.bodies.commands import SaveBody
from rti.bodies.places import places
from rti.core.alphabet import alphabetical
from rti.core.attributes import from_attributes
from rti.core.db import Database
from rti.core.roles import Role
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.upgrade import load_reference_data
from tests import make
from tests.conftest import NOW, SignIn


async def test_bodies_stand_in_the_order_of_the_readers_alphabet_and_are_walked_back(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        reader = await make.member(session, Role.STAFF, language="km")
        rows = (await session.scalars(select(PublicBodyRow).where(PublicBodyRow.area_code.like("01%")))).all()
    in_khmer = [row.code for row in sorted(rows, key=lambda row: (alphabetical(row.name_km), row.code))]
    in_english = [row.code for row in sorted(rows, key=lambda row: (row.name_en, row.code))]
    client.headers.update(await make.session_of(client, reader.person, database))
    for chosen, expected in (("", in_khmer), ("en", in_english)):
        client.cookies.set("language", chosen)
        pages, mark = [], {}
        while True:
            found = (await client.get("/api/bodies", params={"area": "01", **mark})).json()
            pages.append([each["code"] for each in found["bodies"]])
            if not found["next"]:
                break
            mark = {"after": found["next"]}
        assert [code for page in pages for code in page] == expected, chosen
        back = pages[-1:]
        while found["previous"]:
            found = (
                await client.get("/api/bodies", params={"area": "01", "before": found["previous"]})
            ).json()
            back.append([each["code"] for each in found["bodies"]])
        assert back == pages[::-1]
    page = (await client.get("/bodies", params={"area": "01", **mark})).text
    assert "Previous page" in page


async def test_a_body_says_where_it_is_in_the_directory_on_the_page_of_a_request_and_among_what_is_to_do(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        made = await make.request(
            session, member.person, NOW, body_code="KH-210701", received_on=None, drafted_on=NOW.date()
        )
        district = (await session.get_one(AreaRow, "2107")).name_en
    for page in ("/bodies?area=2107", f"/requests/{made.id}", f"/requests/{made.id}/record/submitted", "/"):
        assert f"{district}, Takeo" in (await client.get(page)).text, page


async def test_a_note_about_a_body_is_read_by_whoever_files_there(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    async with database.transaction() as session:
        body = await make.body(session)
    told = "The counter closes at 11:00"
    form = {"code": body.code, "kind": body.kind, "name_km": body.name_km, "name_en": body.name_en}
    await make.post_form(client, f"/bodies/{body.id}/edit", {**form, "note": told})
    await sign_in(Role.CBO_MEMBER)
    for where in ("", "/file", "/new-request"):
        assert told in (await client.get(f"/bodies/{body.id}{where}")).text, where
    assert (await client.get(f"/api/bodies/{body.id}")).json()["note"] == told


async def test_a_body_takes_its_new_place_when_it_gets_another_name(database: Database) -> None:
    async with database.transaction() as session:
        body = await make.body(session, "KH-01")
        await edit(session, body.id, from_attributes(SaveBody, body, name_km="កំពត", email=None))
    async with database.transaction() as session:
        body = await make.body(session, "KH-01")
        assert body.name_km_order == alphabetical("កំពត")
        await session.execute(update(PublicBodyRow).values(name_km_order=""))
    await load_reference_data(database, NOW)
    async with database.transaction() as session:
        rows = await session.scalars(select(PublicBodyRow))
        assert all(row.name_km_order == alphabetical(row.name_km) for row in rows), (
            "an upgrade makes what is missing"
        )


async def test_what_stands_with_a_body_about_where_it_is_follows_its_area_and_the_names_of_areas(
    database: Database,
) -> None:
    moved = (
        update(PublicBodyRow).where(PublicBodyRow.code.in_(["KH-2107", "KH-210701"])).values(area_code="0102")
    )
    called = update(AreaRow).where(AreaRow.code == "21").values(name_km="តាកែវថ្មី", name_en="New Takeo")
    for change in (None, moved, called):
        async with database.transaction() as session:
            if change is not None:
                await session.execute(change)
        async with database.transaction() as session:
            bodies = (await session.scalars(select(PublicBodyRow))).all()
            expected = await places(session, bodies)
        for body in bodies:
            within = expected[body.id]
            assert body.place_km == (", ".join(area.name_km for area in within) or None), body.code
            assert body.place_en == (", ".join(area.name_en for area in within) or None), body.code
    assert any(body.place_en == "Samraong, New Takeo" for body in bodies), {body.place_en for body in bodies}
