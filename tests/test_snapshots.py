"""Nobody widens what a role or a login may do without showing it in the commit."""

import hashlib
from pathlib import Path

import pytest

from tests.snapshots import MIGRATIONS, SNAPSHOTS, written
from tests.sources import ROOT, named


@pytest.mark.parametrize("path", SNAPSHOTS, ids=named)
def test_what_was_approved_is_what_there_is(path: Path) -> None:
    approved = path.read_text(encoding="utf-8")
    assert written(path) == approved, "run `make snapshots`, and commit its diff if that is meant"


def test_no_migration_that_was_on_main_was_edited_or_removed() -> None:
    """What is new gets its line from `make snapshots`; to change what ran already, write another migration."""
    changed = {
        name
        for digest, name in (line.split() for line in MIGRATIONS.read_text(encoding="utf-8").splitlines())
        if not (ROOT / name).is_file() or hashlib.sha256((ROOT / name).read_bytes()).hexdigest() != digest
    }
    assert changed == set()
