"""`rti account`, the way to the first administrator and back in for whoever lost it."""

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.accounts import PersonRow
from tests import make
from tests.commands import rti

SET = {"name": "First", "password": "seven green umbrellas"}


async def _accept(client: httpx.AsyncClient, printed: str) -> None:
    token = printed.strip().partition("/invitation?token=")[2]
    form = {**SET, "token": token}
    answer = await make.post_form(client, "/invitation", form, page=f"/invitation?token={token}")
    assert answer.status_code == 303, answer.text


async def test_the_first_administrator_signs_in_after_following_the_printed_link(
    client: httpx.AsyncClient, database_url: str
) -> None:
    invited = rti(database_url, "account", "invite", "First@Example.org", "--role", "administrator")
    assert invited.returncode == 0, invited.stderr
    await _accept(client, invited.stdout)
    form = {"email": "first@example.org", "password": SET["password"]}
    await make.post_form(client, "/sign-in", form)
    assert (await client.get("/people")).headers["location"] == "/me/factors"


@pytest.mark.parametrize(
    ("base", "begins", "message"),
    [
        ("https://rti.example.org", "https://rti.example.org/invitation?token=", ""),
        (
            "",
            "http://127.0.0.1:8000/invitation?token=",
            "RTI_BASE_URL is not set, so this opens on this machine only: http://127.0.0.1:8000\n",
        ),
    ],
)
def test_the_printed_link_begins_with_the_address_of_the_installation(
    database_url: str, base: str, begins: str, message: str
) -> None:
    invited = rti(
        database_url, "account", "invite", "a@example.org", "--role", "administrator", RTI_BASE_URL=base
    )
    assert invited.stdout.startswith(begins)
    assert invited.stderr == message


async def test_an_administrator_who_lost_everything_gets_back_in(
    client: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        admin = await make.member(session, Role.ADMINISTRATOR)
    reset = rti(database_url, "account", "reset", admin.email, "--factors")
    assert reset.returncode == 0, reset.stderr
    assert (await client.post("/api/sessions", json=admin.given)).status_code == 422
    await _accept(client, reset.stdout)
    form = {"email": admin.email, "password": SET["password"]}
    await make.post_form(client, "/sign-in", form)
    assert (await client.get("/people")).headers["location"] == "/me/factors"


async def test_a_disabled_account_is_shut(
    client: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await make.sign_in(client, member)
    assert rti(database_url, "account", "disable", member.email.upper()).returncode == 0
    assert (await client.get("/api/me")).status_code == 401
    assert rti(database_url, "account", "reset", member.email).returncode == 2
    assert rti(database_url, "account", "disable", "nobody@example.org").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-address", "--role", "staff"], "email"),
        (["a@example.org", "--role", "king"], "role"),
        (["a@example.org", "--role", "cbo_member"], "cbo_id"),
        (["a@example.org", "--role", "cbo_member", "--cbo", "NONE"], "NONE"),
    ],
)
async def test_a_wrong_account_is_told_and_none_is_made(
    database: Database, database_url: str, arguments: list[str], message: str
) -> None:
    refused = rti(database_url, "account", "invite", *arguments)
    assert refused.returncode == 2
    assert message in refused.stderr
    async with database.transaction() as session:
        assert await session.scalar(select(PersonRow.id)) is None
