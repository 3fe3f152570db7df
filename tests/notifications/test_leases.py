"""A message belongs to one dispatcher at a time, until its lease has passed."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from notifications import outbox
from notifications.dispatch import ROUND
from notifications.smtp import Timeouts
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.messages import MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import only, queued, sent


async def test_a_lease_keeps_a_second_dispatcher_away_until_it_has_passed(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    await outbox.claim(database, NOW, TODAY, address="http://rti.test", zone="Asia/Phnom_Penh", size=10)
    assert (await sent(database, settings, sink.url)).states == {}
    assert (await sent(database, settings, sink.url, after=outbox.LEASE)).states == {MessageState.ACCEPTED: 1}


async def test_a_dispatcher_whose_lease_has_passed_writes_nothing_any_more(database: Database) -> None:
    await queued(database)

    async def claimed(at: datetime) -> outbox.Claimed:
        (message,) = (
            await outbox.claim(
                database, at, TODAY, address="http://rti.test", zone="Asia/Phnom_Penh", size=10
            )
        ).messages
        return message

    first = await claimed(NOW)
    second = await claimed(NOW + outbox.LEASE)
    writer = outbox.GroupCommitWriter(database)
    assert not await writer.mark(outbox.Mark(first, MessageState.HANDED))
    assert await writer.mark(outbox.Mark(second, MessageState.HANDED))
    assert not await writer.mark(outbox.Mark(first, MessageState.ACCEPTED))
    assert (await only(database)).state is MessageState.HANDED


async def test_a_mark_that_cannot_be_written_is_told_to_whoever_waits_for_it_and_holds_up_no_other(
    database: Database,
) -> None:
    await queued(database)
    (message,) = (
        await outbox.claim(database, NOW, TODAY, address="http://rti.test", zone="Asia/Phnom_Penh", size=10)
    ).messages
    writer = outbox.GroupCommitWriter(database)
    with pytest.raises(DBAPIError):
        await writer.mark(outbox.Mark(message, MessageState.HANDED, reply="\0 is no text to PostgreSQL"))
    assert await writer.mark(outbox.Mark(message, MessageState.HANDED))


async def test_four_dispatchers_at_once_send_each_message_once(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database, count=40)
    found = await asyncio.gather(*(sent(database, settings, sink.url) for _ in range(4)))
    assert sum(done.states[MessageState.ACCEPTED] for done in found) == 40
    assert len(sink.message_ids) == len(set(sink.message_ids)) == 40


def test_the_slowest_conversation_ends_within_the_lease() -> None:
    timeouts = Timeouts()
    slowest = timedelta(seconds=timeouts.connect + timeouts.envelope + timeouts.after_dot)
    assert ROUND + slowest < outbox.LEASE
