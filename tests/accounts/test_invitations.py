"""Invitations and new links: single use, three days, for one account."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from notifications.dispatch import dispatch
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now
from rti.models.accounts import InvitationRow, PersonRow
from rti.models.messages import MessageKind, MessageRow, MessageState
from tests import make
from tests.conftest import SignIn, visiting
from tests.notifications.servers import Sink, smtp_server

SET = {"name": "Sokha", "password": "seven green umbrellas"}
STAFF = {"email": "New.Person@Example.org", "role": "staff", "language": "en"}


async def _token(client: httpx.AsyncClient) -> str:
    invited = await client.post("/api/people", json=STAFF)
    assert invited.status_code == 201, invited.text
    return str(invited.json()["link"]).partition("?token=")[2]


async def _accept(client: httpx.AsyncClient, token: str, **changed: str) -> httpx.Response:
    form = {**SET, "token": token, **changed}
    return await make.post_form(client, "/invitation", form, page=f"/invitation?token={token}")


async def test_whoever_was_invited_sets_name_and_password_and_then_the_second_factor(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    shown = await make.post_form(client, "/people", STAFF)
    link = re.search(r'<code id="link">[^<]*(/invitation\?token=[^<]+)</code>', shown.text)
    assert link
    assert link[1] not in (await client.get("/people")).text
    await make.post_form(client, "/exit", {}, page="/people")
    assert "new.person@example.org" in (await client.get(link[1])).text
    accepted = await _accept(client, link[1].partition("=")[2])
    assert accepted.headers["location"] == "/sign-in?set=1"
    form = {"email": "new.person@example.org", "password": SET["password"]}
    assert (await make.post_form(client, "/sign-in", form)).status_code == 303
    assert (await client.get("/requests")).headers["location"] == "/me/factors"


async def test_a_link_works_once(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    token = await _token(client)
    assert (await _accept(client, token)).status_code == 303
    again = await client.get("/invitation", params={"token": token})
    assert again.status_code == 404
    assert "has been used" in again.text
    form = {**SET, "token": token}
    assert (await make.post_form(client, "/invitation", form, page="/me")).status_code == 404


async def test_a_link_is_good_for_72_hours(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    token = await _token(client)
    async with database.transaction() as session:
        row = (await session.scalars(select(InvitationRow))).one()
        assert row.expires_at - row.created_at == timedelta(hours=72)
        assert token.encode() not in row.token_hash
        row.expires_at = now()
    assert (await client.get("/invitation", params={"token": token})).status_code == 404


async def test_a_new_link_replaces_the_one_before(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    first = (await client.post("/api/people", json=STAFF)).json()
    second = (await client.post(f"/api/people/{first['person']['id']}/reset", json={})).json()
    old, new = (each["link"].partition("=")[2] for each in (first, second))
    assert (await client.get("/invitation", params={"token": old})).status_code == 404
    assert (await _accept(client, new)).status_code == 303


async def test_a_link_of_a_disabled_account_opens_nothing(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.ADMINISTRATOR)
    invited = (await client.post("/api/people", json=STAFF)).json()
    await client.post(f"/api/people/{invited['person']['id']}/disable")
    token = invited["link"].partition("=")[2]
    assert (await client.get("/invitation", params={"token": token})).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"password": "short"}, "Enter 15 to 256 characters"),
        ({"password": "x" * 257}, "Enter 15 to 256 characters"),
        ({"password": "passwordpassword"}, "easy to guess"),
        ({"password": "new.person@example.org"}, "easy to guess"),
        ({"password": "sokha sokha sokha"}, "easy to guess"),
        ({"name": ""}, "This is required"),
    ],
)
async def test_what_is_wrong_is_told_and_uses_nothing_up(
    client: httpx.AsyncClient, sign_in: SignIn, wrong: dict[str, str], message: str
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    token = await _token(client)
    refused = await _accept(client, token, **wrong)
    assert refused.status_code == 422
    assert message in refused.text
    assert "seven green" not in refused.text
    assert (await _accept(client, token)).status_code == 303


async def test_a_reset_takes_the_password_and_leaves_the_second_factor_unless_that_is_lost_too(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    address = f"/api/people/{staff.person.id}/reset"
    for factors, step in ((False, "/second-factor"), (True, "/me/factors")):
        reset = (await client.post(address, json={"factors": factors})).json()
        assert reset["person"]["invited"]
        assert (await client.post("/api/sessions", json=staff.given)).status_code == 422
        async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url) as mine:
            assert (await _accept(mine, reset["link"].partition("=")[2])).status_code == 303
            form = {"email": staff.email, "password": SET["password"]}
            await make.post_form(mine, "/sign-in", form)
            assert (await mine.get("/requests")).headers["location"].startswith(step)


async def test_a_lead_invites_resets_and_disables_members_of_the_own_organisation_only(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        other = await make.member(session)
    member = {"email": "m@example.org", "role": "cbo_member"}
    assert "/invitation?token=" in (await make.post_form(client, "/people", member)).text
    for wrong in (
        {**member, "role": "staff", "cbo_id": None},
        {**member, "role": "cbo_lead", "cbo_id": str(lead.person.cbo_id)},
        {**member, "cbo_id": str(other.person.cbo_id)},
    ):
        assert (await client.post("/api/people", json=wrong)).status_code == 403
    listed = (await client.get("/api/people")).json()["people"]
    assert {each["email"] for each in listed} == {lead.email, "m@example.org"}
    mine = next(each["id"] for each in listed if each["role"] == "cbo_member")
    for person_id, status in ((mine, 200), (str(other.person.id), 404), (str(lead.person.id), 404)):
        for what in ("reset", "sign-out", "disable"):
            answer = await client.post(f"/api/people/{person_id}/{what}", json={})
            assert answer.status_code == status, f"{what} {person_id}"


async def _invited_by_mail(client: httpx.AsyncClient, settings: Settings, database: Database) -> None:
    """Invite somebody who reads at any hour, through an application that knows a mail server."""
    async with visiting(settings) as administrator:
        administrator.headers["Authorization"] = client.headers["Authorization"]
        invited = await administrator.post("/api/people", json={**STAFF, "by_mail": True})
    assert invited.json()["link"] is None
    async with database.transaction() as session:
        await session.execute(update(PersonRow).values(hours_from=0, hours_to=24))


async def test_the_link_goes_out_as_a_message_and_no_row_holds_it_once_it_was_used(
    client: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    me = await sign_in(Role.ADMINISTRATOR)
    async with smtp_server(Sink()) as sink:
        mailing = replace(settings, smtp_url=sink.url, base_url="http://127.0.0.1")
        await _invited_by_mail(client, mailing, database)
        await dispatch(database, mailing, clock=now)
        (sent,) = sink.messages
    assert sent["To"] == "new.person@example.org"
    link = re.search(r"http://127\.0\.0\.1(/invitation\?token=\S+)", sent.get_content())
    assert link
    async with database.transaction() as session:
        message = (await session.scalars(select(MessageRow))).one()
        assert (message.kind, message.state) == (MessageKind.INVITATION, MessageState.ACCEPTED)
        assert message.person_id != me.person.id
    shown = await client.get("/mail")
    token = link[1].partition("=")[2]
    assert (await _accept(client, token)).status_code == 303
    async with database.transaction() as session:
        assert await session.scalar(select(MessageRow.id)) is None
    assert token not in shown.text + "".join(capfd.readouterr())


async def test_an_invitation_whose_link_is_good_no_more_is_not_sent(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    async with smtp_server(Sink()) as sink:
        mailing = replace(settings, smtp_url=sink.url)
        await _invited_by_mail(client, mailing, database)
        late = now() + timedelta(hours=73)
        await dispatch(database, mailing, clock=lambda: late)
        assert not sink.accepted
    async with database.transaction() as session:
        assert (await session.scalars(select(MessageRow.state))).one() is MessageState.DROPPED


async def test_without_mail_the_link_is_shown_even_if_mail_was_asked_for(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    invited = await client.post("/api/people", json={**STAFF, "by_mail": True})
    assert "/invitation?token=" in invited.json()["link"]


async def test_of_two_at_the_same_moment_one_gets_the_account(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.ADMINISTRATOR)
    token = await _token(client)
    form_token = await make.form_token(client, f"/invitation?token={token}")
    form = {**SET, "token": token, "_csrf_token": form_token}
    answers = await asyncio.gather(
        *(client.post("/invitation", data={**form, "name": name}) for name in ("first", "second"))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 404]
    won = "first" if answers[0].status_code == 303 else "second"
    async with database.transaction() as session:
        row = await session.scalar(select(PersonRow).where(PersonRow.email == "new.person@example.org"))
        assert row
        assert row.name == won
