"""A clock that is wrong for a while: nothing is said twice, and nothing is left unsaid."""

import asyncio
from datetime import timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from litestar.datastructures import State

from notifications import outbox
from notifications.sweep import sweep
from notifications.timetable import keep_ticking
from rti.correspondence.kinds import MessageState
from rti.db import Database
from rti.health import examine
from rti.settings import Settings
from rti.wallclock import day_of, now
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due, messages, reminders
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import queued, sent
from tests.notifications.test_health import ticked

JUMPS = [timedelta(hours=-2), timedelta(hours=2), timedelta(hours=15), timedelta(days=40)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_clock_that_jumps_and_comes_back_says_nothing_twice_and_leaves_nothing_unsaid(
    database: Database, settings: Settings, sink: Sink, jump: timedelta
) -> None:
    today = await due(database, TODAY)
    soon = await due(database, TODAY + timedelta(1))
    await due(database, TODAY + timedelta(40))
    for after in (jump, timedelta(0), jump, timedelta(0)):
        moment = NOW + after
        await sweep(database, day_of(moment, settings.timezone), moment, host="rti.test")
        await sent(database, settings, sink.url, after=after)
    said = {(row.request_id, row.rule) for row in await reminders(database)}
    assert {(today.request_id, "today"), (soon.request_id, "soon")} <= said
    assert {row.state for row in await messages(database)} <= {MessageState.ACCEPTED, MessageState.DROPPED}
    assert len(sink.message_ids) == len(set(sink.message_ids))
    arrived = {row.reminder_id for row in await messages(database) if row.message_id in sink.message_ids}
    told = {(row.request_id, row.rule) for row in await reminders(database) if row.id in arrived}
    assert {(today.request_id, "today"), (soon.request_id, "soon")} <= told


async def test_what_was_claimed_while_the_clock_was_weeks_ahead_is_sent_now(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    ahead = NOW + timedelta(days=40)
    await outbox.claim(database, ahead, TODAY, address="http://rti.test", zone=settings.timezone, size=10)
    assert (await sent(database, settings, sink.url)).states == {MessageState.ACCEPTED: 1}


async def test_ticks_come_again_soon_after_the_clock_was_set_back() -> None:
    came, stopping = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        came.set()

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(tick, "interval", id="job", seconds=60, next_run_time=now() + timedelta(days=40))
    scheduler.start()
    keeping = asyncio.create_task(keep_ticking(scheduler, stopping, every=0.01))
    async with asyncio.timeout(10):
        await came.wait()
    stopping.set()
    await keeping
    assert scheduler.get_job("job").next_run_time - now() <= timedelta(seconds=60)
    scheduler.shutdown(wait=False)


async def test_a_tick_of_a_clock_that_was_ahead_does_not_hide_that_none_comes_now(
    database: Database, settings: Settings
) -> None:
    await ticked(database, began_at=NOW + timedelta(hours=2))
    found = await examine(State({"database": database, "settings": settings}), NOW)
    assert not found.well
    assert not found.scheduler["sweep"].well
