"""Crashes at every moment: kill -9 while sweeping and sending, at each marked point, and of the database.

`make torture` runs the full sizes and prints what happened.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.messages import MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due, mentions, messages
from tests.notifications.servers import Sink, smtp_server
from tests.notifications.victims import HOST, SPEED, Point, Victim, dispatcher, sweeper
from tests.sizes import size
from tests.waiting import until

pytestmark = pytest.mark.torture

PROCESSES = 4
LATE = date(2026, 11, 19)
"""Due two working days ago: worth saying for another two weeks, which the fast clock does not reach."""


async def many_due(database: Database, count: int) -> None:
    """So many requests of one member, all but the first copied by the database."""
    await due(database, LATE)
    async with database.transaction() as session:
        for table, more in (
            ("request", "'reference', 'R-' || n, 'id', md5('r' || n)::uuid"),
            ("deadline", "'request_id', md5('r' || n)::uuid"),
        ):
            copied = f"""
                INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({more}))).*
                FROM {table} t, generate_series(2, CAST(:count AS int)) n
            """  # noqa: S608 -- names of this file
            await session.execute(text(copied), {"count": count})


async def many_told(database: Database, count: int) -> None:
    """So many members who each hear of the one request of their organisation."""
    case = await due(database, LATE)
    async with database.transaction() as session:
        copied = """
            INSERT INTO person SELECT (jsonb_populate_record(p, jsonb_build_object(
                'id', md5('p' || n)::uuid, 'email', n || '@many.example'
            ))).* FROM person p, generate_series(2, CAST(:count AS int)) n WHERE p.id = :person
        """
        await session.execute(text(copied), {"count": count, "person": case.member.person.id})


async def killed_over_and_over(
    start: Callable[[], Victim],
    kills: int,
    longest: float,
    went_on: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Keep processes at work, and kill each with signal 9 a random while after it began, and after work went on."""
    turns = iter(range(kills))

    async def one_after_the_other() -> None:
        for _ in turns:
            victim = start()
            if went_on:
                await went_on()
            assert await victim.killed(random.uniform(0, longest)) == -signal.SIGKILL, "it ended by itself"

    await asyncio.gather(*(one_after_the_other() for _ in range(PROCESSES)))


async def test_killed_sweeps_make_each_reminder_once(database: Database, database_url: str) -> None:
    requests, kills = size(100, 5_000), size(6, 1_000)
    await many_due(database, requests)

    async def made() -> int:
        async with database.transaction() as session:
            return int(await session.scalar(text("SELECT count(*) FROM reminder")) or 0)

    async def more_is_made() -> None:
        before = await made()

        async def more_or_all() -> bool:
            return await made() > before or before == requests

        await until(more_or_all)

    began = time.monotonic()
    await killed_over_and_over(lambda: sweeper(database_url, TODAY, size=1), kills, 0.1, more_is_made)
    seconds, by_the_killed = time.monotonic() - began, await made()
    await sweep(database, TODAY, NOW, host=HOST)
    async with database.transaction() as session:
        found = await session.execute(
            text("SELECT count(*), count(DISTINCT request_id), (SELECT count(*) FROM mention) FROM reminder")
        )
        reminders, distinct, queued = found.one()
    print(
        f"\n{kills} kills in {seconds:.0f} s over {requests} requests: {by_the_killed} reminders by the killed, "
        f"{reminders - distinct} duplicate, {requests - distinct} missing, {queued} mentions"
    )
    assert (reminders, distinct, queued) == (requests, requests, requests)


async def test_killed_dispatchers_lose_nothing_and_repeat_only_what_is_in_doubt(
    database: Database, settings: Settings
) -> None:
    count, kills = size(60, 4_000), size(6, 1_000)
    await many_told(database, count)
    await sweep(database, TODAY, NOW, host=HOST)
    luck = random.Random(4_000)
    async with smtp_server(Sink()) as sink:
        sink.rcpt = lambda _: "451 4.3.0 later" if luck.random() < 0.03 else ""
        sink.hangs_up = lambda: luck.random() < 0.02
        sending = replaced(settings, sink)
        await spread(database, seconds=kills / PROCESSES)
        began = time.monotonic()
        await killed_over_and_over(lambda: dispatcher(sending, began), kills, 1.0)
        seconds = time.monotonic() - began
        before = len(sink.accepted)
        await finished(database, sending, began)
    rows = await messages(database)
    arrived = Counter(sink.message_ids)
    known = {row.message_id: row for row in rows}
    lost = [row for row in rows if row.message_id not in arrived]
    unexplained = [found for found in arrived if arrived[found] > 1 + known[found].ambiguous]
    print(
        f"\n{kills} kills in {seconds:.0f} s, {before} of {count} messages before the last: {len(lost)} lost, "
        f"{len(set(arrived) - set(known))} unknown Message-IDs, {arrived.total() - len(arrived)} repeats, "
        f"{len(unexplained)} of them without a doubt on record, "
        f"{sum(row.ambiguous for row in rows)} attempts in doubt"
    )
    assert Counter(row.state for row in rows) == {MessageState.ACCEPTED: count}
    assert (lost, unexplained) == ([], [])
    assert set(arrived) == set(known)


