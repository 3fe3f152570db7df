"""The folder of backups: `rti-20261124T190000Z.age` with all rows, and beside it `….keys.age`.

A file gets its name when it is complete and on the disk. What a killed backup leaves has a name that says
that it is a part, and the next backup throws it away.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rti.backups.retention import KEYS_LIVE, kept, kept_keys
from rti.core.errors import BackupFailed, say

_STAMP = "%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"rti-(\d{8}T\d{6}Z)(\.keys)?\.age")
_PART = ".part"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where the two files of the backup made at a moment are."""

    made_at: datetime
    folder: Path

    @property
    def rows(self) -> Path:
        return self.folder / f"rti-{self.made_at:{_STAMP}}.age"

    @property
    def keys(self) -> Path:
        return self.rows.with_suffix(".keys.age")


def place(folder: Path, now: datetime) -> Place:
    """Where a backup made now goes; the name has the time in UTC, to the second."""
    return Place(now.astimezone(UTC).replace(microsecond=0), folder)


def prepare(folder: Path) -> None:
    """Make the folder, closed to others, if it is not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise BackupFailed(say("{path}: {reason}", path=folder, reason=fault.strerror)) from None


def part(path: Path) -> Path:
    """Where a file is while it is written."""
    return path.with_name(path.name + _PART)


def publish(*paths: Path) -> None:
    """Give parts their names, in this order, and have the folder on the disk too."""
    for path in paths:
        part(path).rename(path)
    descriptor = os.open(paths[0].parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def backups(folder: Path) -> list[Place]:
    """What is there, the oldest first."""
    return sorted(_dated(folder, keys=False))


def newest(folder: Path) -> Place:
    found = backups(folder)
    if not found:
        raise BackupFailed(say("There is no backup in {folder}", folder=folder))
    return found[-1]


def keys_for(path: Path) -> list[Path]:
    """The files of keys beside a backup: the newest, which knows best who was shredded, then its own."""
    there = [each.keys for each in sorted(_dated(path.parent, keys=True))]
    own = path.with_suffix(".keys.age")
    return list(dict.fromkeys([*there[-1:], *(each for each in there if each == own)]))


def clean(folder: Path) -> None:
    """Delete what killed backups have left."""
    for path in folder.glob(f"rti-*{_PART}"):
        path.unlink(missing_ok=True)


def prune(folder: Path, now: datetime, last_shredded: datetime | None = None) -> None:
    """Delete expired backups and keys; `last_shredded` is when an organisation was last shredded."""
    there = backups(folder)
    made = [each.made_at for each in there]
    rows, keys = kept(made), kept_keys(made, now, last_shredded)
    for each in there:
        if each.made_at not in rows:
            each.rows.unlink(missing_ok=True)
    for each in _dated(folder, keys=True):
        coming = (
            each.made_at > max(made, default=datetime.min.replace(tzinfo=UTC))
            and now - each.made_at < KEYS_LIVE
        )
        # Keys get their name before their rows do.
        if each.made_at not in keys and not coming:
            each.keys.unlink(missing_ok=True)


def _dated(folder: Path, *, keys: bool) -> list[Place]:
    names = (_NAMED.fullmatch(path.name) for path in folder.glob("rti-*.age"))
    return [
        Place(datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC), folder)
        for name in names
        if name and bool(name[2]) is keys
    ]
