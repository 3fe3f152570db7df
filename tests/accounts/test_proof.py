"""The password once more, the list of sessions, and tokens for programs."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select, update

from rti.accounts import mfa
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.wallclock import now
from rti.models.accounts import (
    ApiTokenRow,
    InvitationRow,
    PasskeyRow,
    PersonRow,
    RecoveryCodeRow,
    SignInRow,
    TotpRow,
)
from rti.models.requests import IdentityOpeningRow
from tests import make
from tests.conftest import NOW, SignIn

LONG_AGO = timedelta(minutes=11)
ASKING = {
    "/people": {"email": "a@example.org", "role": "staff"},
    "/people/{id}/reset": {"factors": "1"},
    "/people/{id}/role": {"role": "staff"},
    "/me/email": {"email": "new@example.org"},
    "/me/tokens": {"name": "report", "scope": "read", "days": "30"},
    "/me/factors/codes": {},
    "/me/factors/app": {"made": "00", "code": "000000"},
    "/me/factors/app/remove": {},
    "/me/factors/passkeys": {"name": "x", "answer": "{}"},
    "/me/factors/passkeys/{id}/remove": {},
}
"""Forms that ask for the password once more, with what they are sent."""


async def _accounts(database: Database) -> list[list[str]]:
    """Everything that says who can sign in and how."""
    kinds = (PersonRow, InvitationRow, ApiTokenRow, TotpRow, PasskeyRow, RecoveryCodeRow)
    async with database.transaction() as session:
        return [
            sorted(str(tuple(row)) for row in await session.execute(select(*kind.__table__.columns)))
            for kind in kinds
        ]


@pytest.mark.parametrize("address", ASKING)
async def test_what_changes_how_one_signs_in_asks_for_the_password_after_ten_minutes(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, address: str
) -> None:
    me = await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        other = await make.member(session)
        await session.execute(update(SignInRow).values(proved_at=SignInRow.proved_at - LONG_AGO))
        keys = (await mfa.enrolled(session, me.person.id)).passkeys
    before = await _accounts(database)
    path = address.format(id=keys[0].id if "passkeys" in address else other.person.id)
    page = "/me/factors" if "factors" in address else "/me" if "/me/" in address else "/people"
    for confirm in ({}, {"confirm_password": "a wrong guess"}):
        refused = await make.post_form(client, path, {**ASKING[address], **confirm}, page=page)
        assert refused.status_code == 422
        assert 'name="confirm_password"' in refused.text
        assert await _accounts(database) == before
    await make.post_form(client, path, {**ASKING[address], "confirm_password": me.password}, page=page)
    async with database.transaction() as session:
        proved = await session.scalar(select(func.max(SignInRow.proved_at)))
    assert proved
    assert now() - proved < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/people"),
        ("POST", "/api/people/{id}/reset"),
        ("PUT", "/api/people/{id}/role"),
        ("PUT", "/api/me/email"),
        ("POST", "/api/me/tokens"),
    ],
)
async def test_so_does_the_json_api_and_says_how(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, method: str, path: str
) -> None:
    me = await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        await session.execute(update(SignInRow).values(proved_at=SignInRow.proved_at - LONG_AGO))
    address = path.format(id=me.person.id)
    body = {"by_mail": "perhaps"}
    refused = await client.request(method, address, json=body)
    assert refused.status_code == 403
    assert "/api/sessions/proof" in refused.json()["title"]
    wrong = await client.post("/api/sessions/proof", json={"password": "a wrong guess"})
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "password")
    assert (await client.post("/api/sessions/proof", json={"password": me.password})).status_code == 204
    assert (await client.request(method, address, json=body)).status_code == 422


async def test_so_does_opening_who_asks(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    me = await sign_in(Role.STAFF)
    async with database.transaction() as session:
        filed = await make.request(session, (await make.member(session)).person, NOW)
        await session.execute(update(SignInRow).values(proved_at=SignInRow.proved_at - LONG_AGO))
    path, form = f"/requests/{filed.id}", {"purpose": "The ministry asks whether the letter was theirs"}
    assert (await client.post(f"/api{path}/identity", json=form)).status_code == 403
    refused = await make.post_form(client, f"{path}/identity", form, page=path)
    assert refused.status_code == 422
    assert "Confirm your password to do this" in refused.text
    async with database.transaction() as session:
        assert await session.scalar(select(IdentityOpeningRow.id)) is None
    form["confirm_password"] = me.password
    assert (await make.post_form(client, f"{path}/identity", form, page=path)).status_code == 200
    async with database.transaction() as session:
        assert await session.scalar(select(IdentityOpeningRow.id))


async def test_people_see_their_sessions_and_end_the_others(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await make.sign_in(client, member)
    shown = (await client.get("/me")).text
    (other,) = re.findall(r'action="(/me/sessions/[^"]+/end)"', shown)
    listed = (await client.get("/api/me/sessions")).json()
    assert [each["this"] for each in listed].count(True) == 1
    assert len(listed) == 2
    assert (await make.post_form(client, other, {}, page="/me")).status_code == 303
    assert (await client.get("/api/me")).status_code == 401
    assert (await client.get("/me")).status_code == 200


async def test_a_token_is_shown_once_acts_within_its_scope_and_ends_when_revoked(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    form = {"name": "monthly report", "scope": "read", "days": "30"}
    made = await make.post_form(client, "/me/tokens", form, page="/me")
    found = re.search(r'<code id="token">(rti_[^<]{43})</code>', made.text)
    assert found
    shown = (await client.get("/me")).text
    assert found[1] not in shown
    assert "monthly report" in shown
    bearer = {"Authorization": f"Bearer {found[1]}"}
    assert (await client.get("/api/requests", headers=bearer)).status_code == 200
    assert (await client.post("/api/requests", headers=bearer, json={})).status_code == 403
    revoke = re.search(r'action="(/me/tokens/[^"]+/revoke)"', shown)
    assert revoke
    assert (await make.post_form(client, revoke[1], {}, page="/me")).status_code == 303
    assert (await client.get("/api/requests", headers=bearer)).status_code == 401


@pytest.mark.parametrize("wrong", [{"days": "0"}, {"days": "366"}, {"scope": "all"}, {"name": ""}])
async def test_a_token_without_an_end_or_a_known_scope_is_not_made(
    client: httpx.AsyncClient, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    await sign_in(Role.STAFF)
    form = {"name": "report", "scope": "read", "days": "30", **wrong}
    refused = await make.post_form(client, "/me/tokens", form, page="/me")
    assert refused.status_code == 422
    assert (await client.get("/api/me/tokens")).json() == []


async def test_a_token_ends_on_its_day(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    made = await client.post("/api/me/tokens", json={"name": "x", "scope": "write", "days": 1})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await client.get("/api/me", headers=bearer)).status_code == 200
    async with database.transaction() as session:
        (row,) = await session.scalars(select(ApiTokenRow))
        assert row.expires_at - row.created_at == timedelta(days=1)
        row.expires_at = now()
    assert (await client.get("/api/me", headers=bearer)).status_code == 401


async def test_a_token_is_no_session_of_a_browser(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.STAFF)
    made = await client.post("/api/me/tokens", json={"name": "x", "scope": "write"})
    client.cookies.delete("session")
    client.cookies.set("session", made.json()["token"])
    assert (await client.get("/requests")).headers["location"].startswith("/sign-in")
