"""What runs when, in a process of its own.

APScheduler only ticks: it remembers nothing (memory store), runs a late job once instead of many times or
never (coalescing, no misfire limit), and no job beside itself. Two such processes at once are harmless.
"""

import asyncio
import signal
from contextlib import suppress
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.jobs import Job, Result, timed_jobs
from rti.core import logs, wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.models.messages import TickRow
from rti.row_security.apply import require

LOOK_AT_CLOCK = 60.0
"""Seconds after which a clock that was set back is noticed."""
LAST_WORD = 8.0
"""Seconds that running jobs get to finish when the process is told to end."""
log = structlog.get_logger()


class Ticker:
    """Runs one job at each tick, and writes down when it began, when it ended and what came of it."""

    def __init__(self, name: str, job: Job, database: Database) -> None:
        self._name = name
        self._job = job
        self._database = database
        self.running: asyncio.Task[object] | None = None

    async def __call__(self) -> None:
        now = wallclock.now()
        self.running = asyncio.current_task()
        try:
            async with self._database.transaction() as session:
                await note_tick(session, self._name, began_at=now, ended_at=None)
            result = await self._job(now)
        except Exception as fault:
            log.exception("tick_failed", job=self._name)
            result = Result(f"failed ({type(fault).__name__})", well=False)
        finally:
            self.running = None
        await self._note(now, wallclock.now(), result)

    async def _note(self, began: datetime, ended: datetime, result: Result) -> None:
        try:
            async with self._database.transaction() as session:
                await note_tick(
                    session, self._name, began_at=began, ended_at=ended, well=result.well, result=result.words
                )
        except Exception:  # The database is away; the next tick says so too.
            log.exception("tick_not_noted", job=self._name)


async def note_tick(session: AsyncSession, job: str, **values: object) -> None:
    """Write the row of a job; columns that are not named stay as they were."""
    row = insert(TickRow).values(job=job, **{"well": True, "result": "", **values})
    await session.execute(row.on_conflict_do_update(index_elements=["job"], set_=values))


async def keep_ticking(
    scheduler: AsyncIOScheduler, stopping: asyncio.Event, every: float = LOOK_AT_CLOCK
) -> None:
    """Wait for `stopping`, and wake jobs whenever the clock was set back.

    APScheduler waits for a time of day: set back by an hour, it would be silent for an hour.
    """
    while not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)
        now = wallclock.now()
        for job in scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval:
                log.warning("clock_was_set_back", job=job.id)
                job.modify(next_run_time=now)


async def run(settings: Settings) -> None:
    """Tick until SIGTERM or SIGINT, then let running jobs finish or release what they hold."""
    logs.configure()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    database = Database.of(settings).under(Login.WORKER)
    await require(database)
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    )
    jobs = timed_jobs(database, settings, stopping)
    tickers = [Ticker(name, job, database) for name, job, _ in jobs]
    for ticker, (name, _, seconds) in zip(tickers, jobs, strict=True):
        now = wallclock.now()
        scheduler.add_job(ticker.__call__, "interval", id=name, seconds=seconds, next_run_time=now)
    scheduler.start()
    try:
        await keep_ticking(scheduler, stopping)
        scheduler.pause()
        running = [ticker.running for ticker in tickers if ticker.running]
        if running:
            await asyncio.wait(running, timeout=LAST_WORD)
    finally:
        scheduler.shutdown(wait=False)
        await database.close()
