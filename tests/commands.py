"""Running the command `rti` as its users do."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from rti.sealing import keys

KEY_FILE = keys.kept(Path(tempfile.gettempdir()) / f"rti-test-keys-{os.getuid()}" / "wrapping")
"""The keys of all tests: they open nothing but what tests have sealed."""


def environment(**settings: str) -> dict[str, str]:
    """What a process of ours gets to know of this machine: these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTI_")}
    return kept | settings


def rti(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it against the database at `url`, with no other settings of this machine."""
    return subprocess.run(
        [sys.executable, "-m", "rti", *arguments],
        env=environment(RTI_DATABASE_URL=url, RTI_SECRET="test " * 8, RTI_KEY_FILE=str(KEY_FILE)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def reap(process: subprocess.Popen[str]) -> int:
    """Wait until the process has ended, and close what we read it by."""
    status = process.wait(timeout=30)
    if process.stdout:
        process.stdout.close()
    return status
