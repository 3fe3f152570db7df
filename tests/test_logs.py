"""What is logged is one JSON object a line, whatever it holds."""

import json
from datetime import datetime, timedelta

import pytest
import structlog

from rti import logs

HOSTILE = 'one\n{"level": "info", "event": "forged"}\r\u2028\x1b[31m\x00two'


def test_nothing_that_is_logged_begins_a_line_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().error(HOSTILE, told=HOSTILE)
    (line,) = capfd.readouterr().err.splitlines()
    assert line.isprintable()
    logged = json.loads(line)
    assert (logged["event"], logged["told"], logged["level"]) == (HOSTILE, HOSTILE, "error")
    assert datetime.fromisoformat(logged["timestamp"]).utcoffset() == timedelta(0)
