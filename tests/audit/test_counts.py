"""What can come very often is told once an hour, so that nobody can fill the log."""

import asyncio
from collections.abc import Sequence

import httpx
from sqlalchemy import text

from notifications.unsubscribe import address as unsubscribing
from rti.accounts import sign_in
from rti.audit.record import HOUR, count_refusal, record_counts
from rti.core.db import Database
from rti.core.errors import Invalid
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.models.audit import AuditAction, AuditEntryRow
from rti.web.denial_log import ONE_BY_ONE
from tests import make
from tests.audit.test_pages import of
from tests.conftest import NOW, SignIn


async def after_an_hour(database: Database, *kinds: AuditAction) -> Sequence[AuditEntryRow]:
    async with database.transaction() as session:
        await record_counts(session, present() + HOUR)
    return await of(database, *kinds)


async def test_forms_of_other_sites_and_without_their_token_give_one_entry_an_hour(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    for _ in range(5):
        assert (await client.post("/sign-in", data={"email": "a@b.example"})).status_code == 403
        assert (await client.post("/api/sessions", json={}, headers=foreign)).status_code == 403
        simple = await client.post("/api/sessions", content="{}", headers={"content-type": "text/plain"})
        assert simple.status_code == 400
    assert not await of(database, *AuditAction)
    member = (await sign_in(Role.CBO_MEMBER)).person
    assert (await client.post("/me", data={"language": "km"})).status_code == 403
    by_anybody, by_member = await after_an_hour(database, *AuditAction)
    assert {by_anybody.what, by_member.what} == {AuditAction.FORMS_REFUSED}
    assert (by_anybody.person_id, by_anybody.details) == (None, {"times": 15})
    assert (by_member.person_id, by_member.details) == (member.id, {"times": 1})


async def guessed(database: Database, email: str, count: int) -> None:
    for _ in range(count):
        try:
            await sign_in.sign_in(database, email, "a wrong guess", NOW)
        except Invalid:
            continue


async def test_guesses_that_came_too_often_are_told_once_an_hour_to_whom_they_concern(
    database: Database,
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    await guessed(database, member.email, 9)
    entries = await after_an_hour(database, AuditAction.SIGN_IN_FAILED, AuditAction.GUESSES_REFUSED)
    step = {"step": "password"}
    assert [(each.what, each.person_id, each.cbo_id, each.details) for each in entries] == [
        *[(AuditAction.SIGN_IN_FAILED, member.person.id, member.person.cbo_id, step)] * 5,
        (AuditAction.GUESSES_REFUSED, member.person.id, member.person.cbo_id, {**step, "times": 4}),
    ]
    assert entries[-1].happened_at == NOW + HOUR


async def test_guesses_at_addresses_that_nobody_has_give_one_entry_however_many_there_are(
    database: Database,
) -> None:
    for number in range(3):
        await guessed(database, f"nobody{number}@test.example", 6)
    entries = await after_an_hour(database, *AuditAction)
    assert [(each.what, each.person_id, each.details["times"]) for each in entries] == [
        (AuditAction.SIGN_IN_FAILED, None, 15),
        (AuditAction.GUESSES_REFUSED, None, 3),
    ]


async def test_somebody_who_is_denied_without_end_gives_single_entries_first_and_then_a_count(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    for _ in range(ONE_BY_ONE.burst + 20):
        assert (await client.get("/people")).status_code == 403
    *single, counted = await after_an_hour(database, AuditAction.DENIED)
    assert len(single) == ONE_BY_ONE.burst
    assert (counted.person_id, counted.cbo_id, counted.details) == (member.id, member.cbo_id, {"times": 20})


async def test_two_schedulers_tell_a_count_once_and_none_before_its_hour_is_over(database: Database) -> None:
    async with database.transaction() as session:
        for _ in range(3):
            await count_refusal(session, AuditAction.FORMS_REFUSED, NOW, of=None)

    async def refuse() -> None:
        async with database.transaction() as session:
            await record_counts(session, NOW + HOUR)

    async with database.transaction() as session:
        await record_counts(session, NOW + HOUR * 0.99)
    assert not await of(database, *AuditAction)
    await asyncio.gather(refuse(), refuse())
    assert [each.details for each in await of(database, *AuditAction)] == [{"times": 3}]


async def test_what_people_change_about_their_own_account_is_told_and_not_its_content(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    saved = {"language": "en", "wants_reminders": "true", "hours_from": "0", "hours_to": "24"}
    for extra in ({}, {"wants_detail": "true"}, {"wants_detail": "true"}):
        assert (await make.post_form(client, "/me", {**saved, **extra})).status_code == 303
    chosen = {"channel": "email", "address": "canary@secret.example"}
    assert (await make.post_form(client, "/me/channel", chosen)).status_code == 303
    async with database.transaction() as session:
        code = await session.scalar(text("SELECT code FROM channel_address"))
    await make.post_form(client, "/me/channel/code", {"code": code}, page="/me/channel")
    assert (await make.post_form(client, "/me/feeds", {})).status_code == 200
    for _ in range(2):
        await make.post_form(client, "/me/feeds/revoke", {}, page="/me/feeds")
    link = unsubscribing("", member.person.id, settings.secret)
    for _ in range(2):
        assert (await client.post(link)).status_code == 200
    entries = await of(database, *AuditAction)
    assert [(each.what, each.details) for each in entries] == [
        (AuditAction.SETTINGS_CHANGED, {"changed": "wants_detail"}),
        (AuditAction.CHANNEL_CHOSEN, {"channel": "email"}),
        (AuditAction.CHANNEL_PROVED, {}),
        (AuditAction.FEEDS_MADE, {}),
        (AuditAction.FEEDS_REVOKED, {}),
        (AuditAction.SETTINGS_CHANGED, {"changed": "wants_reminders"}),
    ]
    assert {(each.person_id, each.cbo_id) for each in entries} == {(member.person.id, member.person.cbo_id)}
