"""Sessions: how they open, and by what they end."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from rti.accounts import sessions, sign_in
from rti.accounts.passwords import token_hash
from rti.core.db import Database
from rti.core.errors import Invalid, NotFound
from rti.core.roles import Person, Role, SignInState, TokenScope
from rti.core.settings import Settings
from rti.models.accounts import ApiTokenRow, PersonRow, SignInRow
from tests import make
from tests.conftest import NOW, SignIn, visiting


async def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        invited = await make.member(session)
        (await session.get_one(PersonRow, invited.person.id)).password_hash = None
    values = []
    for email, password in (
        (member.email, "wrong"),
        ("nobody@test.example", member.password),
        (invited.email, member.password),
        ("", ""),
    ):
        with pytest.raises(Invalid) as refused:
            await sign_in.sign_in(database, email, password, NOW)
        values.append((type(refused.value), str(refused.value)))
    assert len(set(values)) == 1


async def test_only_the_hash_of_a_token_is_stored(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    opened = await sign_in.sign_in(database, member.email.upper(), member.password, NOW)
    async with database.transaction() as session:
        stored = (await session.scalars(select(SignInRow.token_hash))).one()
    assert opened.token.encode() not in stored
    assert len(stored) == 32


async def test_a_second_factor_completes_the_session_in_which_it_was_shown_and_no_other(
    database: Database,
) -> None:
    async with database.transaction() as session:
        member = await make.member(session, Role.STAFF)
        here, elsewhere = [await sessions.open_session(session, member.person.id, NOW) for _ in range(2)]
        me = await sessions.find(session, here, NOW)
        assert me
        complete = await sessions.complete(session, me, NOW)
        found = [await sessions.find(session, token, NOW) for token in (complete, here, elsewhere)]
    assert [each and each.second_factor for each in found] == [True, None, False]


async def test_a_session_ends_after_thirty_idle_minutes_and_twelve_hours(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        token = await sessions.open_session(session, member.person.id, NOW)

        async def live(after: timedelta) -> bool:
            return await sessions.find(session, token, NOW + after) is not None

        assert await live(timedelta(minutes=29))
        assert await live(timedelta(minutes=58))
        assert not await live(timedelta(minutes=88))
        await session.execute(update(SignInRow).values(last_seen_at=NOW + timedelta(hours=12)))
        assert await live(timedelta(hours=11, minutes=59))
        assert not await live(timedelta(hours=12))


async def test_a_token_for_a_program_ends_at_its_moment(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        session.add(
            ApiTokenRow(
                token_hash=token_hash("rti_own"),
                person_id=member.person.id,
                name="report",
                scope=TokenScope.READ,
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
        )
        await session.flush()
        moments = (timedelta(hours=23, minutes=59), timedelta(days=1))
        live = [await sessions.find(session, "rti_own", NOW + after) for after in moments]
    assert [found is not None for found in live] == [True, False]


async def test_being_seen_is_noted_once_a_minute_and_not_at_every_request(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        token = await sessions.open_session(session, member.person.id, NOW)
        for after, noted in ((60, 0), (61, 61), (100, 61)):
            await sessions.find(session, token, NOW + timedelta(seconds=after))
            seen = await session.scalar(select(SignInRow.last_seen_at))
            assert seen == NOW + timedelta(seconds=noted)


async def test_the_list_shows_the_live_sessions_of_one_person_the_last_seen_first(database: Database) -> None:
    async with database.transaction() as session:
        mine, other = (await make.member(session)).person, (await make.member(session)).person
        for person, minutes in ((mine, 40), (mine, 20), (mine, 5), (other, 1)):
            await sessions.open_session(session, person.id, NOW - timedelta(minutes=minutes))
        found = await sessions.sessions_of(session, mine.id, NOW)
        assert [NOW - each.last_seen_at for each in found] == [timedelta(minutes=5), timedelta(minutes=20)]


async def test_nobody_ends_a_session_of_somebody_else(database: Database) -> None:
    async with database.transaction() as session:
        mine, other = (await make.member(session)).person, (await make.member(session)).person
        await sessions.open_session(session, other.id, NOW)
        (theirs,) = await sessions.sessions_of(session, other.id, NOW)
        with pytest.raises(NotFound):
            await sessions.end(session, mine, theirs.id, NOW)
        assert await sessions.sessions_of(session, other.id, NOW)


@pytest.mark.parametrize(("seconds", "holds"), [(0, True), (599, True), (600, False)])
def test_a_password_that_was_shown_counts_for_ten_minutes(seconds: int, holds: bool) -> None:
    person = Person(id=UUID(int=1), name="Sok Dara", role=Role.STAFF, cbo_id=None, language="km")
    me = sessions.SignedIn(person, "token", UUID(int=2), SignInState.COMPLETE, proved_at=NOW)
    assert me.recently_authenticated(NOW + timedelta(seconds=seconds)) is holds
    assert not replace(me, proved_at=None).recently_authenticated(NOW)


async def _signed_out(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    await make.post_form(mine, "/sign-out", {}, page="/me")


async def _left(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    await make.post_form(mine, "/exit", {}, page="/me")


async def _disabled(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    assert (await admin.post(f"/api/people/{member.person.id}/disable")).status_code == 200


async def _sent_away(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    assert (await admin.post(f"/api/people/{member.person.id}/sign-out")).status_code == 200


async def _another_role(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    changed = await admin.put(f"/api/people/{member.person.id}/role", json={"role": "working_group"})
    assert changed.status_code == 200


async def _reset(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    assert (await admin.post(f"/api/people/{member.person.id}/reset", json={})).status_code == 200


async def _factor_reset(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    reset = await admin.post(f"/api/people/{member.person.id}/reset", json={"factors": True})
    assert reset.status_code == 200


async def _organisation_locked(
    admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient
) -> None:
    locked = await admin.post(f"/api/cbos/{member.person.cbo_id}/lock", json={"sure": True})
    assert locked.status_code < 300, locked.text


async def _password_changed(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    form = {"old_password": member.password, "new_password": "seven green umbrellas"}
    changed = await make.post_form(mine, "/me/password", form, page="/me")
    assert changed.status_code == 303, changed.text
    assert (await mine.get("/me")).status_code == 200


async def _email_changed(admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient) -> None:
    changed = await make.post_form(mine, "/me/email", {"email": "another@test.example"}, page="/me")
    assert changed.status_code == 303, changed.text
    assert (await mine.get("/me")).status_code == 200


async def _ended_from_the_list(
    admin: httpx.AsyncClient, member: make.Member, mine: httpx.AsyncClient
) -> None:
    for each in (await mine.get("/api/me/sessions")).json():
        await mine.delete(f"/api/me/sessions/{each['id']}")


EVENTS = (
    *(_signed_out, _left, _disabled, _sent_away, _another_role, _reset, _factor_reset, _organisation_locked),
    *(_password_changed, _email_changed, _ended_from_the_list),
)
Event = Callable[[httpx.AsyncClient, make.Member, httpx.AsyncClient], Awaitable[None]]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__.strip("_"))
async def test_whatever_ends_a_session_ends_it_before_the_next_request(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, event: Event
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        member = await make.member(session)
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url) as mine:
        bearer = await make.session_of(mine, member.person, database)
        mine.headers.update(bearer)
        before = mine.cookies["session"]
        assert (await mine.get("/me")).status_code == 200
        await event(client, member, mine)
        mine.cookies.delete("session")
        mine.cookies.set("session", before)
        assert (await mine.get("/me")).headers["location"].startswith("/sign-in")
        assert (await mine.get("/api/me", headers=bearer)).status_code == 401


async def test_a_session_that_was_ended_meanwhile_does_not_come_back_to_life(database: Database) -> None:
    """Showing the password or the second factor needs the row that is gone."""
    async with database.transaction() as session:
        member = await make.member(session, Role.STAFF)
        token = await sessions.open_session(session, member.person.id, NOW)
    async with database.transaction() as session:
        me = await sessions.find(session, token, NOW)
        assert me
        await sessions.end_all(session, member.person.id)
    await sign_in.confirm_password(database, me, member.password, NOW)
    with pytest.raises(NotFound):
        await sign_in.verify_code(database, me, member.codes[0], NOW)
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(SignInRow)) == 0


async def test_signing_in_gives_a_new_token_whatever_the_browser_brought(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    client.cookies.set("session", "planted")
    await make.post_form(client, "/sign-in", member.given)
    client.cookies.delete("session")
    client.cookies.set("session", "planted")
    assert (await client.get("/me")).headers["location"].startswith("/sign-in")


async def test_signing_out_clears_what_the_browser_kept_but_knows_the_device(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await make.sign_in(client, member)
    assert client.cookies.get("device")
    answer = await make.post_form(client, "/sign-out", {}, page="/")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert not client.cookies.get("session")
    assert not client.cookies.get("csrf")
    assert client.cookies.get("device")


async def test_leaving_ends_the_session_forgets_everything_and_shows_another_site(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await make.sign_in(client, member)
    answer = await make.post_form(client, "/exit", {}, page="/requests")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["refresh"] == "0; url=https://www.google.com"
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert not client.cookies


async def test_who_goes_back_before_the_server_has_heard_of_a_quick_exit_is_not_let_in(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await make.sign_in(client, member)
    token = client.cookies["session"]
    client.cookies.set("left", "1")
    assert (await client.get("/requests")).headers["location"].startswith("/sign-in")
    await make.post_form(client, "/exit", {}, page="/sign-in")
    for name, value in (("session", token), ("left", "1")):
        client.cookies.clear()
        client.cookies.set(name, value)
        assert (await client.get("/requests")).is_redirect, name
    answer = await make.post_form(client, "/sign-in", member.given)
    gone = [each for each in answer.headers.get_list("set-cookie") if each.startswith("left=")]
    assert len(gone) == 1
    assert "Max-Age=0" in gone[0]


@pytest.mark.parametrize("address", ["http://127.0.0.1", "https://rti.example.org"])
async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    settings: Settings, database: Database, address: str
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    async with visiting(replace(settings, base_url=address)) as visitor:
        answer = await make.post_form(visitor, "/sign-in", member.given)
        shown = await visitor.get("/me")
    secure = address.startswith("https")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert cookie.startswith("__Host-") == secure
        assert ("Secure" in cookie) == secure
    assert shown.status_code == 200
    assert ("strict-transport-security" in shown.headers) == secure
