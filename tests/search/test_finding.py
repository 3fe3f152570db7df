"""One search for what a person may see: in the page, the API and the database itself."""

import httpx
import pytest
from sqlalchemy import delete, text, update

from rti.bodies.commands import RenameBody
from rti.bodies.merging import rename
from rti.cbos.commands import LockCbo
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Role
from rti.models.cbos import CboRow
from rti.models.requests import DeadlineRow, EventRow, Filing, RequestRow
from rti.models.search import Findable
from rti.safety.lock_and_shred import lock
from rti.search.index import complete
from rti.search.queries import Found, find
from tests import make
from tests.conftest import NOW, TODAY, SignIn


async def _found(
    database: Database, member: make.Member, query: str, kind: Findable = Findable.REQUEST
) -> Found:
    person = member.person
    async with database.under(login_of(person)).transaction(person.id) as session:
        return await find(session, query, kind)


@pytest.fixture
async def organisations(database: Database) -> dict[str, make.Member]:
    """Two organisations with a request each: a plain one in Banteay Meanchey, a sealed one in Takeo."""
    async with database.transaction() as session:
        first, second = await make.cbo(session, NOW), await make.cbo(session, NOW)
        second.name_en, second.name_km = "Lotus network", "បណ្តាញផ្កាឈូក"
        plain, sealing = await make.member(session, of=first), await make.member(session, of=second)
        await make.request(
            session, plain.person, NOW, title="ថវិកាផ្សារ Market budget", question="Which stalls?"
        )
        await make.request(
            session, sealing.person, NOW, title="Quarry permits", body_code="KH-210701", filing=Filing.SEALED
        )
        staff = await make.member(session, Role.STAFF)
        of_takeo = await make.member(session, Role.STAFF, everything=False)
        await session.execute(
            text(
                "INSERT INTO assignment (id, person_id, province_code, assigned_at) "
                "VALUES (gen_random_uuid(), :person, '21', now())"
            ),
            {"person": of_takeo.person.id},
        )
        group = await make.member(session, Role.WORKING_GROUP)
        admin = await make.member(session, Role.ADMINISTRATOR)
    return {
        "plain": plain,
        "sealing": sealing,
        "staff": staff,
        "takeo": of_takeo,
        "group": group,
        "admin": admin,
    }


