"""`rti demo`, which is what `make run` runs: it starts everything, and leaves nothing behind."""

import signal
import subprocess
import sys

import httpx
import psutil
import pytest

from tests.browser.conftest import PASSWORD, Demo
from tests.commands import environment
from tests.sizes import size

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.torture
def test_whatever_ends_the_demo_no_process_stays_and_the_data_does(demo: Demo) -> None:
    """By kill -9 in `make test`, where the fixture ends it by Ctrl-C at last; in `make torture` by each signal."""
    assert "member@demo.example" in demo.printed
    assert "is sent to 127.0.0.1" in demo.printed
    before = requests_of(demo)
    assert len(before) > 3
    for how in size([signal.SIGKILL], [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]):
        parts = demo.family()
        assert parts
        assert demo.stop(how) == (0 if how is not signal.SIGKILL else -how)
        _, alive = psutil.wait_procs(parts, timeout=20)
        assert not alive, [part.cmdline() for part in alive]
        demo.start()
        assert requests_of(demo) == before


def test_a_command_that_knows_the_data_folder_knows_where_the_pages_are(demo: Demo) -> None:
    command = [sys.executable, "-m", "rti", "account", "invite", "new@test.example", "--role", "staff"]
    env = environment(RTI_DATA_DIR=str(demo.folder))
    printed = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert printed.startswith(f"{demo.address}/invitation?token=")


def test_a_port_that_is_taken_is_told_with_what_to_do(demo: Demo) -> None:
    with pytest.raises(AssertionError, match="ended with 1"):
        Demo(demo.settings)


def requests_of(demo: Demo) -> list[object]:
    """What the member of the demo sees through the API."""
    with httpx.Client(base_url=demo.address) as client:
        opened = client.post(
            "/api/sessions", json={"email": "member@demo.example", "password": PASSWORD}
        ).json()
        seen = client.get("/api/requests", headers={"Authorization": f"Bearer {opened['token']}"}).json()
    found: list[object] = seen["requests"]
    return found
