"""Two real servers, one of which replays what the other writes."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands import free_port

PROGRAMS = Path(os.environ.get("TEST_POSTGRES", "/usr/lib/postgresql/15/bin"))
USER = "postgres" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; its packages bring this user along."""
installed = pytest.mark.skipif(
    not (PROGRAMS / "pg_basebackup").exists(), reason=f"no PostgreSQL server in {PROGRAMS}"
)


@dataclass(frozen=True)
class Node:
    """A server with its data in a folder."""

    folder: Path
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def run(self, program: str, *arguments: str, text: str | None = None) -> str:
        command = [PROGRAMS / program, *arguments]
        done = subprocess.run(
            command, cwd=self.folder.parent, user=USER, check=True, input=text, text=True, capture_output=True
        )
        return done.stdout.strip()

    def control(self, *arguments: str) -> None:
        log = self.folder.parent / f"{self.folder.name}.log"
        command = (PROGRAMS / "pg_ctl", "--wait", f"--pgdata={self.folder}", f"--log={log}", *arguments)
        # The server would keep a pipe of ours open for as long as it runs.
        subprocess.run(command, cwd=self.folder.parent, user=USER, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        self.control("start", f"--options=-p {self.port} -h 127.0.0.1 -k ''")

    def psql(self, statement: str) -> str:
        return self.run(
            "psql",
            *("--host=127.0.0.1", f"--port={self.port}", "--username=postgres", "--no-align"),
            *("--tuples-only", "--quiet", "--no-psqlrc"),
            text=statement,
        )


@contextmanager
def two_servers() -> Iterator[tuple[Node, Node]]:
    """The first, empty, and its replica; both trust everybody on this machine."""
    with tempfile.TemporaryDirectory(prefix="rti-replica-", ignore_cleanup_errors=True) as name:
        if USER:
            shutil.chown(name, USER)
        first, second = (Node(Path(name) / each, free_port()) for each in ("first", "second"))
        first.run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync", "first")
        first.start()
        first.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf(); CREATE DATABASE rti")
        copied = f"--dbname=postgresql://postgres@{first.host}/"
        first.run("pg_basebackup", copied, "--write-recovery-conf", "--checkpoint=fast", "--pgdata=second")
        second.start()
        try:
            yield first, second
        finally:
            for each in (second, first):
                if (each.folder / "postmaster.pid").exists():
                    each.control("--mode=immediate", "stop")
