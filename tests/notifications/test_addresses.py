"""Where people want their messages, and what staff are told of addresses that do not work."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from notifications.bounces import report
from notifications.scheduler import note_heartbeat
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.models.messages import BounceRow, ChannelAddressRow
from rti.schedule import JOBS
from tests import make
from tests.conftest import NOW, TODAY, SignIn, visiting
from tests.notifications.conftest import due, messages
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import sent

TOKEN = "a token of at least thirty-two characters"


async def chosen(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await make.post_form(client, "/me/channel", fields)


async def test_a_person_chooses_a_channel_and_its_address(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    assert member.email in (await client.get("/me/channel")).text
    assert (await chosen(client, channel="sms", address="+855 12 345 678")).status_code == 303
    assert "+85512345678" in (await client.get("/me/channel")).text
    assert (await chosen(client, channel="email")).status_code == 303
    assert member.email in (await client.get("/me/channel")).text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"channel": "sms", "address": "012 345 678"}, "+855 12 345 678"),
        ({"channel": "telegram", "address": "@somebody"}, "123456789"),
        ({"channel": "telegram"}, "123456789"),
        ({"channel": "email", "address": "nobody"}, "name@example.org"),
        ({"channel": "pigeon", "address": "loft"}, "Choose"),
    ],
)
async def test_a_wrong_address_is_told_with_what_would_be_right(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, fields: dict[str, str], message: str
) -> None:
    await sign_in(Role.CBO_MEMBER)
    answer = await chosen(client, **fields)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert fields.get("address", "") in answer.text
    async with database.transaction() as session:
        assert list(await session.scalars(select(ChannelAddressRow))) == []


async def test_the_channel_in_the_api(client: httpx.AsyncClient, sign_in: SignIn, database: Database) -> None:
    member = await sign_in(Role.CBO_LEAD)
    first = await client.get("/api/me/channel")
    assert first.json() == {"channel": "email", "address": member.email, "health": "good", "verified": True}
    saved = await client.put("/api/me/channel", json={"channel": "email", "address": "Other@Test.example"})
    assert saved.json() == {
        "channel": "email",
        "address": "other@test.example",
        "health": "good",
        "verified": False,
    }


async def refused(database: Database, settings: Settings, sink: Sink) -> make.Member:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    sink.rcpt = lambda _: "550 5.1.1 unknown"
    await sent(database, settings, sink.url)
    return case.member


async def test_staff_are_told_who_has_an_address_that_is_gone_but_not_the_address(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, sink: Sink
) -> None:
    member = await refused(database, settings, sink)
    for role in (Role.STAFF, Role.ADMINISTRATOR):
        await sign_in(role)
        text = (await client.get("/status")).text
        assert member.person.name in text
        assert "5.1.1" in text
        assert "Switched off" in text
        assert member.email not in text
        assert "Messages to 1 person are failing" in (await client.get("/")).text


async def test_who_saves_an_address_that_was_switched_off_gives_it_another_chance(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    member = await refused(database, settings, sink)
    await make.sign_in(client, member)
    assert "it is no longer used" in (await client.get("/me/channel")).text
    await chosen(client, channel="email", address=member.email)
    assert "it is no longer used" not in (await client.get("/me/channel")).text
    async with database.transaction() as session:
        assert list(await session.scalars(select(BounceRow))) == []


async def test_the_status_page_tells_the_last_tick_the_lag_and_the_queue(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.STAFF)
    silent = (await client.get("/status")).text
    assert "There is a problem" in silent
    assert "never" in silent
    await due(database, TODAY)
    moment = present()
    await sweep(database, TODAY, moment - timedelta(minutes=7), host="rti.test")
    async with database.transaction() as session:
        for job in JOBS:
            await note_heartbeat(
                session, job.name, began_at=moment, ended_at=moment, result="1 reminders, 1 messages"
            )
    text = (await client.get("/status")).text
    assert "working normally" in text
    assert "No backup is made" in text, "what is missing is named"
    assert "Messages in the queue: 1." in text
    assert "The oldest message was created 7 minutes ago." in text


async def test_metrics_are_for_who_carries_the_token_and_name_nobody(
    database: Database, settings: Settings, sink: Sink
) -> None:
    member = await refused(database, settings, sink)
    async with database.transaction() as session:
        await note_heartbeat(session, "sweep", began_at=present(), ended_at=present())
        await report(session, (await messages(database))[0].id, "5.1.1", NOW)
    async with visiting(replace(settings, metrics_token=TOKEN)) as scraper:
        for wrong in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
            assert (await scraper.get("/metrics", headers=wrong)).status_code == 404
        answer = await scraper.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'rti_job_well{job="sweep"} 1.0' in answer.text
    assert 'rti_job_well{job="dispatch"} 0.0' in answer.text
    assert "rti_messages_waiting 0.0" in answer.text
    assert member.email not in answer.text


async def test_without_a_token_there_are_no_metrics(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics", headers={"authorization": "Bearer "})).status_code == 404
