"""Tests read as sentences about the product."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 -- every user may make folders of their own there
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 4 * 2**30:
    # Tests survive no power cut, so databases need not lie on a disk, where copying one takes five times as long.
    tempfile.tempdir = os.environ["TMPDIR"] = str(_MEMORY)
# Every process of ours would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Until all tests are collected: looking for garbage among what is imported takes a fifth of the time of it.
gc.disable()
