"""The administrator's list of people, and what people set for themselves."""

import httpx
import pytest
from sqlalchemy import func, select, update

from rti.core.db import Database
from rti.core.pagination import PAGE_SIZE, page_of
from rti.core.roles import INVITING, Role
from rti.models.accounts import PersonRow, SignInRow
from rti.models.cbos import CboRow
from tests import make
from tests.conftest import NOW, SignIn

STAFF = {"email": "New.Person@Example.org", "role": "staff", "language": "en"}
NEW = "another long password"


async def _token(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await client.post("/api/sessions", json={"email": email, "password": password})


async def test_a_member_belongs_to_an_organisation_and_nobody_else_does(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        cbo = str((await make.cbo(session, NOW)).id)
    member = {**STAFF, "role": "cbo_member"}
    for wrong in (
        member,
        {**STAFF, "cbo_id": cbo},
        {**member, "cbo_id": "01a20858-0000-76bc-adaa-000000000000"},
    ):
        answer = await client.post("/api/people", json=wrong)
        assert (answer.status_code, answer.json()["faults"][0]["field"]) == (422, "cbo_id")
    added = (await client.post("/api/people", json={**member, "cbo_id": cbo})).json()
    assert added["person"]["cbo_id"] == cbo


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a\x00@example.org"}, "email"),
        ({"email": "x" * 300 + "@example.org"}, "email"),
        ({"role": "king"}, "role"),
        ({"language": "fr"}, "language"),
        ({"password_hash": "x"}, "password_hash"),
    ],
)
async def test_a_wrong_person_is_told_by_its_field_and_not_stored(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, wrong: dict[str, str], field: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    answer = await client.post("/api/people", json={**STAFF, **wrong})
    assert (answer.status_code, [fault["field"] for fault in answer.json()["faults"]]) == (422, [field])
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(PersonRow)) == 1


async def test_an_address_has_one_account(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    assert (await client.post("/api/people", json=STAFF)).status_code == 201
    again = await make.post_form(client, "/people", {**STAFF, "email": "NEW.person@example.org"})
    assert again.status_code == 422
    assert "There is already an account with this email address" in again.text


async def test_disabling_ends_every_session_at_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    token = (await _token(client, member.email, member.password)).json()["token"]
    await sign_in(Role.ADMINISTRATOR)
    address = f"/people/{member.person.id}/disable"
    assert (await make.post_form(client, address, {}, page="/people")).status_code == 303
    answer = await client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert (await _token(client, member.email, member.password)).status_code == 422
    async with database.transaction() as session:
        ended = select(func.count()).where(SignInRow.person_id == member.person.id)
        assert await session.scalar(ended) == 0


async def test_nobody_disables_their_own_account(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    me = await sign_in(Role.ADMINISTRATOR)
    answer = await make.post_form(client, f"/people/{me.person.id}/disable", {}, page="/people")
    assert answer.status_code == 422
    assert "ask another administrator" in answer.text
    assert (await client.get("/people")).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role not in INVITING])
async def test_only_those_who_invite_see_people(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role
) -> None:
    me = await sign_in(role)
    assert (await client.get("/people")).status_code == 403
    assert (await client.get("/api/people")).status_code == 403
    assert (await client.post("/api/people", json=STAFF)).status_code == 403
    assert (await client.post(f"/api/people/{me.person.id}/disable")).status_code == 403


async def test_another_role_comes_with_or_without_an_organisation(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        member = await make.member(session)
    page = f"/people/{member.person.id}"
    wrong = {"role": "staff", "cbo_id": str(member.person.cbo_id)}
    refused = await make.post_form(client, f"{page}/role", wrong, page=page)
    assert refused.status_code == 422
    assert "Leave this empty" in refused.text
    assert (await make.post_form(client, f"{page}/role", {"role": "staff"}, page=page)).status_code == 303
    changed = next(
        each for each in (await client.get("/api/people")).json()["people"] if each["email"] == member.email
    )
    assert (changed["role"], changed["cbo_id"]) == ("staff", None)


async def test_people_choose_their_language_and_their_reminders(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get("/api/me")).json()["wants_reminders"] is True
    answer = await make.post_form(client, "/me", {"language": "km"})
    assert answer.status_code == 303
    me = (await client.get("/api/me")).json()
    assert (me["language"], me["wants_reminders"]) == ("km", False)
    assert 'lang="km"' in (await client.get("/me")).text
    assert (await make.post_form(client, "/me", {"language": "xx"})).status_code == 422


async def test_a_changed_password_ends_the_other_sessions(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    me = await sign_in(Role.CBO_MEMBER)
    other = (await _token(client, me.email, me.password)).json()["token"]
    form = {"old_password": me.password, "new_password": NEW}
    assert (await make.post_form(client, "/me/password", form, page="/me")).status_code == 303
    assert (await client.get("/me")).status_code == 200
    assert (await client.get("/api/me", headers={"Authorization": f"Bearer {other}"})).status_code == 401
    assert (await _token(client, me.email, me.password)).status_code == 422
    assert (await _token(client, me.email, NEW)).status_code == 201


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("not it, but long enough", NEW, "The password is wrong"),
        (make.PASSWORD, "short", "Enter 15 to 256 characters"),
        (make.PASSWORD, "x" * 257, "Enter 15 to 256 characters"),
        (make.PASSWORD, make.PASSWORD, "differs from the current one"),
        (make.PASSWORD, "password password", "easy to guess"),
        ("", NEW, "This is required"),
    ],
)
async def test_a_wrong_change_of_password_changes_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, old: str, new: str, message: str
) -> None:
    me = await sign_in(Role.CBO_LEAD)
    form = {"old_password": old, "new_password": new}
    answer = await make.post_form(client, "/me/password", form, page="/me")
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{new}"' not in answer.text
    assert (await _token(client, me.email, me.password)).status_code == 201


