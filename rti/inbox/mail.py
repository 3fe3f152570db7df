"""Parsing a message: its whole text, its files by name, and whether a person wrote it; pure.

Nothing here decides what it means for a request.
"""

import mimetypes
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from itertools import groupby
from typing import Any, Literal

import msgspec

from rti.inbox import delivery_status
from rti.inbox.html_text import text_of_html
from rti.inbox.mime import Leaf, header_and_body, leaves

Written = Literal["reply", "automatic", "bounce"]
"""By whom, as far as its form tells: by a person, by a machine in answer, or by a server that gave it up."""
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TEXTS = ("text/plain", "text/html")
_WRITTEN_BY_MACHINE = re.compile(r"auto-(replied|notified)", re.IGNORECASE)
"""Not auto-generated (RFC 3834): an office's register sends real decisions that way."""
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To")


class Attachment(msgspec.Struct, frozen=True):
    name: str
    media_type: str
    content: bytes


class Mail(msgspec.Struct, frozen=True):
    """A message as it was understood; `references` are the ids that it answers, `reason` why it came back."""

    subject: str
    author: str
    message_id: str
    references: tuple[str, ...]
    text: str
    written: Written
    reason: str
    attachments: tuple[Attachment, ...]


def read(raw: bytes) -> Mail:
    """Raises TooComplex for a message with more parts than anybody writes."""
    header, _ = header_and_body(raw)
    parts = list(leaves(raw))
    written, reason = _written(header, parts)
    return Mail(
        subject=line(header, "Subject"),
        author=_author(header),
        message_id=next(iter(_ids(header, "Message-ID")), ""),
        references=tuple(dict.fromkeys((*_ids(header, "In-Reply-To"), *_ids(header, "References")))),
        text=_text(parts),
        written=written,
        reason=reason,
        attachments=tuple(_attachments(parts)),
    )


def recipients(raw: bytes) -> list[str]:
    """To whom the last server delivered it, as it wrote above the first Received: for a mailbox, which has no envelope."""
    header, _ = header_and_body(raw)
    above = []
    for name, value in header.items():
        if name.lower() == "received":
            break
        if name.title() in _ENVELOPE:
            above.append(value)
    return [address for _, address in getaddresses(above) if address]


def line(header: Message, name: str) -> str:
    """A header field in one line: unfolded, decoded, with single blanks."""
    return " ".join(next(iter(_values(header, name)), "").split())


def _values(header: Message, name: str) -> list[str]:
    """The fields of a name, decoded; as they lie in the bytes, since reading them otherwise loses raw UTF-8."""
    return [_decoded(value) for found, value in header.raw_items() if found.lower() == name.lower()]


def folded(text: str) -> list[tuple[bool, str]]:
    """The text in pieces, each marked as quoted or not; together they are the whole text."""
    grouped = groupby(text.splitlines(), key=lambda each: each.lstrip().startswith(">"))
    return [(quoted, "\n".join(lines)) for quoted, lines in grouped]


def _decoded(value: object) -> str:
    """Whatever a header field is: encoded words, raw UTF-8, or both."""
    plain = str(value or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with suppress(MessageError, LookupError, UnicodeError, ValueError):
        plain = str(make_header(decode_header(plain)))
    return _UNSEEN.sub("", plain.encode("utf-8", "replace").decode())


def _author(header: Message) -> str:
    name = address = ""
    # Comments within comments without end.
    with suppress(RecursionError):
        name, address = next(iter(getaddresses([line(header, "From")])), ("", ""))
    return f"{name} <{address}>" if name and address else address or name or line(header, "From")


def _ids(header: Message, name: str) -> list[str]:
    """By pattern: some programs fold them, or write them as encoded words."""
    return [each for value in _values(header, name) for each in _MESSAGE_ID.findall(value)]


def _written(header: Message, parts: Sequence[Leaf]) -> tuple[Written, str]:
    reports = [part for part in parts if part.media_type in delivery_status.MEDIA_TYPES]
    statuses = [status for part in reports for status in delivery_status.statuses(part.content)]
    failed = next((status for status in statuses if status.action == "failed"), None)
    if failed:
        return "bounce", " ".join(filter(None, (failed.code, failed.words)))
    machine = (
        bool(reports)
        or any(part.media_type == "message/disposition-notification" for part in parts)
        or bool(_WRITTEN_BY_MACHINE.match(line(header, "Auto-Submitted")))
        or bool(header.get("X-Autoreply") or header.get("X-Autorespond"))
        or line(header, "Precedence").lower() == "auto_reply"
    )
    return ("automatic" if machine else "reply"), ""


def _text(parts: Sequence[Leaf]) -> str:
    """Every text; of the versions of one text the first, unless another says twice as much."""
    texts: list[str] = []
    shown = [part for part in parts if _is_text(part)]
    for alternative, versions in groupby(shown, key=lambda part: part.alternative):
        found = [_text_of(each) for each in versions]
        if alternative is None:
            texts += found
        else:
            longest = max(found, key=_letters)
            texts.append(longest if _letters(longest) > 2 * _letters(found[0]) else found[0])
    return "\n\n".join(text.strip("\r\n") for text in texts if text.strip())


def _letters(text: str) -> int:
    return sum(map(len, text.split()))


def _is_text(part: Leaf) -> bool:
    kept_apart = part.header.get_content_disposition() == "attachment" or _given_name(part.header)
    return part.media_type in _TEXTS and not kept_apart


def _text_of(part: Leaf) -> str:
    text = _in_charset(part)
    return text_of_html(text) if part.media_type == "text/html" else text.replace("\r\n", "\n")


def _in_charset(part: Leaf) -> str:
    for charset in (part.header.get_content_charset(), "utf-8"):
        try:
            return _UNSEEN.sub("", part.content.decode(charset or "utf-8"))
        except (LookupError, UnicodeError):
            continue
    return _UNSEEN.sub("", part.content.decode("cp1252", "replace"))


def _attachments(parts: Sequence[Leaf]) -> Iterator[Attachment]:
    for number, part in enumerate(parts, 1):
        if not _is_text(part) and part.content.strip():
            ending = {"message/rfc822": ".eml"}.get(part.media_type) or mimetypes.guess_extension(
                part.media_type
            )
            yield Attachment(
                _given_name(part.header) or f"part-{number}{ending or '.bin'}", part.media_type, part.content
            )


def _given_name(header: Message) -> str:
    """The name in the form of RFC 2231 before the plain one, which is "_.pdf" for old readers."""
    for field, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        # Typed as pairs of texts, though a name in the form of RFC 2231 is a triple.
        given: list[tuple[str, Any]] = header.get_params([], field)
        found = [value for name, value in given if name.lower() == parameter]
        for value in sorted(found, key=lambda each: isinstance(each, str)):
            name = collapse_rfc2231_value(value)
            if plain := " ".join(_decoded(name).split()):
                return plain
    return ""
