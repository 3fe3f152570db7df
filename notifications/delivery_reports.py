"""Delivery reports: to which message one belongs, and what it says (RFC 3464).

Each message leaves with a sender of its own (VERP): `bounce+<message>-<proof>@host`. The proof is keyed with
the secret of the installation, so that nobody can switch off an address by inventing a report.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from uuid import UUID

LONGEST = 1_000_000
"""Bytes that are looked at; a report on one of our messages has a few thousand."""
LONGEST_HEADER = 10_000
MOST_HEADER_LINES = 200
MOST_PARTS = 100
DEEPEST = 10
_TAG = re.compile(r"\+([0-9a-f]{32})-([0-9a-f]{16})@", re.ASCII)
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})", re.ASCII)


class Unreadable(ValueError):
    """Not a delivery report, or one that is larger or deeper than any we can have caused."""


@dataclass(frozen=True, slots=True)
class Report:
    """That a message was given up; `status` is an enhanced status (RFC 3463) such as 5.1.1."""

    status: str


def sender_of(message_id: UUID, bounce_address: str, secret: str) -> str:
    """The sender under which a message leaves, by which reports about it come back."""
    name, _, host = bounce_address.rpartition("@")
    return f"{name}+{message_id.hex}-{_proof(message_id, secret)}@{host}"


def message_of(recipient: str, secret: str) -> UUID | None:
    """Which message the recipient of a report names; None where we did not make the address."""
    tag = _TAG.search(recipient.lower())
    if tag is None:
        return None
    message_id = UUID(hex=tag[1])
    return message_id if hmac.compare_digest(tag[2], _proof(message_id, secret)) else None


def read(raw: bytes) -> Report | None:
    """What a report says; None where the message is only late, or was delivered.

    Raises Unreadable; an oversized report is refused before it is parsed.
    """
    _refuse_bombs(raw)
    try:
        # The default policy would parse every address, which the standard library does recursively.
        message = message_from_bytes(raw)
    except RecursionError:
        raise Unreadable("too deep") from None
    if message.get_content_type() != "multipart/report":
        raise Unreadable("not a delivery report")
    for fields in _recipients(message):
        status = _STATUS.match(str(fields.get("Status", "")))
        if str(fields.get("Action", "")).strip().lower() == "failed" and status:
            return Report(status[1])
    return None


def _proof(message_id: UUID, secret: str) -> str:
    return hmac.new(secret.encode(), b"bounce" + message_id.bytes, hashlib.sha256).hexdigest()[:16]


def _refuse_bombs(raw: bytes) -> None:
    if len(raw) > LONGEST:
        raise Unreadable("too large")
    head = raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    lines = head.split(b"\n")
    if len(lines) > MOST_HEADER_LINES or any(len(line) > LONGEST_HEADER for line in lines):
        raise Unreadable("too many or too long headers")
    if sum(line.startswith(b"--") for line in raw.split(b"\n")) > MOST_PARTS:
        raise Unreadable("too many parts")
    if raw.lower().count(b"content-type: multipart") > DEEPEST:
        raise Unreadable("too deep")


def _recipients(report: Message) -> list[Message]:
    """The groups of fields about recipients; the first group of a report is about the message (RFC 3464 2.1)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            return [group for group in part.get_payload() if isinstance(group, Message)][1:]
    raise Unreadable("not a delivery report")
