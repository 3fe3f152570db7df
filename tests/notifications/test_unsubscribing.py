"""Digests can be ended by one click (RFC 8058), and by nobody who has not got one."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from notifications import unsubscribe
from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from tests import make
from tests.conftest import SignIn
from tests.notifications.conftest import due
from tests.notifications.servers import Sink
from tests.notifications.test_digest import NOW, TODAY

SITE = "https://rti.example.org"


async def digest_sent(database: Database, settings: Settings, sink: Sink) -> make.Member:
    async with database.transaction() as session:
        member = await make.member(session)
        await make.request(session, member.person, NOW, received_on=TODAY - timedelta(30))
        await session.execute(update(PersonRow).values(wants_digest=True))
    await sweep(database, TODAY, NOW, host="rti.test")
    await dispatch(database, replace(settings, smtp_url=sink.url, base_url=SITE), clock=lambda: NOW)
    return member


async def wants_messages(database: Database, member: make.Member) -> bool:
    async with database.transaction() as session:
        return (await session.get_one(PersonRow, member.person.id)).wants_reminders


async def test_a_mail_program_ends_digests_by_posting_to_the_address_in_one(
    client: httpx.AsyncClient, database: Database, settings: Settings, sink: Sink
) -> None:
    member = await digest_sent(database, settings, sink)
    (message,) = sink.messages
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<{SITE}(/unsubscribe/[0-9a-f]+)>", message["List-Unsubscribe"])
    assert found
    assert (await client.get(found[1])).status_code == 200
    assert await wants_messages(database, member), "looking ended them"
    answer = await client.post(found[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You will not receive any more messages" in answer.text
    assert not await wants_messages(database, member)


async def test_a_reminder_of_a_date_has_no_such_address(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    await dispatch(database, replace(settings, smtp_url=sink.url, base_url=SITE), clock=lambda: NOW)
    assert sink.messages[0]["List-Unsubscribe"] is None


@pytest.mark.parametrize("wrong", ["nothing", "0" * 64, "é" * 64, "{other}", "{cut}"])
async def test_an_address_that_we_did_not_make_ends_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, settings: Settings, wrong: str
) -> None:
    member, other = await sign_in(Role.CBO_MEMBER), await sign_in(Role.CBO_MEMBER)
    good = unsubscribe.address("", member.person.id, settings.secret)
    tail = good.rpartition("/")[2]
    address = wrong.format(other=other.person.id.hex + tail[32:], cut=tail[:-1])
    for method in ("GET", "POST"):
        assert (await client.request(method, f"/unsubscribe/{address}")).status_code == 404
    assert await wants_messages(database, member)
    assert await wants_messages(database, other)
