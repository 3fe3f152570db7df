"""`rti demo`, which is what `make run` runs: it starts everything, and leaves nothing behind."""

import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from tests.browser.conftest import Demo, start_demo, stop
from tests.commands import reap


def family(demo: Demo) -> list[psutil.Process]:
    """The processes that the demo started, the database server included."""
    folder = (demo.process.args[0], demo.process.pid)
    children = psutil.Process(demo.process.pid).children(recursive=True)
    assert children, folder
    return children


def database_server(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_process_and_a_second_start_keeps_the_data(
    data_dir: Path, how: signal.Signals
) -> None:
    first = start_demo(data_dir)
    started = [*family(first), database_server(data_dir)]
    assert "member@demo.example" in first.printed
    assert "/mail" in first.printed
    token = signed_in(first)
    before = httpx.get(f"{first.address}/api/requests", headers=token).json()
    assert stop(first, how) == 0
    assert not [process for process in started if process.is_running() and process.status() != "zombie"]

    second = start_demo(data_dir)
    after = httpx.get(f"{second.address}/api/requests", headers=signed_in(second)).json()
    assert stop(second) == 0
    assert before == after
    assert len(before["requests"]) > 3


def test_a_killed_demo_takes_its_parts_with_it_and_starts_again(data_dir: Path) -> None:
    first = start_demo(data_dir)
    parts = family(first)
    os.kill(first.process.pid, signal.SIGKILL)
    reap(first.process)
    _, alive = psutil.wait_procs(parts, timeout=20)
    assert not alive, [part.cmdline() for part in alive]
    second = start_demo(data_dir)
    assert stop(second) == 0
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def signed_in(demo: Demo) -> dict[str, str]:
    opened = httpx.post(
        f"{demo.address}/api/sessions", json={"email": "member@demo.example", "password": "demonstration"}
    )
    return {"Authorization": f"Bearer {opened.json()['token']}"}


def test_a_port_that_is_taken_is_told_with_what_to_do(demo: Demo, data_dir: Path) -> None:
    port = demo.address.rsplit(":", 1)[1]
    with pytest.raises(AssertionError, match="ended with 1"):
        start_demo(data_dir, RTI_PORT=port)
