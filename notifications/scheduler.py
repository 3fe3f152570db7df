"""What runs when, in a process of its own.

APScheduler only ticks: it remembers nothing (memory store), runs a late job once instead of many times or
never (coalescing, no misfire limit), and no more runs of a job beside each other than it says. Two such
processes at once are harmless.
"""

import asyncio
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import logs, wallclock
from rti.core.db import Database, is_busy
from rti.core.db_roles import SCHEDULER, Login
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.core.settings import Settings
from rti.models.jobs import HeartbeatRow
from rti.readiness import require_ready

LOOK_AT_CLOCK = 60.0
"""Seconds after which a clock that was set back is noticed."""
NOTED_EVERY = 30.0
"""Seconds after which a run is recorded even if its result is the same as the last."""
LAST_WORD = 8.0
"""Seconds that running jobs get to finish at shutdown."""
log = structlog.get_logger()


class Ticker:
    """Runs one job at each tick, and records its start, end and result.

    Of runs with the same result one is recorded every 30 seconds.
    """

    def __init__(self, job: PeriodicJob, tick: Tick) -> None:
        self._job = job
        self._tick = tick
        self._noted_at = -NOTED_EVERY
        self.running: set[asyncio.Task[object]] = set()

    async def __call__(self) -> None:
        task = asyncio.create_task(self._run(wallclock.now()))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        await task

    async def _run(self, now: datetime) -> None:
        elapsed = asyncio.get_running_loop().time()
        due = elapsed >= self._noted_at + NOTED_EVERY
        try:
            if due:
                self._noted_at = elapsed
                async with self._tick.database.transaction() as session:
                    await note_heartbeat(session, self._job.name, began_at=now, ended_at=None)
            result = await self._job.run(replace(self._tick, now=now))
        except Exception as fault:
            if is_busy(fault):
                result = Result("another process is at it")
            else:
                log.exception("tick_failed", job=self._job.name)
                result = Result(f"failed ({type(fault).__name__})", well=False)
        before, self._tick = self._tick.last, replace(self._tick, last=result)
        if due or result != before:
            await self._note(now, wallclock.now(), result)

    async def _note(self, began: datetime, ended: datetime, result: Result) -> None:
        try:
            async with self._tick.database.transaction() as session:
                outcome = {"well": result.well, "result": result.words}
                await note_heartbeat(session, self._job.name, began_at=began, ended_at=ended, **outcome)
        except Exception:  # The database is away; the next tick says so too.
            log.exception("heartbeat_not_noted", job=self._job.name)


async def note_heartbeat(session: AsyncSession, job: str, **values: object) -> None:
    """Update the row of a job; columns that are not given stay as they are."""
    row = insert(HeartbeatRow).values(job=job, **{"well": True, "result": "", **values})
    await session.execute(row.on_conflict_do_update(index_elements=["job"], set_=values))


async def keep_ticking(
    scheduler: AsyncIOScheduler, stopping: asyncio.Event, every: float = LOOK_AT_CLOCK
) -> None:
    """Wait for `stopping`, and wake jobs whenever the clock was set back.

    APScheduler waits for a time of day: if the clock is set back by an hour, it would do nothing for an hour.
    """
    while not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)
        now = wallclock.now()
        for job in scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval:
                log.warning("clock_was_set_back", job=job.id)
                job.modify(next_run_time=now)


async def run(settings: Settings, jobs: Sequence[PeriodicJob]) -> None:
    """Tick until SIGTERM or SIGINT, then let running jobs finish or release what they hold."""
    logs.configure()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    # Jobs are few at a time, so half of what a web server takes is enough; but one may run for long beside others.
    database = Database.of(settings, max(2, settings.connections // 2), SCHEDULER)
    await require_ready(database)
    # It warns of each tick that finds all runs of its job under way.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    tick = Tick(database.under(Login.WORKER), settings, wallclock.now(), stopping)
    tickers = [Ticker(job, tick) for job in jobs]
    for job, ticker in zip(jobs, tickers, strict=True):
        seconds = job.every.total_seconds()
        scheduler.add_job(
            ticker.__call__,
            "interval",
            id=job.name,
            seconds=seconds,
            max_instances=job.at_once,
            next_run_time=wallclock.now(),
        )
    scheduler.start()
    try:
        await keep_ticking(scheduler, stopping)
        scheduler.pause()
        running = {task for ticker in tickers for task in ticker.running}
        if running:
            await asyncio.wait(running, timeout=LAST_WORD)
    finally:
        scheduler.shutdown(wait=False)
        await database.close()
