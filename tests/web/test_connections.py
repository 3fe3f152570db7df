"""Nobody holds a connection while waiting for another of the same login: in all tests each login has one."""

import asyncio

import httpx
import pytest

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from tests import make
from tests.conftest import SignIn

AT_ONCE = 12


@pytest.fixture(autouse=True)
def _one_connection(database: Database) -> None:
    assert database._pool_size == 1


@pytest.fixture
async def people(client: httpx.AsyncClient, database: Database) -> list[tuple[make.Member, dict[str, str]]]:
    """As many as come at once, each with what signs them in."""
    async with database.transaction() as session:
        members = [await make.member(session, Role.CBO_MEMBER) for _ in range(AT_ONCE)]
    return [(member, await make.session_of(client, member.person, database)) for member in members]


async def test_people_who_confirm_their_password_in_the_same_second_wait_for_nobody(
    client: httpx.AsyncClient, people: list[tuple[make.Member, dict[str, str]]]
) -> None:
    confirmed = await asyncio.gather(
        *(
            client.post("/api/sessions/proof", headers=headers, json={"password": member.password})
            for member, headers in people
        )
    )
    assert {answer.status_code for answer in confirmed} == {204}
    changed = await asyncio.gather(
        *(
            client.put(
                "/api/me/password",
                headers=headers,
                json={"old_password": member.password, "new_password": "seven green umbrellas"},
            )
            for member, headers in people
        )
    )
    assert {answer.status_code for answer in changed} == {200}


async def test_people_who_sign_in_in_the_same_second_wait_for_nobody(
    client: httpx.AsyncClient, people: list[tuple[make.Member, dict[str, str]]]
) -> None:
    opened = await asyncio.gather(*(client.post("/api/sessions", json=member.given) for member, _ in people))
    assert {answer.status_code for answer in opened} == {201}


async def test_a_form_that_asks_for_the_password_again_needs_one_connection(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    member = await sign_in(Role.CBO_LEAD)
    form = {"name": "own", "scope": "read", "confirm_password": member.password}
    assert (await make.post_form(client, "/me/tokens", form, page="/me")).status_code == 200


async def test_a_code_for_a_channel_needs_one_connection(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    form = {"channel": "email", "address": "another@test.example"}
    assert (await make.post_form(client, "/me/channel", form)).status_code == 303


async def test_a_transaction_takes_no_connection_before_it_needs_one(database: Database) -> None:
    reading = database.under(Login.CBO)
    async with database.transaction() as session:
        member = await make.member(session)
    async with reading.transaction(member.person.id):
        assert reading.engine.pool.checkedout() == 0
