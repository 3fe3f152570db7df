"""`rti backup` as a process: no room, killed, on a schedule; and what /status says of it."""

import asyncio
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from rti.backups.folder import backups
from rti.backups.jobs import back_up
from rti.backups.runs import last_good
from rti.core.db import Database
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now
from rti.health import examine
from rti.models.backups import BackupRunRow, RunKind
from rti.web.health import exposition
from tests import make
from tests.backups.conftest import Vault
from tests.commands import KEY_FILE, SECRET, environment, rti
from tests.conftest import NOW, visiting
from tests.sizes import size
from tests.waiting import PATIENCE, until

HOUR = timedelta(hours=1)


def kept_in(vault: Vault) -> dict[str, str]:
    return {"RTI_BACKUP_FOLDER": str(vault.folder), "RTI_BACKUP_RECIPIENT": vault.recipient}


async def started(url: str, vault: Vault, *, most_bytes: int | None = None) -> Process:
    """A process that makes a backup."""
    ours = {"RTI_DATABASE_URL": url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}

    def limited() -> None:
        if most_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return await asyncio.create_subprocess_exec(
        # What it compiled would be cut off as well, and stay for others.
        *(sys.executable, "-B", "-m", "rti", "backup"),
        env=environment(**ours, **kept_in(vault)),
        stdout=PIPE,
        stderr=PIPE,
        preexec_fn=limited,
    )


async def ended(process: Process) -> tuple[int, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, out.decode(), err.decode()


def files(vault: Vault) -> list[str]:
    return sorted(path.name for path in vault.folder.iterdir())


def half_written(vault: Vault) -> bool:
    return any(vault.folder.glob("*.part"))


async def kill_while_writing(victim: Process, vault: Vault, after: float) -> None:
    """Kill it so many seconds after it began to write, unless it was quicker."""
    await until(lambda: victim.returncode is not None or half_written(vault))
    await asyncio.sleep(after)
    if victim.returncode is None:
        victim.send_signal(signal.SIGKILL)
    await victim.wait()


@pytest.fixture
def configured(settings: Settings, vault: Vault) -> Settings:
    return replace(settings, backup_folder=vault.folder, backup_recipient=vault.recipient)


async def runs(database: Database) -> list[tuple[str, bool, str]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT kind, well, result FROM backup_run ORDER BY began_at"))
        return [tuple(row) for row in rows]


async def test_a_full_disk_is_told_leaves_no_file_and_is_on_the_status_page(
    database: Database, database_url: str, vault: Vault, configured: Settings
) -> None:
    code, out, err = await ended(await started(database_url, vault, most_bytes=50_000))
    assert (code, out) == (1, "")
    assert err == "The backup could not be written: File too large\n"
    assert files(vault) == []
    assert await runs(database) == [("backup", False, "The backup could not be written: File too large")]
    async with visiting(configured) as staff:
        async with database.transaction() as session:
            member = await make.member(session, Role.STAFF)
        await make.sign_in(staff, member)
        page = await staff.get("/status")
    assert "The backup could not be written: File too large" in page.text


@pytest.mark.torture
async def test_a_killed_backup_leaves_no_file_that_looks_whole_and_the_next_one_clears_up(
    database: Database, database_url: str, vault: Vault, empty: Database
) -> None:
    wanted, killed = size(2, 100), 0
    async with database.transaction() as session:
        await make.cbo(session, NOW)
    async with asyncio.timeout(PATIENCE * wanted):
        while killed < wanted:
            await kill_while_writing(await started(database_url, vault), vault, killed * 0.01 % 0.2)
            killed += half_written(vault)
            for name in files(vault):
                if name.endswith("Z.age"):
                    assert (vault.folder / name.replace("Z.age", "Z.keys.age")).exists()
    made = rti(database_url, "backup", **kept_in(vault))
    assert (made.returncode, made.stdout[:4]) == (0, "rti-"), made.stderr
    assert not half_written(vault)
    restored = await vault.restore(empty, backups(vault.folder)[-1].rows)
    assert restored.manifest.rows > 1_000


async def test_the_scheduler_makes_a_backup_each_night_and_a_drill_each_week(
    database: Database, vault: Vault, configured: Settings
) -> None:
    tick = Tick(database, replace(configured, backup_drill_identity=vault.identity), now())
    for _ in ("a backup", "a drill", "nothing more"):
        assert (await back_up(tick)).well
    assert [kind for kind, _, _ in await runs(database)] == ["backup", "drill"]
    assert len(files(vault)) == 2


async def test_a_drill_elsewhere_is_written_down_here(
    database: Database, database_url: str, vault: Vault
) -> None:
    assert rti(database_url, "backup", "drilled", "rti-1.age", **kept_in(vault)).returncode == 0
    assert await runs(database) == [("drill", True, "on another machine")]


async def noted(database: Database, kind: RunKind, ago: timedelta, *, well: bool = True) -> None:
    async with database.transaction() as session:
        began = NOW - ago
        session.add(
            BackupRunRow(kind=kind, began_at=began, ended_at=began, well=well, file="f", result="said")
        )


@pytest.mark.parametrize(
    ("backup", "drill", "well"),
    [
        (None, None, (False, False)),
        (25, None, (True, True)),
        (27, None, (False, True)),
        (1, 24 * 8 - 1, (True, True)),
        (1, 24 * 8 + 1, (True, False)),
    ],
)
async def test_the_alarm_rings_at_26_hours_without_a_backup_and_8_days_without_a_drill(
    database: Database, configured: Settings, backup: int | None, drill: int | None, well: tuple[bool, bool]
) -> None:
    if backup:
        await noted(database, RunKind.BACKUP, backup * HOUR)
    if drill:
        await noted(database, RunKind.DRILL, drill * HOUR)
    found = await examine(configured, database, NOW)
    assert (found.backups[RunKind.BACKUP].well, found.backups[RunKind.DRILL].well) == well
    assert found.backups[RunKind.BACKUP].age == (backup * 3600 if backup else None)
    result = exposition(found).decode()
    assert f'rti_backup_well{{kind="backup"}} {float(well[0])}' in result
    assert ('rti_backup_age_seconds{kind="drill"}' in result) == bool(drill)


async def test_a_backup_that_failed_rings_at_once_and_where_none_is_configured_nothing_does(
    database: Database, configured: Settings, settings: Settings
) -> None:
    await noted(database, RunKind.BACKUP, 2 * HOUR)
    await noted(database, RunKind.BACKUP, HOUR, well=False)
    found = await examine(configured, database, NOW)
    assert not found.backups[RunKind.BACKUP].well
    assert found.backups[RunKind.BACKUP].age == 7200
    assert (await examine(settings, database, NOW)).backups == {}
    async with database.transaction() as session:
        assert list(await last_good(session)) == [RunKind.BACKUP]
