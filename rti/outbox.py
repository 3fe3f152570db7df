"""Queueing the message of one action; reminders and digests are queued in sets by `notifications`."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from rti.core.settings import Settings
from rti.models.messages import MessageKind, MessageRow, MessageState


def queued(
    kind: MessageKind, values: dict[str, Any], settings: Settings, now: datetime, **to: Any
) -> MessageRow:
    """A message that goes out with the next round, for the session to add; `to` are the columns of whom it is for."""
    return MessageRow(
        kind=kind,
        values=values,
        message_id=f"<{uuid4().hex}@{settings.mail_host}>",
        state=MessageState.QUEUED,
        next_attempt_at=now,
        created_at=now,
        **to,
    )
