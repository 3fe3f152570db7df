"""Running the command `rti` as its users do."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import httpx
import pytest

from rti.cli import main
from rti.core import keyring
from tests.waiting import PATIENCE

KEY_FILE = keyring.kept(Path(tempfile.gettempdir()) / f"rti-test-keys-{os.getuid()}" / "wrapping")
"""The keys of all tests: they open nothing but what tests have sealed."""
SECRET = "test " * 8


def environment(**settings: str) -> dict[str, str]:
    """What a process of ours gets to know of this machine: these settings and no others.

    It has one connection of each login: that is enough for everything, and many run at once.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTI_")}
    return kept | {"RTI_CONNECTIONS": "1"} | settings


def rti(url: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it against the database at `url`, with no other settings of this machine.

    It runs in this process, because a new one takes seconds to import everything; and in a thread, because it has
    an event loop of its own. There it cannot handle signals, and none comes: it ends by itself.
    """
    ours = {"RTI_DATABASE_URL": url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(os, "environ", environment(**(ours | settings)))
        patch.setattr(sys, "argv", ["rti", *arguments])
        patch.setattr(signal, "signal", lambda *_: None)
        status = _in_a_thread(main)
    return subprocess.CompletedProcess(arguments, status, _text(out), _text(err))


def _in_a_thread(command: Callable[[], None]) -> int:
    """The exit status of a command; one that goes on for ever keeps nobody else from ending."""
    ended: Future[int] = Future()

    def run() -> None:
        try:
            ended.set_result(_status_of(command))
        except Exception as fault:  # noqa: BLE001 -- raised in the test
            ended.set_exception(fault)

    threading.Thread(target=run, daemon=True).start()
    return ended.result(timeout=5 * PATIENCE)


def _text(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def _status_of(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


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


def await_listener(port: int) -> None:
    """Wait until somebody listens there, asking again at once; retries of httpx wait twice as long each time."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens at port {port}"
            time.sleep(0.05)
        else:
            return


@contextmanager
def serving(env: Mapping[str, str], command: Sequence[str] = ("rti", "serve"), **how: Any) -> Iterator[str]:
    """Where `rti serve` answers in an environment, until the block ends; then it is told to stop, and does."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env={**env, "RTI_PORT": str(port)}, text=True, **how
    )
    address = f"http://127.0.0.1:{port}"
    await_listener(port)
    with httpx.Client(timeout=PATIENCE) as visitor:
        visitor.get(f"{address}/health")
    yield address
    process.terminate()
    assert reap(process) == 0
