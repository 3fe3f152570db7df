"""`rti serve` in several processes: none is missed, and a new start refuses nobody."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.commands import KEY_FILE, SECRET, await_listener, environment, free_port, reap
from tests.waiting import PATIENCE, until

COUNT = 2


@pytest.fixture
def running(database_url: str) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """A server with workers, and somebody who asks it."""
    port = free_port()
    env = environment(
        RTI_DATABASE_URL=database_url, RTI_SECRET=SECRET, RTI_KEY_FILE=str(KEY_FILE), RTI_PORT=str(port)
    )
    command = [sys.executable, "-m", "rti", "serve", "--workers", str(COUNT)]
    with (
        subprocess.Popen(command, env=env, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as visitor,
    ):
        await_listener(port)
        assert visitor.get("/sign-in").status_code == 200
        server = psutil.Process(process.pid)
        yield server, visitor
        left = server.children()
        process.kill()
        reap(process)
        assert not [
            each for each in psutil.wait_procs(left, timeout=20)[1] if each.status() != psutil.STATUS_ZOMBIE
        ]


def workers(server: psutil.Process) -> set[int]:
    return {each.pid for each in server.children() if each.status() != psutil.STATUS_ZOMBIE}


async def test_a_worker_that_is_killed_is_replaced_and_a_new_start_takes_over_the_socket(
    running: tuple[psutil.Process, httpx.Client],
) -> None:
    process, visitor = running
    before = workers(process)
    assert len(before) == COUNT
    os.kill(min(before), signal.SIGKILL)
    await until(lambda: len(workers(process)) == COUNT and workers(process) != before)
    assert visitor.get("/sign-in").status_code == 200

    before, answers = workers(process), []
    process.send_signal(signal.SIGHUP)

    def others_serve() -> bool:
        answers.append(visitor.get("/sign-in", headers={"Connection": "close"}).status_code)
        return len(workers(process)) == COUNT and not workers(process) & before

    # It is started twice, once to see whether it would.
    await until(others_serve, 3 * PATIENCE)
    assert set(answers) == {200}


SIGNAL_IN_A_FINALIZER = """
import os, signal, socket
from rti.cli.workers import interrupt, supervise

class Careless:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

signal.signal(signal.SIGTERM, interrupt)
Careless()
supervise(lambda: print("serving"), 1, socket.socket())
"""


def test_a_stop_that_comes_while_the_server_starts_is_not_lost() -> None:
    started = subprocess.run(
        [sys.executable, "-c", SIGNAL_IN_A_FINALIZER], capture_output=True, text=True, timeout=60, check=False
    )
    assert (started.returncode, started.stdout) == (0, ""), started.stderr
    assert "KeyboardInterrupt" in started.stderr, "it was lost on the way"
