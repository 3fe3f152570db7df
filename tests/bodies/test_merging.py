"""Public bodies are renamed, closed and merged, and files that use an earlier name or code still find them."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.imports.mapping import read_mapping
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow
from tests import make
from tests.commands import rti
from tests.conftest import NOW, TODAY, SignIn
from tests.imports.files import load, load_fixed, reasons

ONE, TWO = "KH-010201", "KH-010202"
NEW = {"code": "KH-NEW", "name_km": "ឈ្មោះថ្មី", "name_en": "New name", "renamed_on": "2026-11-01"}
BY_NAME = b"""
[columns]
body = "Office"
received_on = "Received"
[defaults]
cbo_code = "OWN"
title = "Log"
topic = "other"
[bodies]
found_by = "name"
"""


async def address_of(database: Database, code: str = ONE) -> str:
    async with database.transaction() as session:
        return f"/bodies/{(await make.body(session, code)).id}"


async def test_a_renamed_body_keeps_its_old_name_and_is_found_by_it(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    body = await address_of(database)
    async with database.transaction() as session:
        old = await make.body(session, ONE)
    answer = await make.post_form(client, f"{body}/rename", NEW, page=f"{body}/change")
    assert answer.status_code == 303, answer.text
    shown = (await client.get(body)).text
    assert "New name" in shown
    assert f"{old.name_en} ({ONE}), until 31 October 2026" in shown
    found = (await client.get("/api/bodies", params={"q": old.name_en})).json()["bodies"]
    assert "KH-NEW" in [each["code"] for each in found]
    async with database.transaction() as session:
        await make.cbo(session, NOW, "OWN")
        text = f"body_code,title,topic,received_on,cbo_code\n{ONE},Road,budget,2026-10-05,OWN\n"
        assert reasons(await load_fixed(session, text)) == {2: ""}
        by_name = f"Office,Received\n{old.name_km},2026-10-06\nNew name,2026-10-07\n"
        assert reasons(await load(session, by_name.encode(), read_mapping(BY_NAME))) == {2: "", 3: ""}
        assert {row.body_id for row in await session.scalars(select(RequestRow))} == {old.id}


async def test_a_file_of_bodies_with_an_old_code_adds_no_body_and_is_told_the_new_one(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: Any
) -> None:
    await sign_in(Role.STAFF)
    body = await address_of(database)
    assert (await client.post(f"/api{body}/rename", json=NEW)).status_code == 200
    lines = f"code,kind,name_km,name_en\n{ONE},commune_administration,ក,Old\n"
    job = (await client.post("/api/imports/bodies", content=lines.encode())).headers["location"]
    await do_jobs()
    (line,) = (await client.get(job)).json()["report"]["lines"]
    assert line["result"] == "already_there"
    assert "KH-NEW" in line["note"]
    answer = await client.post("/api/bodies", json={**NEW, "code": ONE, "kind": "other"} | {"renamed_on": ""})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"renamed_on": str(TODAY + timedelta(days=30000))}, "renamed_on"),
        ({"code": TWO}, "code"),
        ({"name_km": ""}, "name_km"),
    ],
)
async def test_a_wrong_renaming_names_the_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, wrong: dict[str, str], field: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    answer = await client.post(f"/api{await address_of(database)}/rename", json={**NEW, **wrong})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == [field]


async def test_a_closed_body_is_not_asked_any_more_but_was_until_then(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    body = await address_of(database)
    async with database.transaction() as session:
        (await make.body(session, ONE)).closed_on = date(2026, 3, 31)
    assert "closed on 31 March 2026" in (await client.get("/bodies", params={"area": "010201"})).text
    assert "was closed on 31 March 2026" in (await client.get(body)).text
    fields = {"title": "Road", "topic": "budget"}
    refused = await make.post_form(client, f"{body}/new-request", {**fields, "received_on": "2026-04-01"})
    assert refused.status_code == 422
    assert "This public body was closed on 2026-03-31" in refused.text
    taken = await make.post_form(client, f"{body}/new-request", {**fields, "received_on": "2026-03-31"})
    assert taken.status_code == 303
    async with database.transaction() as session:
        await make.cbo(session, NOW, "OWN")
        text = f"body_code,title,topic,received_on,cbo_code\n{ONE},Road,budget,2026-10-05,OWN\n"
        rejected = reasons(await load_fixed(session, text))
    assert rejected == {
        2: "body_code: This public body was closed on 2026-03-31. Choose the one that took its place"
    }


async def test_staff_close_a_body_and_open_it_again(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    body = await address_of(database)
    answer = await make.post_form(client, f"{body}/close", {"closed_on": "2026-03-31"}, page=f"{body}/change")
    assert answer.status_code == 303
    assert (await client.get(f"/api{body}")).json()["closed_on"] == "2026-03-31"
    assert (await client.post(f"/api{body}/close", json={})).json()["closed_on"] is None


async def test_a_merged_body_gives_its_requests_to_the_one_that_is_kept_and_stays_findable(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """Also requests that whoever merges may not see."""
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        member = (await make.member(session)).person
        request = await make.request(session, member, NOW, body_code=ONE)
        kept = await make.body(session, TWO)
    body = await address_of(database)
    answer = await make.post_form(client, f"{body}/merge", {"into": TWO}, page=f"{body}/change")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/bodies/{kept.id}"), answer.text
    former = (await client.get(f"/api/bodies/{kept.id}")).json()["former_names"]
    assert [each["code"] for each in former] == [ONE]
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).body_id == kept.id
        assert await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code == ONE)) is None
        await make.cbo(session, NOW, "OWN")
        text = f"body_code,title,topic,received_on,cbo_code\n{ONE},Road,budget,2026-10-05,OWN\n"
        assert reasons(await load_fixed(session, text)) == {2: ""}
        entry = await session.scalar(
            select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.BODIES_MERGED)
        )
        assert (entry.about, entry.details["code"]) == (str(kept.id), ONE)
    assert (await client.post(f"/api/bodies/{kept.id}/merge", json={"into": ONE})).status_code == 422
    assert (await client.post(f"/api/bodies/{kept.id}/merge", json={"into": "nothing"})).status_code == 422


async def test_only_who_may_edit_bodies_changes_them(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_LEAD)
    body = await address_of(database)
    assert (await client.get(f"{body}/change")).status_code == 403
    assert (await client.post(f"/api{body}/merge", json={"into": TWO})).status_code == 403
    assert f"{body}/change" not in (await client.get(body)).text


def test_the_command_line_renames_closes_and_merges(database_url: str) -> None:
    named = ("--name-km", "ថ្មី", "--name-en", "New", "--on", "2026-01-01", "--new-code", "KH-NEW")
    assert rti(database_url, "body", "rename", ONE, *named).stdout == "KH-NEW\tNew\n"
    assert rti(database_url, "body", "close", ONE, "--on", "2026-03-31").stdout == "KH-NEW\tNew\n"
    merged = rti(database_url, "body", "merge", ONE, "--into", TWO)
    assert merged.stdout.startswith(f"{TWO}\t"), merged.stderr
    assert rti(database_url, "body", "merge", ONE, "--into", TWO).returncode == 2
