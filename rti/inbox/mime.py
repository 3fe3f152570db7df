"""The parts of a message as they lie in its bytes (RFC 2046), however deep, with an end to it.

The standard library builds every part anew, after which the signature of a forwarded message fails, and looks for
attachments in some places only. Here only header lines are left to it: each leaf comes out of the raw bytes.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import count

MOST_BYTES, MOST_PARTS, DEEPEST, MOST_HEADER_BYTES = 36_000_000, 500, 30, 200_000
"""What is read of one message: 25 MB attached are 34 MB in base64."""
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_NOT_BASE64, _PADDING = re.compile(rb"[^A-Za-z0-9+/=]"), re.compile(rb"=+")
_MESSAGES = ("message/rfc822", "message/global", "message/news")


class TooComplex(ValueError):
    """More or more deeply nested parts than any genuine message."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no other parts.

    `content` is decoded, but of a forwarded message; `alternative` numbers the choice between versions of which it is
    one, None for a part that stands by itself.
    """

    header: Message
    content: bytes
    media_type: str
    alternative: int | None


def header_and_body(raw: bytes) -> tuple[Message, bytes]:
    """The parsed header of an entity, and all that follows it."""
    if raw.startswith((b"\n", b"\r\n")):
        head, body = b"", raw.lstrip(b"\r").removeprefix(b"\n")
    else:
        blank = _BLANK_LINE.search(raw)
        head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    if len(head) > MOST_HEADER_BYTES:
        raise TooComplex
    return BytesHeaderParser(policy=compat32).parsebytes(head + b"\r\n\r\n"), body


def leaves(raw: bytes) -> Iterator[Leaf]:
    """Every leaf in its order; raises TooComplex."""
    if len(raw) > MOST_BYTES:
        raise TooComplex
    # Entities still to be read, the next one last: how deep they lie, and in which alternative.
    waiting: list[tuple[bytes, int, int | None]] = [(raw, 0, None)]
    for number in count():
        if not waiting:
            return
        if number >= MOST_PARTS:
            raise TooComplex
        entity, depth, alternative = waiting.pop()
        header, body = header_and_body(entity)
        media_type = header.get_content_type()
        boundary = header.get_boundary()
        if header.get_content_maintype() == "multipart" and boundary:
            if depth >= DEEPEST:
                raise TooComplex
            inside = number if media_type == "multipart/alternative" and alternative is None else alternative
            parts = _split(body, boundary)
            waiting.extend((part, depth + 1, inside) for part in reversed(parts))
        else:
            yield Leaf(header, _decoded(header, body, media_type), media_type, alternative)


def _split(body: bytes, boundary: str) -> list[bytes]:
    """What lies between the delimiter lines; the line end before a delimiter belongs to it (RFC 2046, 5.1.1)."""
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    delimiter = re.compile(rb"(?:^|\r?\n)--" + mark + rb"(--)?[ \t]*(?=\r?\n|$)")
    parts, begun = [], None
    for found in delimiter.finditer(body):
        if begun is not None:
            parts.append(_after_line_end(body[begun : found.start()]))
        begun = None if found[1] else found.end()
        if found[1]:
            break
    if begun is not None:
        parts.append(_after_line_end(body[begun:]))
    return parts


def _after_line_end(part: bytes) -> bytes:
    return part[2:] if part.startswith(b"\r\n") else part.removeprefix(b"\n")


def _decoded(header: Message, body: bytes, media_type: str) -> bytes:
    encoding = str(header.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        return b"".join(map(_from_base64, _PADDING.split(_NOT_BASE64.sub(b"", body))))
    if encoding not in {"quoted-printable", "x-uuencode", "uuencode", "x-uue"}:
        return body
    if media_type in _MESSAGES:
        return body
    part = Message()
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(body.decode("latin-1"))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else body


def _from_base64(letters: bytes) -> bytes:
    """As much as is there: what breaks off in the middle of a byte loses that."""
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
