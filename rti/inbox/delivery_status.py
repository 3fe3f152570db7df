"""What a delivery status part says (RFC 3464, and RFC 6533 for addresses in Unicode).

It goes by Action and not by the class of Status: one server gives 4.2.2 for what it has given up. And the reason is
looked for in the words of the diagnostic first: another one gives Status 5.0.0 for everything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII)
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
_FOLDED = re.compile(r"\r?\n[ \t]+")
MEDIA_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})


@dataclass(frozen=True, slots=True)
class Status:
    """The report on one recipient: the action, an enhanced status (RFC 3463) or none, and the text of the server."""

    action: str
    code: str
    words: str


def statuses(part: bytes) -> Iterator[Status]:
    """Each recipient of a delivery status part; blocks are separated by blank lines."""
    for block in re.split(rb"\r?\n[ \t]*\r?\n", part):
        fields = _fields(block)
        if action := fields.get("action", "").lower():
            diagnostic = fields.get("diagnostic-code", "").partition(";")[2].strip()
            code = _ENHANCED.search(diagnostic) or _ENHANCED.search(fields.get("status", ""))
            yield Status(action, code[1] if code else "", diagnostic)


def _fields(block: bytes) -> dict[str, str]:
    plain = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), block)
    lines = _FOLDED.sub(" ", plain.decode("utf-8", "replace")).splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
