"""Nobody widens what a role or a login may do without showing it in the commit."""

from pathlib import Path

import pytest

from tests.snapshots import SNAPSHOTS, written
from tests.sources import named


@pytest.mark.parametrize("path", SNAPSHOTS, ids=named)
def test_what_was_approved_is_what_there_is(path: Path) -> None:
    approved = path.read_text(encoding="utf-8")
    assert written(path) == approved, "run `make snapshots`, and commit its diff if that is meant"
