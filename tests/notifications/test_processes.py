"""The real commands as real processes: killed, told to end, and with wrong settings."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from notifications.queries import ticks
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.wallclock import day_of, now
from rti.models.messages import MessageState
from tests.commands import KEY_FILE, SECRET, environment, rti
from tests.notifications.conftest import due, mentions, messages, reminders
from tests.notifications.servers import Sink, smtp_server
from tests.sizes import FULL, size
from tests.waiting import PATIENCE, blocked, until

KILLS = size(2, 20)


async def started(database_url: str, *command: str, **settings: str) -> Process:
    ours = {"RTI_DATABASE_URL": database_url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    ours["RTI_MAIL_FROM"] = "rti@rti.test"
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env=environment(**(ours | settings)), stdout=PIPE, stderr=PIPE
    )


async def ended(process: Process) -> tuple[int, str, str]:
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        raise
    return process.returncode or 0, out.decode(), err.decode()


async def queued_today(database: Database, count: int) -> None:
    moment = now()
    today = day_of(moment, "Asia/Phnom_Penh")
    await due(database, today, people=count, now=moment)
    await sweep(database, today, moment, host="rti.test")


async def leases_pass(database: Database) -> None:
    """What a quarter of an hour does."""
    async with database.transaction() as session:
        held = "UPDATE message SET next_attempt_at = now() WHERE state IN ('claimed', 'handed', 'deferred')"
        await session.execute(text(held))


def kill_at(sink: Sink, victim: Process, phase: str, nth: int) -> None:
    """Kill -9 when the server sees the n-th recipient, or the n-th final dot, before it answers."""
    seen = Counter[str]()

    def struck(now_in: str) -> str:
        seen[now_in] += 1
        if now_in == phase and seen[now_in] == nth and victim.returncode is None:
            victim.kill()
        return ""

    sink.rcpt = lambda _: struck("recipient")
    sink.at_dot = lambda: struck("dot")


@pytest.mark.torture
async def test_a_killed_dispatcher_loses_nothing_and_makes_no_second_message_id(
    database: Database, database_url: str
) -> None:
    await queued_today(database, count=50)
    killed = 0
    async with smtp_server(Sink()) as sink:
        for attempt in range(KILLS):
            victim = await started(database_url, "rti", "dispatch", RTI_SMTP_URL=sink.url)
            kill_at(sink, victim, "dot" if attempt % 2 else "recipient", 1 + attempt % 3)
            code, _, _ = await ended(victim)
            killed += code == -signal.SIGKILL
            await leases_pass(database)
        sink.rcpt, sink.at_dot = (lambda _: ""), (lambda: "")
        done = await asyncio.to_thread(rti, database_url, "dispatch", RTI_SMTP_URL=sink.url)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert killed >= KILLS // 2
    rows = await messages(database)
    arrived = Counter(sink.message_ids)
    assert {row.state for row in rows} == {MessageState.ACCEPTED}
    assert set(arrived) == {row.message_id for row in rows}
    assert all(arrived[row.message_id] <= 1 + row.ambiguous for row in rows), (
        "a repeat without a doubt on record"
    )


async def test_the_scheduler_sweeps_sends_and_ends_when_told(database: Database, database_url: str) -> None:
    moment = now()
    await due(database, day_of(moment, "Asia/Phnom_Penh"), now=moment)
    async with smtp_server(Sink()) as sink:
        process = await started(database_url, "rti", "scheduler", RTI_SMTP_URL=sink.url)

        async def sent_and_ticked() -> bool:
            async with database.transaction() as session:
                found = await ticks(session)
            return bool(sink.accepted) and all(
                name in found and found[name].ended_at for name in ("sweep", "dispatch")
            )

        await until(sent_and_ticked)
        process.terminate()
        code, _, err = await ended(process)
    assert code == 0, err
    (message,) = await messages(database)
    assert message.state is MessageState.ACCEPTED
    async with database.transaction() as session:
        found = await ticks(session)
    assert found["sweep"].well
    assert found["sweep"].result == "1 reminders, 1 messages"


@pytest.mark.torture
@pytest.mark.skipif(not FULL, reason="takes minutes")
async def test_a_scheduler_killed_in_the_middle_of_a_sweep_and_of_sending_loses_nothing(
    database: Database, database_url: str
) -> None:
    """Each kill -9 at the same moment of its work: as the sweep writes whom it tells, and as a mail is taken."""
    moment, kills = now(), 10
    await due(database, day_of(moment, "Asia/Phnom_Penh"), people=20, now=moment)
    async with smtp_server(Sink()) as sink:
        for _ in range(kills):
            async with database.transaction() as session:
                await session.execute(text("LOCK TABLE mention IN SHARE MODE"))
                victim = await started(database_url, "rti", "scheduler", RTI_SMTP_URL=sink.url)
                await until(lambda: blocked(session))
                victim.kill()
                assert (await ended(victim))[0] == -signal.SIGKILL
        assert await messages(database) == []
        for attempt in range(kills):
            victim = await started(database_url, "rti", "scheduler", RTI_SMTP_URL=sink.url)
            kill_at(sink, victim, "dot" if attempt % 2 else "recipient", 1 + attempt % 3)
            assert (await ended(victim))[0] == -signal.SIGKILL
            await leases_pass(database)
        sink.rcpt, sink.at_dot = (lambda _: ""), (lambda: "")
        last = await started(database_url, "rti", "scheduler", RTI_SMTP_URL=sink.url)

        async def all_accepted() -> bool:
            return {row.state for row in await messages(database)} == {MessageState.ACCEPTED}

        await until(all_accepted)
        last.terminate()
        assert (await ended(last))[0] == 0
    rows, arrived = await messages(database), Counter(sink.message_ids)
    print(f"\n{2 * kills} kills, {len(rows)} messages, {arrived.total() - len(arrived)} repeats")
    assert (len(rows), len(await reminders(database)), len(await mentions(database))) == (20, 1, 20)
    assert set(arrived) == {row.message_id for row in rows}
    assert all(arrived[row.message_id] <= 1 + row.ambiguous for row in rows)


async def test_the_scheduler_told_to_end_in_the_middle_finishes_what_it_began_and_releases_the_rest(
    database: Database, database_url: str
) -> None:
    await queued_today(database, count=60)
    async with smtp_server(Sink()) as sink:
        process = await started(database_url, "rti", "scheduler", RTI_SMTP_URL=sink.url)

        result = asyncio.Event()

        def tell(_: Any) -> str:
            if len(sink.accepted) >= 3 and not result.is_set():
                result.set()
                process.terminate()
            return ""

        sink.rcpt = tell
        code, _, err = await ended(process)
    assert code == 0, err
    states = Counter(message.state for message in await messages(database))
    assert set(states) <= {MessageState.ACCEPTED, MessageState.QUEUED}
    assert states[MessageState.ACCEPTED] == len(sink.accepted) == len(set(sink.message_ids))


def test_wrong_settings_are_told_in_words() -> None:
    done = rti("", "scheduler", RTI_SMTP_URL="http://mail", RTI_MAIL_FROM="nobody")
    assert (done.returncode, done.stdout) == (2, "")
    assert "RTI_MAIL_FROM: Enter an email address, for example name@example.org" in done.stderr
    assert "RTI_SMTP_URL: Enter an address such as" in done.stderr


async def test_sweep_and_dispatch_from_the_command_line(database: Database, database_url: str) -> None:
    moment = now()
    await due(database, day_of(moment, "Asia/Phnom_Penh"), people=2, now=moment)
    for command, printed in (
        ("sweep", "1 reminders, 2 messages queued\n"),
        ("sweep", "0 reminders, 0 messages queued\n"),
        ("dispatch", "2 kept\n"),
        ("dispatch", "nothing was due\n"),
    ):
        done = rti(database_url, command)
        assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")


async def test_a_refused_message_makes_the_command_fail(database: Database, database_url: str) -> None:
    await queued_today(database, count=1)
    async with smtp_server(Sink(rcpt=lambda _: "550 5.1.1 unknown")) as sink:
        done = await asyncio.to_thread(rti, database_url, "dispatch", RTI_SMTP_URL=sink.url)
    assert (done.returncode, done.stdout) == (1, "1 failed\n")


def test_a_wrong_day_is_wrong_use() -> None:
    done = rti("", "sweep", "--on", "2026-02-30")
    assert (done.returncode, done.stdout) == (2, "")
    assert "2026-04-20" in done.stderr
