"""What the scheduler does at its ticks: each job is handed the moment, and says in a few words what came of it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from notifications.dispatch import dispatch
from notifications.smtp import ServerTrouble
from notifications.sweep import sweep
from rti.audit.checkpoints import mail_checkpoint_once_a_day
from rti.audit.record import record_tallies
from rti.audit.sealer import chain
from rti.backups.retention import backup_due, drill_due
from rti.backups.runs import last_good
from rti.core import wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.embedded_postgres import for_children
from rti.core.settings import Settings
from rti.models.backups import RunKind
from rti.requests.fixity import Found, check_some, words
from rti.retention.purge import remove_once_a_day


@dataclass(frozen=True, slots=True)
class Result:
    """What a tick came to, in words that name nobody; for the status page."""

    words: str
    well: bool = True


Job = Callable[[datetime], Awaitable[Result]]


def timed_jobs(database: Database, settings: Settings, stopping: asyncio.Event) -> list[tuple[str, Job, int]]:
    """Each job with its name and the seconds between its ticks."""
    jobs = [
        ("sweep", sweep_job(database, settings), 60),
        ("seal", seal_job(database, settings), 60),
        ("retention", retention_job(database, settings), 60),
        ("documents", documents_job(database, settings), 60),
        ("dispatch", dispatch_job(database, settings, stopping), 5),
    ]
    if settings.makes_backups:
        jobs.append(("backup", backup_job(database, settings), 60))
    return jobs


def sweep_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        day = wallclock.day_of(now, settings.timezone)
        swept = await sweep(database, day, now, host=settings.mail_host, zone=settings.timezone)
        if swept.failed:
            return Result(f"failed for {', '.join(swept.failed)}", well=False)
        return Result(f"{swept.reminders} reminders, {swept.messages} messages")

    return job


def dispatch_job(database: Database, settings: Settings, stopping: asyncio.Event) -> Job:
    """Sends; while the mail server rests, because a person or time has to help first, by the gateways alone."""
    trouble: ServerTrouble | None = None
    rests_until = 0.0

    async def job(_: datetime) -> Result:
        nonlocal trouble, rests_until
        # By a clock that nobody sets.
        elapsed = asyncio.get_running_loop().time
        done = await dispatch(database, settings, stopping=stopping, mailing=elapsed() >= rests_until)
        if done.trouble:
            # A refused sign-in tried again every few seconds would lock the account.
            trouble, rests_until = done.trouble, elapsed() + (600 if done.trouble.settings else 60)
        if elapsed() < rests_until:
            return Result(str(trouble), well=False)
        return Result(", ".join(f"{count} {state}" for state, count in sorted(done.states.items())))

    return job


def seal_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        async with database.transaction() as session:
            await record_tallies(session, now)
            chained = await chain(session)
            anchored = await mail_checkpoint_once_a_day(session, settings, now)
        return Result(
            f"{chained} entries chained" + (f", head queued to {len(anchored)}" if anchored else "")
        )

    return job


def retention_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        gone = await remove_once_a_day(database, settings, now)
        return Result(", ".join(f"{count} {kept}" for kept, count in gone.items()) or "done today")

    return job


def documents_job(database: Database, settings: Settings) -> Job:
    async def job(now: datetime) -> Result:
        found = await check_some(database.under(Login.DOCUMENTS), settings.clamd, now)
        return Result(words(found), well=not found[Found.UNSCANNED])

    return job


def backup_job(database: Database, settings: Settings) -> Job:
    """Each night a backup, each week a drill: commands in processes of their own, which keep nobody waiting."""
    rests_until = 0.0

    async def job(now: datetime) -> Result:
        nonlocal rests_until
        elapsed = asyncio.get_running_loop().time
        if elapsed() < rests_until:
            return Result("the last one failed", well=False)
        async with database.transaction() as session:
            last = await last_good(session)
        made, drilled = last.get(RunKind.BACKUP), last.get(RunKind.DRILL)
        command: tuple[str, ...] = ()
        if backup_due(made, now, settings.timezone):
            command = ("backup",)
        elif settings.backup_drill_identity and drill_due(drilled, made, now):
            command = ("backup", "drill")
        if command and await _failed(settings, *command):
            rests_until = elapsed() + 3600
            return Result(f"{' '.join(command)} failed", well=False)
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
