"""What is logged is one JSON object a line, whatever it holds."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from rti.core import logs

HOSTILE = 'one\n{"level": "info", "event": "forged"}\r\u2028\x1b[31m\x00two'


def test_nothing_that_is_logged_begins_a_line_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().error(HOSTILE, note=HOSTILE)
    (line,) = capfd.readouterr().err.splitlines()
    assert line.isprintable()
    logged = json.loads(line)
    assert (logged["event"], logged["note"], logged["level"]) == (HOSTILE, HOSTILE, "error")
    assert datetime.fromisoformat(logged["timestamp"]).utcoffset() == timedelta(0)


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    said = "from rti.core import logs; import structlog; logs.configure(); structlog.get_logger().error('lost'); print('on')"
    with Path("/dev/full").open("w") as full:
        going = subprocess.run(
            [sys.executable, "-c", said], stderr=full, stdout=subprocess.PIPE, text=True, check=False
        )
    assert going.stdout == "on\n"
