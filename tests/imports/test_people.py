"""Many people are invited out of a file: all of its lines or none."""

import re

import httpx
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.accounts import PersonRow
from tests import make
from tests.conftest import NOW, SignIn

FILE = "Email,ROLE,cbo_code,language\nsok@test.example,cbo_lead,REED,km\nann@test.example,staff,,en\n"


async def _send(client: httpx.AsyncClient, content: str) -> httpx.Response:
    named = {"file": ("people.csv", content.encode())}
    return await make.post_form(client, "/people/invite", {"confirm_password": make.PASSWORD}, files=named)


async def test_everybody_in_a_file_is_invited_and_gets_a_link_of_their_own(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        await make.cbo(session, NOW, code="REED")
    header = (await client.get("/people/invite/template")).text
    assert header.strip("\ufeff\r\n") == "email,role,cbo_code,language"
    answer = await _send(client, FILE)
    assert answer.status_code == 200, answer.text
    assert len(set(re.findall(r"/invitation\?token=[\w-]+", answer.text))) == 2
    assert "sok@test.example" in (await client.get("/people")).text


async def test_a_file_with_one_wrong_line_invites_nobody_and_says_which(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        before = await session.scalar(select(func.count()).select_from(PersonRow))
    answer = await _send(client, FILE + "nobody,staff,,en\n")
    assert answer.status_code == 422
    assert "There is no organisation with the code REED" in answer.text
    assert "Line 4, email" in answer.text
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(PersonRow)) == before
    assert "This file lists no people" in (await _send(client, "email,role\n")).text
