"""The states of a message."""

from enum import StrEnum


class MessageState(StrEnum):
    """queued → claimed → handed → accepted, deferred, failed or unknown; kept where no server is set."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDED = "handed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    KEPT = "kept"
    DROPPED = "dropped"
