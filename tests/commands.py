"""Running the command `rti` as its users do."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rti.sealing import keys

KEY_FILE = keys.kept(Path(tempfile.gettempdir()) / f"rti-test-keys-{os.getuid()}" / "wrapping")
"""The keys of all tests: they open nothing but what tests have sealed."""


def rti(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it against the database at `url`, with no other settings of this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTI_")}
    return subprocess.run(
        [sys.executable, "-m", "rti", *arguments],
        env={**kept, "RTI_DATABASE_URL": url, "RTI_SECRET": "test " * 8, "RTI_KEY_FILE": str(KEY_FILE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
