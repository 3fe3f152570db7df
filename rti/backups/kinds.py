"""What is written down about backups."""

from enum import StrEnum


class RunKind(StrEnum):
    """A backup that was made, or a drill that restored one."""

    BACKUP = "backup"
    DRILL = "drill"
