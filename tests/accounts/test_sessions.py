"""Signing in and out."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from rti.accounts import sessions
from rti.accounts.policy import Role
from rti.accounts.tables import PersonRow, SignInRow
from rti.db import Database
from rti.errors import Invalid
from tests import make
from tests.conftest import NOW, SignIn


async def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    told = []
    for email, password in ((member.email, "wrong"), ("nobody@test.example", member.password), ("", "")):
        with pytest.raises(Invalid) as refused:
            async with database.transaction() as session:
                await sessions.sign_in(session, email, password, NOW)
        told.append(str(refused.value))
    assert len(set(told)) == 1


async def test_only_the_hash_of_a_token_is_stored(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        token, _ = await sessions.sign_in(session, member.email.upper(), member.password, NOW)
        stored = (await session.scalars(select(SignInRow.token_hash))).one()
    assert token.encode() not in stored
    assert len(stored) == 32


async def test_a_session_ends_after_thirty_idle_minutes_and_twelve_hours(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        token, person = await sessions.sign_in(session, member.email, member.password, NOW)
        assert await sessions.find(session, token, NOW + timedelta(minutes=29)) == person
        assert await sessions.find(session, token, NOW + timedelta(minutes=58)) == person
        assert await sessions.find(session, token, NOW + timedelta(minutes=89)) is None
        await session.execute(update(SignInRow).values(last_seen_at=NOW + timedelta(hours=12)))
        assert await sessions.find(session, token, NOW + timedelta(hours=12)) is None


async def test_a_disabled_person_is_out_on_the_next_request(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    assert (await client.get("/requests")).status_code == 200
    async with database.transaction() as session:
        await session.execute(
            update(PersonRow).where(PersonRow.id == member.person.id).values(disabled_at=NOW)
        )
    assert (await client.get("/api/requests")).status_code == 401
    assert (await client.get("/requests")).headers["location"] == "/sign-in"


async def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    cookie = client.cookies["session"]
    answer = await make.post_form(client, "/sign-out", {}, page="/")
    assert "cache" in answer.headers["clear-site-data"]
    client.cookies.set("session", cookie)
    assert (await client.get("/requests")).headers["location"] == "/sign-in"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    answer = await make.post_form(client, "/sign-in", {"email": member.email, "password": member.password})
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
