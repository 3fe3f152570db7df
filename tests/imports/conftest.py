"""What the tests of imports share."""

from datetime import timedelta

import pytest

from rti.jobs import queue


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here jobs are done when a test says so."""
    monkeypatch.setattr(queue, "PATIENCE", timedelta(0))
