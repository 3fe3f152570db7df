"""The periodic jobs that make backups and drills, and throw away what has expired, also while none is made."""

import asyncio
import sys
from datetime import timedelta

from sqlalchemy import func, select

from rti.backups.folder import prune
from rti.backups.retention import backup_due, drill_due
from rti.backups.runs import last_good
from rti.core.embedded_postgres import for_children
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.core.settings import Settings
from rti.law.explanations import N_
from rti.models.backups import RunKind
from rti.models.cbos import CboRow

REST = timedelta(hours=1)
"""How long after a failure the next try is."""


async def back_up(tick: Tick) -> Result:
    """Each night a backup, each week a drill: commands in processes of their own, which keep nobody waiting."""
    elapsed = asyncio.get_running_loop().time
    if elapsed() < tick.last.rests_until:
        return tick.last
    async with tick.database.transaction() as session:
        last = await last_good(session)
    made, drilled = last.get(RunKind.BACKUP), last.get(RunKind.DRILL)
    command: tuple[str, ...] = ()
    if backup_due(made, tick.now, tick.settings.timezone):
        command = ("backup",)
    elif tick.settings.backup_drill_identity and drill_due(drilled, made, tick.now):
        command = ("backup", "drill")
    if command and await _failed(tick.settings, *command):
        return Result(f"{' '.join(command)} failed", well=False, rests_until=elapsed() + REST.total_seconds())
    return Result()


async def _failed(settings: Settings, *command: str) -> bool:
    """Run an `rti` command that ends with this process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rti", *command, env=for_children(settings)
    )
    try:
        return await child.wait() != 0
    finally:
        if child.returncode is None:
            child.terminate()


async def expire(tick: Tick) -> Result:
    """Wrapped keys of shredded organisations go on their day, whether or not backups are still made."""
    folder = tick.settings.backup_folder
    if folder is None or not folder.exists():
        return Result()
    async with tick.database.transaction() as session:
        last_shredded = await session.scalar(select(func.max(CboRow.shredded_at)))
    await asyncio.to_thread(prune, folder, tick.now, last_shredded)
    return Result()


JOBS = (
    PeriodicJob(
        "expire",
        N_("Delete expired backups"),
        timedelta(minutes=1),
        expire,
        wanted=lambda settings: settings.backup_folder is not None,
    ),
    PeriodicJob(
        "backup",
        N_("Create backups"),
        timedelta(minutes=1),
        back_up,
        wanted=lambda settings: settings.makes_backups,
        # A drill restores all there is before it ends.
        silence=timedelta(hours=3),
    ),
)
