"""Delivery reports (RFC 3464): the message one belongs to, and what it says.

Each message leaves with a sender of its own (VERP): `bounce+<message>-<proof>@host`. The proof is keyed with
the secret of the installation, so that nobody can switch off an address by inventing a report.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from rti.inbox.delivery_status import MEDIA_TYPES, statuses
from rti.inbox.mime import TooComplex, leaves

LONGEST = 1_000_000
"""Bytes; a report on one of our messages has a few thousand."""
_TAG = re.compile(r"\+([0-9a-f]{32})-([0-9a-f]{16})@", re.ASCII)


class Unreadable(ValueError):
    """Not a delivery report, or one larger or more nested than any about our messages."""


@dataclass(frozen=True, slots=True)
class Report:
    """That a message was given up; `status` is an enhanced status (RFC 3463) such as 5.1.1."""

    status: str


def sender_of(message_id: UUID, bounce_address: str, secret: str) -> str:
    """The envelope sender of a message, to which reports about it are returned."""
    name, _, host = bounce_address.rpartition("@")
    return f"{name}+{message_id.hex}-{_proof(message_id, secret)}@{host}"


def message_of(recipient: str, secret: str) -> UUID | None:
    """The message that the recipient of a report names; None if the address is not ours."""
    tag = _TAG.search(recipient.lower())
    if tag is None:
        return None
    message_id = UUID(hex=tag[1])
    return message_id if hmac.compare_digest(tag[2], _proof(message_id, secret)) else None


def read(raw: bytes) -> Report | None:
    """What a report says in any delivery status part; None where the message is only late, or was delivered.

    Raises Unreadable; an oversized report is refused before it is parsed.
    """
    if len(raw) > LONGEST:
        raise Unreadable("too large")
    try:
        parts = [part.content for part in leaves(raw) if part.media_type in MEDIA_TYPES]
    except TooComplex:
        raise Unreadable("too many or too deep parts, or too long headers") from None
    if not parts:
        raise Unreadable("not a delivery report")
    reported = (status for part in parts for status in statuses(part))
    failed = next((status for status in reported if status.action == "failed" and status.code), None)
    return Report(failed.code) if failed else None


def _proof(message_id: UUID, secret: str) -> str:
    return hmac.new(secret.encode(), b"bounce" + message_id.bytes, hashlib.sha256).hexdigest()[:16]
