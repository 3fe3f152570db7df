"""The PostgreSQL server of a run: the embedded one, or an installed one.

TEST_POSTGRES=/usr/lib/postgresql/15/bin .venv/bin/pytest tests/requests
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import fasteners
import pytest

from rti.core import embedded_postgres

SOCKET = "TEST_POSTGRES_SOCKET"
"""By this variable the workers of a run learn where the installed server listens."""


@dataclass(frozen=True)
class Server:
    """`psql` runs a statement outside any transaction."""

    psql: Callable[[str], str]
    url: Callable[[str], str]


def start_installed(config: pytest.Config) -> None:
    """Start the server that TEST_POSTGRES names, if any, once for all workers; it ends with the run."""
    programs = os.environ.get("TEST_POSTGRES")
    if programs and not hasattr(config, "workerinput"):
        ending = ExitStack()
        config.add_cleanup(ending.close)
        os.environ[SOCKET] = str(ending.enter_context(_installed(Path(programs))))


MOST_CONNECTIONS = 300
"""Every worker of the tests may have servers of ours, none of which starts where connections may run out."""


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """The installed server where one was started, else the embedded one, which lies in `folder`."""
    if socket := os.environ.get(SOCKET):
        command = ("psql", "--quiet", "--no-psqlrc", f"--host={socket}", "--username=postgres")
        psql = partial(subprocess.check_output, command, text=True)
        url = f"postgresql+asyncpg://postgres@/{{}}?host={socket}"
        yield Server(lambda statement: psql(input=statement), url.format)
    else:
        with fasteners.InterProcessLock(f"{folder}.lock"):
            if not folder.exists():
                with embedded_postgres.server(folder) as running:
                    running.psql(f"ALTER SYSTEM SET max_connections = {MOST_CONNECTIONS}")
        with embedded_postgres.server(folder, keep=False) as running:
            yield Server(running.psql, lambda name: embedded_postgres.url_of(running, name))


@contextmanager
def _installed(programs: Path) -> Iterator[Path]:
    """The folder of the socket of a new server, over which it trusts everybody as the embedded one does."""
    # PostgreSQL refuses to run as root; its packages bring this user along.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="rti-postgres-") as folder:
        if user:
            shutil.chown(folder, user)
        run = partial(subprocess.run, cwd=folder, user=user, check=True, stdout=subprocess.DEVNULL)
        run(
            [
                programs / "initdb",
                "--auth=trust",
                "--encoding=UTF8",
                "--username=postgres",
                "--no-sync",
                "data",
            ]
        )
        control = (programs / "pg_ctl", "--pgdata=data", "--wait")
        options = f"--options=-k {folder} -h '' -c max_connections={MOST_CONNECTIONS}"
        run([*control, options, "--log=log", "start"])
        try:
            yield Path(folder)
        finally:
            run([*control, "--mode=immediate", "stop"])
