"""The real scheduler as a real process: it does what was asked, also after one that was killed in the middle."""

import signal
from uuid import UUID

import httpx
from sqlalchemy import func, select, text, update

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.cbos import CboRow
from rti.models.jobs import JobRow, JobState
from rti.models.requests import RequestRow
from tests.commands import KEY_FILE
from tests.conftest import SignIn
from tests.notifications.test_processes import ended, started, until

LINES = 250
LOG = "body_code;title;topic;received_on\n" + "".join(
    f"KH-010201;Road {number};budget;2026-10-05\n" for number in range(LINES)
)


async def test_an_import_of_a_killed_scheduler_is_done_once_by_the_next(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, database_url: str
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    job = (await client.post("/api/imports/requests", content=LOG.encode())).headers["location"]
    job_id = UUID(job.rpartition("/")[2])

    async def state() -> JobState:
        async with database.transaction() as session:
            return (await session.get_one(JobRow, job_id)).state

    async def requests() -> int:
        async with database.transaction() as session:
            return await session.scalar(select(func.count()).select_from(RequestRow)) or 0

    async def waits_for_us() -> bool:
        async with database.transaction() as session:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(await session.scalar(text(waiting)))

    key_file = {"RTI_KEY_FILE": str(KEY_FILE)}
    victim = await started(database_url, "rti", "scheduler", **key_file)
    # An import takes numbers of the organisation, so it waits here in the middle of its transaction.
    async with database.transaction() as session:
        await session.execute(select(CboRow).where(CboRow.id == member.person.cbo_id).with_for_update())
        await until(waits_for_us)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    assert (await state(), await requests()) == (JobState.RUNNING, 0)
    async with database.transaction() as session:
        await session.execute(update(JobRow).values(next_attempt_at=func.now()))
    second = await started(database_url, "rti", "scheduler", **key_file)

    async def done() -> bool:
        return await state() is JobState.DONE

    await until(done)
    second.terminate()
    code, _, err = await ended(second)
    assert code == 0, err
    assert await requests() == LINES
    assert (await client.get(job)).json()["report"]["counts"]["imported"] == LINES
