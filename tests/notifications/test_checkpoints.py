"""The head of the audit log goes once a day to those who keep it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from rti.audit.chain import read_checkpoints
from rti.audit.jobs import seal
from rti.audit.record import record
from rti.audit.sealer import anchor
from rti.audit.verify import check
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.settings import Settings
from rti.models.audit import AuditAction
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import messages
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import sent

KEEPERS = ("one@lawyers.example", "two@donors.example")


async def test_the_head_reaches_two_people_once_a_day_and_proves_the_log_afterwards(
    database: Database, settings: Settings, sink: Sink
) -> None:
    keeping = replace(settings, anchor_to=KEEPERS, smtp_url=sink.url)
    tick = Tick(database.under(Login.WORKER), keeping, NOW)
    async with database.transaction() as session:
        record(session, AuditAction.EXPORTED, NOW)
    await asyncio.gather(*(seal(tick) for _ in range(3)))
    assert [message.to_address for message in await messages(database)] == list(KEEPERS)
    await seal(replace(tick, now=NOW + timedelta(hours=2)))
    assert len(await messages(database)) == 2
    await sent(database, keeping, sink.url)
    first, second = sink.messages
    assert {message["To"] for message in (first, second)} == set(KEEPERS)
    (kept,) = read_checkpoints(first.get_payload(decode=True).decode())
    assert (kept.day, kept.head.position) == (TODAY, 1)
    await seal(replace(tick, now=NOW + timedelta(days=1)))
    assert len(await messages(database)) == 4
    async with database.transaction() as session:
        assert (await check(session, TODAY, [kept])).well
        assert (await anchor(session, TODAY)).head.position > kept.head.position


async def test_with_nobody_to_keep_it_or_no_mail_server_the_head_goes_nowhere(
    database: Database, settings: Settings
) -> None:
    for lacking in (settings, replace(settings, anchor_to=KEEPERS)):
        await seal(Tick(database.under(Login.WORKER), lacking, NOW))
    assert await messages(database) == []
