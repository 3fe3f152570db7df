"""Topics are data: administrators add, rename, move and retire them, and what has one keeps it."""

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.errors import Invalid
from rti.core.roles import Role
from rti.imports.mapping import read_mapping
from rti.releases.content import _name
from rti.requests.wordings import wordings
from rti.statistics.commands import Dimension
from rti.topics.reference import load_topics, shipped
from tests import commands, make
from tests.conftest import NOW, SignIn
from tests.imports.files import MAP, load

PROGRAMME = {
    *("access_to_information", "development_plan", "budget", "street_vendors", "district_services"),
    *("commune_services", "health", "education", "security", "one_window_services", "covid_19"),
    "investment_contracts",
}
WATER = {"code": "clean_water", "name_km": "ទឹកស្អាត", "name_en": "Clean water", "place": "15"}


def test_the_list_of_the_programme_is_shipped_and_every_wording_has_its_topic() -> None:
    assert set(shipped()) >= PROGRAMME
    assert {each.topic for each in wordings()} <= set(shipped())


async def test_a_topic_is_added_renamed_and_retired_by_administrators_alone(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    assert (await make.post_form(client, "/topics/new", WATER)).status_code == 303
    again = await make.post_form(client, "/topics/new", WATER)
    assert "already a topic with the code clean_water" in again.text
    odd = await make.post_form(client, "/topics/new", {**WATER, "code": "Clean water"})
    assert "Use small letters, digits and _" in odd.text
    assert "ទឹកស្អាត" in odd.text, "what was typed is still there"
    page = "/topics/clean_water/edit"
    assert (await make.post_form(client, page, {**WATER, "place": "x"})).status_code == 422
    values = {name: value for name, value in WATER.items() if name != "code"}
    assert (await make.post_form(client, page, {**values, "name_en": "Water"})).status_code == 303
    codes = [each["code"] for each in (await client.get("/api/topics")).json()]
    assert codes[:3] == ["access_to_information", "clean_water", "development_plan"]
    retired = await client.put("/api/topics/clean_water", json={**values, "place": 15, "retired": True})
    assert retired.json()["retired"] is True
    assert (await client.put("/api/topics/nothing", json={**values, "place": 15})).status_code == 404
    await sign_in(Role.STAFF)
    assert (await client.post("/api/topics", json=WATER)).status_code == 403


async def test_a_retired_topic_is_offered_to_nobody_and_kept_by_what_has_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        draft = await make.request(
            session, member.person, NOW, topic="land", received_on=None, drafted_on=NOW.date()
        )
        body = await make.body(session)
    land = {"name_km": "ដីធ្លី", "name_en": "Land and housing", "place": "160", "retired": "1"}
    await sign_in(Role.ADMINISTRATOR)
    assert (await make.post_form(client, "/topics/land/edit", land)).status_code == 303
    await make.sign_in(client, member)
    form = f"/bodies/{body.id}/new-request"
    assert 'value="land"' not in (await client.get(form)).text
    fresh = {"body_id": str(body.id), "title": "Plots", "topic": "land"}
    refused = await client.post("/api/requests", json=fresh)
    assert refused.status_code == 422
    assert "Choose one of: access_to_information, development_plan, budget" in refused.text
    page = f"/requests/{draft.id}"
    assert "Land and housing" in (await client.get(page)).text
    edited = {"title": "Plots", "topic": "land", "body_code": body.code, "channel": "counter"}
    assert (await make.post_form(client, f"{page}/draft", edited)).status_code == 303
    assert draft.reference in (await client.get("/requests?topic=land")).text
    assert "Land and housing" in (await client.get("/statistics?by=topic")).text


async def test_a_mapping_with_a_topic_that_there_is_not_is_refused_before_a_line_is_read(
    session: AsyncSession,
) -> None:
    mapping = read_mapping(MAP.replace(b'topic = "other"', b'topic = "taxes"'))
    with pytest.raises(Invalid) as wrong:
        await load(session, mapping=mapping)
    assert [fault.field for fault in wrong.value.faults] == ["defaults.topic"]
    assert "access_to_information" in str(wrong.value)


async def test_a_request_of_an_unknown_topic_cannot_be_stored(database: Database) -> None:
    async with database.transaction() as session:
        row = await make.request(session, (await make.member(session)).person, NOW)
        row.topic = "nothing"
        with pytest.raises(IntegrityError):
            await session.flush()
        await session.rollback()


async def test_what_administrators_changed_stays_when_topics_are_loaded_again(
    database: Database, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    await client.put("/api/topics/other", json={"name_km": "ដទៃ", "name_en": "Anything", "place": 1})
    async with database.transaction() as session:
        await load_topics(session)
    assert (await client.get("/api/topics")).json()[0]["name_en"] == "Anything"


def test_the_command_line_lists_adds_and_retires(database_url: str) -> None:
    added = commands.rti(
        database_url, "topic", "add", "parks", "--name-km", "សួន", "--name-en", "Parks", "--place", "7"
    )
    assert added.stdout.split("\t")[:2] == ["parks", "Parks"], added.stderr
    assert commands.rti(database_url, "topic", "change", "parks", "--retire").returncode == 0
    assert commands.rti(database_url, "topic", "list").stdout.startswith("parks\tParks\tសួន\t7\tretired\n")
    assert "no topic with the code lawns" in commands.rti(database_url, "topic", "change", "lawns").stderr


def test_a_release_of_when_topics_had_no_names_of_their_own_shows_them_all_the_same() -> None:
    name = _name(Dimension.TOPIC, "land", None)
    assert (name.en, name.km) == ("Land", "ដីធ្លី")
    assert _name(Dimension.TOPIC, "gone", None) == "gone"
