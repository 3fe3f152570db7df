"""A clock that is wrong for a while: nothing is said twice, and nothing is left unsaid."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from notifications import outbox
from notifications.scheduler import keep_ticking
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.core.wallclock import HOME_ZONE, day_of, now
from rti.health import examine
from rti.models.messages import MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due, mentions, messages, reminders
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
    mentioned = {reminder_id for _, reminder_id in await mentions(database)}
    arrived = {(row.request_id, row.rule) for row in await reminders(database) if row.id in mentioned}
    assert {(today.request_id, "today"), (soon.request_id, "soon")} <= arrived


async def test_a_clock_that_stands_still_repeats_nothing_and_goes_on_when_it_does(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await due(database, TODAY, people=3)
    sink.rcpt = lambda _: "451 4.3.0 later"
    for _ in range(4):
        await sweep(database, TODAY, NOW, host="rti.test")
        await sent(database, settings, sink.url)
    assert len(sink.senders) == 3, "a message was tried again at the same moment"
    sink.rcpt = lambda _: ""
    await sent(database, settings, sink.url, after=timedelta(minutes=2))
    assert sorted(sink.message_ids) == sorted(row.message_id for row in await messages(database))
    assert len(sink.message_ids) == 3


DAYS_OF_ITS_OWN = {
    "the last day of February in a leap year": date(2028, 2, 29),
    "the first day of Khmer New Year": date(2026, 4, 14),
    "the last day of Khmer New Year": date(2026, 4, 16),
    "the first day of a year without a calendar": date(2031, 1, 1),
}


@pytest.mark.parametrize("due_on", DAYS_OF_ITS_OWN.values(), ids=DAYS_OF_ITS_OWN)
async def test_a_deadline_is_told_once_before_on_and_after(
    database: Database, settings: Settings, sink: Sink, due_on: date
) -> None:
    """Swept around each midnight of Phnom Penh and in the morning, when it is sent, at one in Greenwich."""
    morning = datetime.combine(due_on, time(8), ZoneInfo(HOME_ZONE)).astimezone(UTC)
    await due(database, due_on, now=morning - timedelta(days=30))
    values: dict[str, date] = {}
    for day in range(-9, 9):
        for hour in (-8.02, -8, 0):
            moment = morning + timedelta(days=day, hours=hour)
            await sweep(database, day_of(moment, HOME_ZONE), moment, host="rti.test")
        await sent(database, settings, sink.url, after=moment - NOW)
        for row in await reminders(database):
            values.setdefault(row.rule, day_of(moment, HOME_ZONE))
    assert Counter(row.rule for row in await reminders(database)) == {
        "soon": 1,
        "today": 1,
        "late": 1,
        "chase": 1,
    }
    assert values["soon"] < values["today"] == due_on < values["late"] < values["chase"]
    assert {row.state for row in await messages(database)} == {MessageState.ACCEPTED}
    assert len(sink.message_ids) == len(set(sink.message_ids)) == 3


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
    found = await examine(settings, database, NOW)
    assert not found.well
    assert not found.scheduler["sweep"].well
