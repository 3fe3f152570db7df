"""The kinds, channels and states of a message."""

from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is; each kind has a folder of templates in `notifications/templates`."""

    REMINDER = "reminder"
    DIGEST = "digest"
    LETTER = "letter"
    INVITATION = "invitation"
    CODE = "code"
    ANCHOR = "anchor"


class Channel(StrEnum):
    """By which way a message reaches a person; `notifications.channels` knows how each is sent."""

    EMAIL = "email"
    TELEGRAM = "telegram"
    SMS = "sms"


class Standing(StrEnum):
    """Nothing is sent any more to a disabled address; one in doubt is still tried."""

    GOOD = "good"
    SUSPECT = "suspect"
    DISABLED = "disabled"


class MessageState(StrEnum):
    """queued → claimed → handed → accepted, deferred, failed or unknown; kept where no server is set.

    A message that has no point any more when its turn comes is dropped.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDED = "handed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    KEPT = "kept"
    DROPPED = "dropped"


class LetterState(StrEnum):
    """proposed → approved (sent, or printed where the body has no address) or dismissed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"


class Decision(StrEnum):
    """What is to become of a letter of which nobody knows whether it arrived."""

    ARRIVED = "arrived"
    AGAIN = "again"


WAITING = (MessageState.QUEUED, MessageState.DEFERRED, MessageState.CLAIMED, MessageState.HANDED)
"""The states that a message leaves again."""
