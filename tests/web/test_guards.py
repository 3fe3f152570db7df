"""Where the token has to be, and what a guard lets through."""

from datetime import timedelta

import httpx
import pytest
from litestar import get
from sqlalchemy import update

from rti.core.db import Database
from rti.core.roles import ADMINISTRATION, Role, SignInState
from rti.models.accounts import SignInRow
from rti.web import guards
from tests import make
from tests.conftest import SignIn


async def test_the_api_takes_the_token_as_a_bearer_and_pages_take_it_as_a_cookie(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    bearer = await make.session_of(client, member.person, database)
    token = bearer["Authorization"].removeprefix("Bearer ")
    assert (await client.get("/me")).status_code == 200
    assert (await client.get("/api/me")).status_code == 401
    for scheme in ("Basic", "", "Bearer2"):
        headers = {"Authorization": f"{scheme} {token}"}
        assert (await client.get("/api/me", headers=headers)).status_code == 401
    client.cookies.delete("session")
    assert (await client.get("/me", headers=bearer)).headers["location"].startswith("/sign-in")
    for written in (f"Bearer {token}", f"bearer   {token} "):
        assert (await client.get("/api/me", headers={"Authorization": written})).status_code == 200


async def test_whoever_has_shown_one_factor_of_two_is_a_visitor_everywhere_else(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    bearer = await make.session_of(client, staff.person, database, complete=False)
    assert (await client.get("/api/requests", headers=bearer)).status_code == 401
    assert (await client.get("/requests")).headers["location"].startswith("/second-factor")
    shown = await client.get("/safety")
    assert staff.person.name not in shown.text
    assert 'href="/requests"' not in shown.text
    await make.session_of(client, staff.person, database)
    assert 'href="/requests"' in (await client.get("/safety")).text


async def test_the_password_is_asked_for_again_from_the_tenth_minute_on(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    me = await sign_in(Role.ADMINISTRATOR)
    invite = {"email": "new@test.example", "role": "staff"}
    for minutes, status in ((11, 403), (9, 201)):
        async with database.transaction() as session:
            shown = SignInRow.created_at - timedelta(minutes=minutes)
            await session.execute(
                update(SignInRow).where(SignInRow.person_id == me.person.id).values(proved_at=shown)
            )
        assert (await client.post("/api/people", json=invite)).status_code == status


def test_a_guard_says_whom_it_lets_in() -> None:
    assert guards.only(ADMINISTRATION).roles == ADMINISTRATION  # type: ignore[attr-defined]
    assert guards.only(ADMINISTRATION).standings == {SignInState.COMPLETE}  # type: ignore[attr-defined]
    assert guards.enrolling.standings == {SignInState.COMPLETE, SignInState.MUST_ENROL}  # type: ignore[attr-defined]
    assert guards.verifying.standings == {SignInState.MUST_PROVE}  # type: ignore[attr-defined]


@pytest.mark.parametrize("declared", [None, [], [guards.interactive_only], [guards.recently_authenticated]])
def test_the_application_does_not_start_with_a_route_that_says_not_for_whom_it_is(declared) -> None:
    @get("/", guards=declared)
    async def forgotten() -> None: ...

    with pytest.raises(RuntimeError, match="does not say who may use it"):
        guards.require_declared_guards([forgotten])


@pytest.mark.parametrize("declared", [guards.open_to_all, guards.signed_in])
def test_a_route_that_says_for_whom_it_is_may_have_other_guards_beside(declared) -> None:
    @get("/", guards=[declared, guards.interactive_only])
    async def explanation() -> None: ...

    guards.require_declared_guards([explanation])
