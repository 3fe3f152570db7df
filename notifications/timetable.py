"""What runs when, in a process of its own.

APScheduler only ticks: it remembers nothing (memory store), runs a late job once instead of many times or
never (coalescing, no misfire limit), and no job beside itself. Two such processes at once are harmless.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti import logs, wallclock
from rti.audit.anchoring import anchor_once_a_day
from rti.audit.chaining import chain
from rti.backups.kinds import RunKind
from rti.backups.retention import backup_due, drill_due
from rti.backups.runs import last_good
from rti.correspondence.tables import TickRow
from rti.db import Database
from rti.embedded import for_children
from rti.retention.removing import remove_once_a_day
from rti.settings import Settings
from rti.tenancy.applying import require
from rti.tenancy.logins import Login

LAST_WORD = 8.0
"""Seconds that running jobs get to finish when the process is told to end."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """What a tick came to, in words that name nobody; for the status page."""

    words: str
    well: bool = True
    pause: timedelta = timedelta(0)
    """How long the job's next ticks do nothing, because a person or time has to help first."""


Job = Callable[[datetime], Awaitable[Result]]


class Ticker:
    """Runs one job at each tick, and writes down when it began, when it ended and what came of it."""

    def __init__(self, name: str, job: Job, database: Database) -> None:
        self._name = name
        self._job = job
        self._database = database
        self._resting_until: datetime | None = None
        self.running: asyncio.Task[object] | None = None

    async def __call__(self) -> None:
        now = wallclock.now()
        if self._resting_until and now < self._resting_until:
            await self._note_rest(now)
            return
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
        ended = wallclock.now()
        self._resting_until = ended + result.pause
        await self._note(now, ended, result)

    async def _note(self, began: datetime, ended: datetime, result: Result) -> None:
        try:
            async with self._database.transaction() as session:
                await note_tick(
                    session, self._name, began_at=began, ended_at=ended, well=result.well, result=result.words
                )
        except Exception:  # The database is away; the next tick says so too.
            log.exception("tick_not_noted", job=self._name)

    async def _note_rest(self, now: datetime) -> None:
        """That the scheduler is alive, beside the reason for which the job rests."""
        try:
            async with self._database.transaction() as session:
                await note_tick(session, self._name, began_at=now, ended_at=now)
        except Exception:
            log.exception("tick_not_noted", job=self._name)


async def note_tick(session: AsyncSession, job: str, **values: object) -> None:
    """Write the row of a job; columns that are not named stay as they were."""
    row = insert(TickRow).values(job=job, **{"well": True, "result": "", **values})
    await session.execute(row.on_conflict_do_update(index_elements=["job"], set_=values))


def sweep_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        day = wallclock.day_of(now, settings.timezone)
        swept = await sweep(database, day, now, host=settings.mail_host, zone=settings.timezone)
        if swept.failed:
            return Result(f"failed for {', '.join(swept.failed)}", well=False)
        return Result(f"{swept.reminders} reminders, {swept.messages} messages")

    return job


def dispatch_job(database: Database, settings: Settings, stopping: asyncio.Event) -> Job:
    async def job(_: datetime) -> Result:
        done = await dispatch(database, settings, stopping=stopping)
        if done.trouble:
            # A refused sign-in tried again every few seconds would lock the account.
            pause = timedelta(minutes=10 if done.trouble.settings else 1)
            return Result(str(done.trouble), well=False, pause=pause)
        return Result(", ".join(f"{count} {state}" for state, count in sorted(done.states.items())))

    return job


def seal_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        async with database.transaction() as session:
            chained = await chain(session)
            anchored = await anchor_once_a_day(session, settings, now)
        return Result(
            f"{chained} entries chained" + (f", head queued to {len(anchored)}" if anchored else "")
        )

    return job


def retention_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        async with database.transaction() as session:
            gone = await remove_once_a_day(session, settings, now)
        return Result(", ".join(f"{count} {kept}" for kept, count in gone.items()) or "done today")

    return job


def backup_job(database: Database, settings: Settings) -> Job:
    """Each night a backup, each week a drill: commands in processes of their own, which keep nobody waiting."""

    async def job(now: datetime) -> Result:
        async with database.transaction() as session:
            last = await last_good(session)
        made, drilled = last.get(RunKind.BACKUP), last.get(RunKind.DRILL)
        command: tuple[str, ...] = ()
        if backup_due(made, now, settings.timezone):
            command = ("backup",)
        elif settings.backup_drill_identity and drill_due(drilled, made, now):
            command = ("backup", "drill")
        if command and await _failed(settings, *command):
            return Result(f"{' '.join(command)} failed", well=False, pause=timedelta(hours=1))
        return Result("")

    return job


async def _failed(settings: Settings, *command: str) -> bool:
    """Run a command of ours; it ends with this process where that is told to end."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rti", *command, env=for_children(settings)
    )
    try:
        return await child.wait() != 0
    finally:
        if child.returncode is None:
            child.terminate()


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
    tickers = [
        (Ticker("sweep", sweep_job(database, settings), database), 60),
        (Ticker("seal", seal_job(database, settings), database), 60),
        (Ticker("retention", retention_job(database, settings), database), 60),
        (Ticker("dispatch", dispatch_job(database, settings, stopping), database), 5),
    ]
    if settings.makes_backups:
        tickers.append((Ticker("backup", backup_job(database, settings), database), 60))
    for ticker, seconds in tickers:
        scheduler.add_job(ticker.__call__, "interval", seconds=seconds, next_run_time=wallclock.now())
    scheduler.start()
    try:
        await stopping.wait()
        scheduler.pause()
        running = [ticker.running for ticker, _ in tickers if ticker.running]
        if running:
            await asyncio.wait(running, timeout=LAST_WORD)
    finally:
        scheduler.shutdown(wait=False)
        await database.close()
