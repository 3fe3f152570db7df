"""Organisations are added one by one, corrected, and taken from a file that can be downloaded."""

import csv
from io import StringIO

import httpx
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.cbos import CboRow
from tests import make
from tests.conftest import NOW, SignIn

GIVEN = {"code": "LOTUS", "name_km": "ផ្កាឈូក", "name_en": "Lotus", "area_code": "08"}


async def test_an_organisation_is_added_and_corrected_in_the_pages_and_by_json(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    added = await make.post_form(client, "/cbos/new", GIVEN)
    assert added.status_code == 303, added.text
    again = await make.post_form(client, "/cbos/new", GIVEN)
    assert again.status_code == 422
    assert "already an organisation with the code LOTUS" in again.text
    assert "ផ្កាឈូក" in again.text, "what was typed is still there"
    nowhere = await make.post_form(client, "/cbos/new", {**GIVEN, "code": "OTHER", "area_code": "99"})
    assert "There is no area with this code" in nowhere.text
    address = added.headers["location"]
    assert (
        await make.post_form(client, f"{address}/edit", {**GIVEN, "name_en": "Lotus net"})
    ).status_code == 303
    by_json = await client.put(f"/api{address}", json={**GIVEN, "name_en": "Lotus network"})
    assert by_json.json()["name_en"] == "Lotus network"
    made = await client.post("/api/cbos", json={**GIVEN, "code": "REED"})
    assert made.status_code == 201, made.text
    found = (await client.get("/api/search", params={"q": "ផ្កាឈូក network"})).json()["cbos"]
    assert [each["code"] for each in found] == ["LOTUS"]


async def test_a_locked_organisation_is_not_there_to_be_changed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        row = await make.cbo(session, NOW)
        row.locked_at = NOW
    assert (await client.put(f"/api/cbos/{row.id}", json=GIVEN)).status_code == 404
    shown = (await client.get(f"/cbos/{row.id}/edit")).text
    assert row.name_en not in shown
    async with database.transaction() as session:
        kept = await session.scalar(select(CboRow.name_en).where(CboRow.id == row.id))
    assert kept == row.name_en


async def test_a_file_to_fill_in_names_all_columns(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    assert "/imports/template/cbos" in (await client.get("/imports")).text
    answer = await client.get("/imports/template/cbos")
    assert "cbos.csv" in answer.headers["content-disposition"]
    (header,) = csv.reader(StringIO(answer.text.lstrip("\ufeff")))
    assert header == ["code", "name_km", "name_en", "area_code", "kind", "mapped", "target"]
    assert (await client.get("/imports/template/people")).status_code == 404
