"""Nobody holds a connection while waiting for another of the same login: in all tests each login has one."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest
from litestar.datastructures import State
from sqlalchemy import event, text

from rti.core import embedded_postgres, keyring
from rti.core.connections import LEFT_FREE, Connections
from rti.core.db import Database
from rti.core.db_roles import SCHEDULER, WEB, Login
from rti.core.errors import NotReady
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.health import examine
from rti.models.accounts import PersonRow
from rti.readiness import require_ready
from rti.upgrade import migrate
from rti.web.app import create_app
from tests import make
from tests.commands import KEY_FILE, SECRET
from tests.conftest import NOW, SignIn

AT_ONCE = 12


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
    assert reading._pool_size == 1, "and so it is in every test"
    async with database.transaction() as session:
        member = await make.member(session)
    async with reading.transaction(member.person.id):
        assert reading.engine.pool.checkedout() == 0


async def test_who_waits_too_long_for_the_lock_of_another_is_told_to_try_again(
    client: httpx.AsyncClient, database: Database, database_url: str, sign_in: SignIn
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    app = client._transport.app  # type: ignore[attr-defined]
    app.state.database = Database(database_url, SECRET, limits={"lock_timeout": "100ms"})
    async with database.transaction() as session:
        await session.get_one(PersonRow, member.person.id, with_for_update=True)
        waiting = await client.put("/api/me", json={"language": "km"})
    assert waiting.status_code == 503, waiting.text
    await app.state.database.close()


async def test_connections_of_a_web_server_wait_for_a_bounded_time(settings: Settings) -> None:
    app = create_app(settings)
    async with app.state.database.under(Login.CBO).transaction() as session:
        for setting, value in (("lock_timeout", "5s"), ("statement_timeout", "1min")):
            assert await session.scalar(text(f"SHOW {setting}")) == value
    await app.state.database.close()


async def test_connections_are_opened_once_and_no_more_of_them_than_are_allowed(database_url: str) -> None:
    database = Database(database_url, SECRET, pool_size=4)
    together, opened = asyncio.Barrier(4), []
    event.listen(database.engine.sync_engine, "connect", lambda connection, _: opened.append(connection))

    async def used() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            await together.wait()

    for _ in range(3):
        await asyncio.gather(*(used() for _ in range(8)))
    assert len(opened) == 4
    await database.close()


def test_two_web_servers_and_a_scheduler_fit_into_a_postgresql_as_it_comes() -> None:
    each = Settings().connections
    web, scheduler = each * len(WEB), each // 2 * len(SCHEDULER)
    room = 100 - 3 - LEFT_FREE
    assert Connections(room, used=0, others=web + scheduler, own=web).suffice
    assert not Connections(room, used=0, others=2 * web + scheduler, own=web).suffice
    assert not Connections(room, used=room + 1, others=0, own=web).suffice


async def test_a_server_that_would_use_up_the_connections_does_not_start_and_health_tells_of_one_that_does(
    data_dir: Path,
) -> None:
    with embedded_postgres.server(data_dir / "postgres", keep=False) as running:
        running.psql("CREATE DATABASE rti")
        url = embedded_postgres.url_of(running, "rti")
        ring = keyring.read(KEY_FILE)
        database = Database(url, SECRET, 4, ring, logins=WEB)
        await migrate(database, NOW)
        await require_ready(database)
        state = State({"database": database, "settings": Settings(database_url=url, secret=SECRET)})
        assert (await examine(state.settings, state.database, NOW)).database.well
        plain = url.replace("+asyncpg", "").replace("//postgres@", f"//{Login.AUTH}@")
        other = await asyncpg.connect(plain, server_settings={"application_name": "rti 64 0123abcd"})
        with pytest.raises(NotReady, match="may open 32 connections to PostgreSQL and others that run 64"):
            await require_ready(database)
        assert not (await examine(state.settings, state.database, NOW)).database.well
        await other.close()
        await database.close()
