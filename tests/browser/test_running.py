"""`rti demo`, which is what `make run` runs: it starts everything, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.browser.conftest import Demo, start_demo, stop
from tests.commands import environment, reap

pytestmark = pytest.mark.xdist_group("browser")


def family(demo: Demo) -> list[psutil.Process]:
    """The processes that the demo started, the database server included."""
    folder = (demo.process.args[0], demo.process.pid)
    children = psutil.Process(demo.process.pid).children(recursive=True)
    assert children, folder
    return children


def database_server(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))


def test_whatever_ends_the_demo_no_process_stays_and_the_data_does(data_dir: Path) -> None:
    killed = start_demo(data_dir)
    assert "member@demo.example" in killed.printed
    assert "/mail" in killed.printed
    parts = family(killed)
    os.kill(killed.process.pid, signal.SIGKILL)
    reap(killed.process)
    _, alive = psutil.wait_procs(parts, timeout=20)
    assert not alive, [part.cmdline() for part in alive]
    seen = []
    for how in (signal.SIGTERM, signal.SIGINT):
        running = start_demo(data_dir)
        started = [*family(running), database_server(data_dir)]
        answer = httpx.get(f"{running.address}/api/requests", headers=signed_in(running))
        seen.append(answer.json())
        assert _link_printed(data_dir).startswith(f"{running.address}/invitation?token=")
        assert stop(running, how) == 0
        assert not [process for process in started if process.is_running() and process.status() != "zombie"]
        assert not (data_dir / "postgres" / "postmaster.pid").exists()
    assert seen[0] == seen[1]
    assert len(seen[0]["requests"]) > 3


def _link_printed(folder: Path) -> str:
    """What a command prints that was told the data folder and no port."""
    command = [sys.executable, "-m", "rti", "account", "reset", "staff@demo.example"]
    return subprocess.run(
        command, env=environment(RTI_DATA_DIR=str(folder)), capture_output=True, text=True, check=True
    ).stdout


def signed_in(demo: Demo) -> dict[str, str]:
    opened = httpx.post(
        f"{demo.address}/api/sessions", json={"email": "member@demo.example", "password": "demonstration"}
    )
    return {"Authorization": f"Bearer {opened.json()['token']}"}


def test_a_port_that_is_taken_is_told_with_what_to_do(demo: Demo, data_dir: Path) -> None:
    port = demo.address.rsplit(":", 1)[1]
    with pytest.raises(AssertionError, match="ended with 1"):
        start_demo(data_dir, RTI_PORT=port)
