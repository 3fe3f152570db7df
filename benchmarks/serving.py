"""Web servers to be measured, of this release and of the previous one, each on a database of its own in one PostgreSQL."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil
from sqlalchemy import text

from benchmarks.data import fill
from benchmarks.visitors import Visitor, visitors, writers
from rti.core import embedded_postgres, keyring
from rti.core.db import Database

PREVIOUS = "ee9bc4e"
"""The release beside which this one is measured, as git names it."""
FOLDER_OF_PREVIOUS = "BENCH_PREVIOUS"
"""The variable that may name a folder with that release, set up by its `make setup`; else one is made."""
START_SECONDS = 120.0
ROOT = Path(__file__).parent.parent
_NEWER = (
    "request ADD COLUMN IF NOT EXISTS province_code text",
    "request ADD COLUMN IF NOT EXISTS story bytea",
    "request ADD COLUMN IF NOT EXISTS not_taken text",
    "person ADD COLUMN IF NOT EXISTS entrusted_at timestamptz",
    *(f"request ADD COLUMN IF NOT EXISTS {name} date" for name in ("limit_on", "closed_on", "known_from")),
    "request ADD COLUMN IF NOT EXISTS first_body_id uuid",
    "request ADD COLUMN IF NOT EXISTS met_on date",
)
"""What the previous release had not got; it does not look at it."""
_IDS = "CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'"
"""Nor this, which makes the identifiers of our rows, and is gone when it starts."""


@dataclass(frozen=True)
class Release:
    """A running server with the processes whose time counts, and who asks it."""

    name: str
    port: int
    url: str
    web: psutil.Process
    database: psutil.Process
    visitors: dict[str, Visitor]
    writers: Sequence[Visitor]

    def workers(self) -> Sequence[psutil.Process]:
        """The processes of the web server that answer."""
        return self.web.children(recursive=True) or [self.web]

    def seconds(self) -> float:
        """CPU time so far of the server, of what it forked, and of PostgreSQL; that of ended children is their parent's."""
        family = [each for top in (self.web, self.database) for each in (top, *top.children(recursive=True))]
        return sum(map(_seconds_of, family))


def _seconds_of(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


@dataclass(frozen=True)
class House:
    """The PostgreSQL of a run, and the key file of all that works on it."""

    running: embedded_postgres.PostgresServer
    keys: Path


@contextmanager
def house() -> Iterator[House]:
    with (
        TemporaryDirectory(prefix="rti-benchmark-") as folder,
        embedded_postgres.server(Path(folder) / "postgres") as running,
    ):
        yield House(running, keyring.kept(Path(folder) / "keys" / "wrapping"))


@contextmanager
def previous() -> Iterator[Path]:
    """A folder with the previous release and what it needs, as it was."""
    if given := os.environ.get(FOLDER_OF_PREVIOUS):
        yield Path(given)
        return
    git = shutil.which("git") or "git"
    with TemporaryDirectory(prefix="rti-previous-") as folder:
        tree = Path(folder) / "tree"
        subprocess.run(
            [git, "worktree", "add", "--quiet", "--detach", str(tree), PREVIOUS], cwd=ROOT, check=True
        )
        try:
            subprocess.run([shutil.which("make") or "make", "setup"], cwd=tree, check=True)
            yield tree
        finally:
            subprocess.run([git, "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


@contextmanager
def release(name: str, house: House, count: int, folder: Path = ROOT) -> Iterator[Release]:
    """A release on a database that it migrated itself, with `count` requests."""
    house.running.psql(f"CREATE DATABASE {name}")
    url, port = embedded_postgres.url_of(house.running, name), free_port()
    python = sys.executable if folder is ROOT else str(folder / ".venv" / "bin" / "python")
    environment = environment_of(url, port, house)
    subprocess.run([python, "-m", "rti", "migrate"], env=environment, cwd=folder, check=True)
    found = asyncio.run(_filled(url, house, count))
    with serving([python, "-m", "rti", "serve"], port, environment, folder) as process:
        server = psutil.Process(house.running.get_postmaster_info().pid)
        yield Release(name, port, url, process, server, *found)


def environment_of(url: str, port: int, house: House) -> dict[str, str]:
    """In which the commands of a release find their database and keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RTI_")} | {
        "RTI_DATABASE_URL": url,
        "RTI_PORT": str(port),
        "RTI_SECRET": "benchmark " * 4,
        "RTI_KEY_FILE": str(house.keys),
    }


async def _filled(url: str, house: House, count: int) -> tuple[dict[str, Visitor], list[Visitor]]:
    database = Database(url, keyring=keyring.read(house.keys))
    async with database.transaction() as session:
        for column in _NEWER:
            await session.execute(text(f"ALTER TABLE {column}"))
        lacking = await session.scalar(text("SELECT to_regproc('new_id') IS NULL"))
        if lacking:
            await session.execute(text(_IDS))
        await fill(session, count)
        if lacking:
            await session.execute(text("DROP FUNCTION new_id()"))
    found = await visitors(database), await writers(database)
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for command in ("VACUUM ANALYZE", "CHECKPOINT"):
            await alone.exec_driver_sql(command)
    await database.close()
    return found


@contextmanager
def serving(
    command: list[str], port: int, environment: dict[str, str], folder: Path = ROOT
) -> Iterator[psutil.Process]:
    """A server in a process of its own, on loopback, until the block ends."""
    with subprocess.Popen(command, env=environment, cwd=folder) as process:
        try:
            _await_port(port, process)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = perf_counter() + START_SECONDS
    while perf_counter() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