async def test_each_role_finds_what_it_may_see_and_nothing_else(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    expected = {
        "market": {"plain", "staff"},
        "stalls": {"plain", "staff"},
        "ផ្សារ": {"plain", "staff"},
        "markte": {"plain", "staff"},
        "quarry": {"sealing", "staff", "takeo"},
        "quarry takeo": {"sealing", "staff", "takeo"},
        "quarry lotus": set(),
        "lotus": set(),
        "@o": set(),
    }
    for query, who in expected.items():
        found = {
            name for name, member in organisations.items() if (await _found(database, member, query)).ids
        }
        assert found == who, query
    organisation = {
        name
        for name, member in organisations.items()
        if (await _found(database, member, "ផ្កាឈូក", Findable.CBO)).ids
    }
    assert organisation == {"sealing", "staff", "takeo", "admin"}, "staff know all organisations"


async def test_nobody_finds_what_belongs_to_a_locked_organisation(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    cbo_id = organisations["plain"].person.cbo_id
    assert cbo_id
    async with database.transaction() as session:
        await lock(session, cbo_id, LockCbo(sure=True), None, NOW)
    for member in organisations.values():
        assert not (await _found(database, member, "market")).ids
        assert not (await _found(database, member, "Community", Findable.CBO)).ids


async def test_a_request_follows_its_words_its_body_and_their_names(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    staff, member = organisations["staff"], organisations["plain"]
    async with database.under(login_of(member.person)).transaction(member.person.id) as session:
        request = await session.get_one(RequestRow, (await find(session, "market", Findable.REQUEST)).ids[0])
        request.title = "Water meters"
    assert not (await _found(database, staff, "market")).ids
    async with database.transaction() as session:
        health = await make.body(session, "KH-2107")
        await session.execute(update(RequestRow).where(RequestRow.id == request.id).values(body_id=health.id))
    assert (await _found(database, organisations["takeo"], "water samraong takeo")).ids == [request.id]
    admin = organisations["admin"].person
    async with database.under(login_of(admin)).transaction(admin.id) as session:
        named = RenameBody(code="KH-2107", name_km="មន្ទីរទឹក", name_en="Aqueduct office", renamed_on=TODAY)
        await rename(session, health.id, named, NOW, TODAY)
    assert (await _found(database, staff, "aqueduct")).ids == [request.id]
    assert (await _found(database, staff, "samraong", Findable.BODY)).ids, "former names are found, too"


async def test_what_is_removed_is_found_no_more(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    async with database.transaction() as session:
        for table in (DeadlineRow, EventRow, RequestRow):
            await session.execute(delete(table))
        assert await session.scalar(text("SELECT count(*) FROM search WHERE kind = 'request'")) == 0
    assert not (await _found(database, organisations["staff"], "market")).ids


async def test_an_upgrade_adds_what_was_there_before(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    async with database.transaction() as session:
        before = await session.scalar(text("SELECT count(*) FROM search"))
        await session.execute(text("DELETE FROM search"))
    assert await complete(database) == before
    assert await complete(database) == 0
    assert (await _found(database, organisations["takeo"], "quarry takeo")).ids


async def test_no_login_finds_by_function_what_its_rows_do_not_show(
    database: Database, organisations: dict[str, make.Member]
) -> None:
    """The function searches with its owner's rights: whatever is asked of it, the marks of the person are added."""
    asked = text("SELECT rti.found(CAST(:words AS tsquery), 'request', 10)")
    for name in ("takeo", "group", "admin", "sealing"):
        person = organisations[name].person
        async with database.under(login_of(person)).transaction(person.id) as session:
            shown = (
                set(await session.scalars(text("SELECT id FROM request")))
                if name in {"takeo", "sealing"}
                else set()
            )
            for words in ("'@t0' | '@p01'", "!'@p21'", "!'nothing' | '@t0'"):
                assert set(await session.scalars(asked, {"words": words})) <= shown


async def test_what_nobody_wrote_is_not_looked_for_row_by_row_however_often_it_is_asked(
    organisations: dict[str, make.Member], database: Database
) -> None:
    person = organisations["staff"].person
    async with database.transaction() as session:
        # As if a hundred thousand requests had come since, so that older ones are looked through by themselves.
        newest = "UPDATE search SET number = 100000 WHERE id = (SELECT id FROM request WHERE title = 'Quarry permits')"
        await session.execute(text(newest))
    async with database.under(login_of(person)).transaction(person.id) as session:
        # PostgreSQL takes another index by itself where there are many rows; here it is made to, if there is one.
        await session.execute(text("SET LOCAL enable_bitmapscan = off"))
        for _ in range(3):
            assert (await find(session, "Telescope", Findable.REQUEST)).ids == ()
        fetched = text("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'search'")
        # What tests before left of deleted rows is among them.
        assert (await session.scalar(fetched)) < await session.scalar(text("SELECT count(*) FROM search"))


async def test_the_nearest_of_bodies_with_one_name_comes_first_and_says_where_it_is(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        await session.execute(
            update(CboRow).where(CboRow.id == member.person.cbo_id).values(area_code="2107")
        )
    found = (await client.get("/api/search", params={"q": "Samraong"})).json()["bodies"]
    same = [body for body in found if body["name_en"] == "Samraong Commune Administration"]
    assert len(same) > 1
    assert found[0]["within"][-1]["name_en"] == "Takeo"
    in_both = (await client.get("/api/search", params={"q": "សំរោង Takeo"})).json()["bodies"]
    assert {body["within"][-1]["code"] for body in in_both} == {"21"}
    shown = (
        await client.get("/search", params={"q": "Samraong Takeo"}, headers={"accept-language": "km"})
    ).text
    assert "តាកែវ" in shown or "Takeo" in shown


async def test_the_page_shows_requests_bodies_and_organisations_and_says_when_there_is_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW, title="Fees of the health centre")
    shown = await client.get("/search", params={"q": "helth fees"})
    assert f'href="/requests/{request.id}"' in shown.text
    assert "These are similar" in shown.text
    assert "Nothing was found" in (await client.get("/search", params={"q": "xylophone"})).text
    assert (await client.get("/search", params={"q": "x" * 201})).status_code == 422
    assert (await client.get("/api/search", params={"q": ""})).json()["requests"] == []