def replaced(settings: Settings, sink: Sink) -> Settings:
    return replace(settings, smtp_url=sink.url, mail_from=f"rti@{HOST}")


async def spread(database: Database, seconds: float) -> None:
    """Let the turns of the messages come one after the other, so that kills find some being sent."""
    async with database.transaction() as session:
        spreading = """
            UPDATE message SET next_attempt_at = CAST(:now AS timestamptz) + share * CAST(:whole AS interval)
            FROM (SELECT id, percent_rank() OVER (ORDER BY id) AS share FROM message) s WHERE s.id = message.id
        """
        await session.execute(text(spreading), {"now": NOW, "whole": timedelta(seconds=seconds * SPEED)})


LATER = NOW + timedelta(days=2)
"""Half an hour away for the fast clock; turns further ahead are called back, as of a clock that was wrong."""


async def held_back(database: Database) -> None:
    """Nobody sends anything before it is `released`."""
    async with database.transaction() as session:
        await session.execute(text("UPDATE message SET next_attempt_at = :later"), {"later": LATER})


async def released(database: Database, count: int) -> None:
    """Let the turn of so many more messages come, however long those before them took."""
    async with database.transaction() as session:
        releasing = """UPDATE message SET next_attempt_at = :now WHERE id IN
            (SELECT id FROM message WHERE next_attempt_at = :later ORDER BY id LIMIT :count)"""
        await session.execute(text(releasing), {"now": NOW, "later": LATER, "count": count})


async def finished(database: Database, sending: Settings, began: float) -> None:
    """One dispatcher that nobody kills, until all has been said or the day is over."""

    async def all_said() -> bool:
        return not await waiting(database)

    last = dispatcher(sending, began)
    try:
        await until(all_said, patience=600)
    finally:
        await last.killed(0)


async def waiting(database: Database) -> int:
    async with database.transaction() as session:
        held = "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed', 'handed', 'deferred')"
        return int(await session.scalar(text(held)) or 0)


SENDING: list[Point] = [
    (module, name, when, nth)
    for module, name, calls in (
        ("notifications.outbox", "claim", 2),
        ("notifications.outbox", "_keep_texts", 1),
        ("notifications.smtp", "MailServer.connect", 1),
        ("notifications.smtp", "MailServer.send", 2),
        ("notifications.smtp", "_send_content", 2),
        ("rti.core.db", "Database.alone", 3),
    )
    for nth in size([calls], range(1, calls + 1))
    for when in ("before", "after")
]
"""Each is called several times before a message is out; in `make test` only the last of the calls is fatal."""


async def test_at_every_marked_point_a_crash_loses_nothing(database: Database, settings: Settings) -> None:
    count = 4 * len(SENDING)
    await many_told(database, count)
    await sweep(database, TODAY, NOW, host=HOST)
    crashed = 0
    await held_back(database)
    async with smtp_server(Sink()) as sink:
        sending = replaced(settings, sink)
        began = time.monotonic()
        for point in SENDING:
            await released(database, 4)
            victim = dispatcher(sending, began, point=point)
            assert await victim.ended() == -signal.SIGKILL, point
            crashed += 1
        await finished(database, sending, began)
    rows, arrived = await messages(database), Counter(sink.message_ids)
    print(
        f"\n{crashed} of {len(SENDING)} points, {arrived.total() - len(arrived)} repeats of {count} messages"
    )
    assert {row.state for row in rows} == {MessageState.ACCEPTED}
    assert set(arrived) == {row.message_id for row in rows}
    assert all(arrived[row.message_id] <= 1 + row.ambiguous for row in rows)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_sweep_that_crashes_around_a_commit_is_finished_by_the_next(
    database: Database, database_url: str, when: str, nth: int
) -> None:
    await many_due(database, 20)
    point = ("sqlalchemy.ext.asyncio", "AsyncSession.execute", when, nth)
    victim = sweeper(database_url, TODAY, size=7, point=point)
    assert await victim.ended() == -signal.SIGKILL
    await sweep(database, TODAY, NOW, host=HOST)
    assert len(await mentions(database)) == len(set(await mentions(database))) == 20
    assert len(await messages(database)) == 1
