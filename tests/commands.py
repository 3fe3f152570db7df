"""Running the command `rti` as its users do."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from rti.core import keyring

KEY_FILE = keyring.kept(Path(tempfile.gettempdir()) / f"rti-test-keys-{os.getuid()}" / "wrapping")
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


@contextmanager
def serving(env: Mapping[str, str], **how: Any) -> Iterator[str]:
    """Where `rti serve` answers in an environment, until the block ends; then it is told to stop, and does."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "rti", "serve"], env={**env, "RTI_PORT": str(port)}, text=True, **how
    )
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as visitor:
        visitor.get(f"{address}/health")
    yield address
    process.terminate()
    assert reap(process) == 0