async def test_people_choose_what_they_are_told_how_and_when(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    chosen = {"language": "km", "wants_digest": "1", "wants_detail": "1", "hours_from": "9", "hours_to": "17"}
    assert (await make.post_form(client, "/me", chosen)).status_code == 303
    async with database.transaction() as session:
        row = await session.get_one(PersonRow, member.person.id)
    assert (row.wants_reminders, row.wants_digest, row.wants_detail) == (False, True, True)
    assert (row.language, row.hours_from, row.hours_to) == ("km", 9, 17)
    view = (await client.get("/api/me")).json()
    assert (view["wants_digest"], view["hours_to"]) == (True, 17)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (("9", "9"), "hours_to"),
        (("20", "7"), "hours_to"),
        (("7", "25"), "hours_to"),
        (("-1", "7"), "hours_from"),
    ],
)
async def test_hours_that_cannot_be_are_refused_at_their_field(
    client: httpx.AsyncClient, sign_in: SignIn, hours: tuple[str, str], field: str
) -> None:
    await sign_in(Role.STAFF)
    wrong = {"language": "en", "hours_from": hours[0], "hours_to": hours[1]}
    answer = await make.post_form(client, "/me", wrong)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text


async def test_a_lead_switches_every_outgoing_message_of_the_organisation_off_and_on(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)

    async def sends() -> bool:
        async with database.transaction() as session:
            return (await session.get_one(CboRow, lead.person.cbo_id)).sends_messages

    await make.post_form(client, "/me/organisation", {}, page="/me")
    assert not await sends()
    assert "are switched off" in (await client.get("/me")).text
    await make.post_form(client, "/me/organisation", {"sends_messages": "1"}, page="/me")
    assert await sends()
    assert (await client.put("/api/me/organisation", json={"sends_messages": False})).status_code == 200
    assert (await client.get("/api/me/organisation")).json() == {"sends_messages": False}


async def test_a_member_cannot_silence_the_organisation(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    assert "Messages of the organisation" not in (await client.get("/me")).text
    assert (await client.put("/api/me/organisation", json={"sends_messages": False})).status_code == 403


async def test_people_come_a_page_at_a_time_and_each_once(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """Those who can sign in first, then those who were disabled."""
    me = await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        others = [await make.member(session, of=cbo) for _ in range(60)]
        gone = [each.person.id for each in others[:30]]
        await session.execute(update(PersonRow).where(PersonRow.id.in_(gone)).values(disabled_at=NOW))
    seen, after = [], ""
    while after is not None:
        found = (await client.get("/api/people", params={"after": after})).json()
        assert len(found["people"]) <= PAGE_SIZE
        seen, after = [*seen, *found["people"]], found["next"]
    emails = [each["email"] for each in seen]
    assert sorted(emails) == sorted([me.email, *(each.email for each in others)])
    assert [bool(each["disabled_at"]) for each in seen] == [False] * 31 + [True] * 30
    page = (await client.get("/people")).text
    of_cbo = [each for each in seen[:PAGE_SIZE] if each["email"] != me.email]
    assert (page.count(cbo.name_en), "Next page" in page) == (len(of_cbo), True)
    for lost in ("x", page_of([me], 0, lambda _: [str(cbo.id)]).next):
        assert (await client.get("/people", params={"after": lost})).status_code == 422
    (found,) = (await client.get("/api/people", params={"q": others[40].email.upper()})).json()["people"]
    assert found["email"] == others[40].email
    assert "No people found." in (await client.get("/people?q=%25")).text
