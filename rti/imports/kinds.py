"""What can be imported."""

from enum import StrEnum


class FileKind(StrEnum):
    REQUESTS = "requests"
    BODIES = "bodies"
    CBOS = "cbos"


class Fate(StrEnum):
    """What becomes of a line."""

    IMPORTED = "imported"
    DOUBTFUL = "doubtful"
    UPDATED = "updated"
    ALREADY_THERE = "already_there"
    REPETITION = "repetition"
    REJECTED = "rejected"
