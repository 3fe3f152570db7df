"""A hash chain over the audit log: pure.

The digest of an entry is SHA-256 (FIPS 180-4) over the digest before it, its position, and each of its
fields with its length in front, so that no two different entries have the same bytes. Changing, swapping,
inserting or deleting an entry shows in the chain itself. Cutting off its end, or rewriting all of it,
shows only against an anchor: a head that somebody kept elsewhere.
"""

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from rti.models.audit import AuditAction

BEGINNING = bytes(32)
"""The digest before the first entry."""
_ABSENT = b"\xff\xff\xff\xff"
_ANCHOR = re.compile(r"\b(\d{4}-\d{2}-\d{2})[ \t]+(\d{1,18})[ \t]+([0-9a-f]{64})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of an entry, in the order in which they are hashed."""

    id: UUID
    happened_at: datetime
    what: str
    person_id: UUID | None
    cbo_id: UUID | None
    about: str
    details: Mapping[str, Any]

    def fields(self) -> Iterator[bytes | None]:
        yield self.id.bytes
        yield self.happened_at.astimezone(UTC).isoformat(timespec="microseconds").encode()
        yield self.what.encode()
        yield self.person_id.bytes if self.person_id else None
        yield self.cbo_id.bytes if self.cbo_id else None
        yield self.about.encode()
        yield json.dumps(self.details, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """The last position of a chain, and the digest there."""

    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that was kept elsewhere, and the day on which it was; written as one line."""

    day: date
    head: Head

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.head.position} {self.head.hash.hex()}"


def read_checkpoints(text: str) -> list[Checkpoint]:
    """Every checkpoint in a text, such as saved messages; other text is ignored.

    Raises ValueError for a day that is none.
    """
    return [
        Checkpoint(date.fromisoformat(day), Head(int(position), bytes.fromhex(digest)))
        for day, position, digest in _ANCHOR.findall(text)
    ]


def linked(before: bytes, position: int, entry: Entry) -> bytes:
    """The digest of an entry at its place."""
    digest = hashlib.sha256(before + struct.pack(">Q", position))
    for each in entry.fields():
        digest.update(_ABSENT if each is None else struct.pack(">I", len(each)) + each)
    return digest.digest()


def _left_by(entry: Entry) -> bytes | None:
    """The digest before a cut as its entry records it, or None where that is malformed."""
    try:
        return bytes.fromhex(entry.details["hash"])
    except (KeyError, TypeError, ValueError):
        return None


class Check:
    """Takes the entries of a chain in order, and reports what is wrong with them.

    A chain that begins after its first position was cut by retention. That is right only where a later
    entry records the head that was left, and where no checkpoint since `kept_since` lies before it.
    """

    def __init__(self, anchors: Iterable[Checkpoint] = (), kept_since: date = date.min) -> None:
        self._anchors = set(anchors)
        self._heads = {anchor.head for anchor in self._anchors}
        self._kept_since = kept_since
        self._seen: set[Head] = set()
        self._cuts: list[bytes | None] = []
        self._first: tuple[int, bytes, Entry] | None = None
        self.head = Head(0, BEGINNING)
        self.count = 0

    def take(self, position: int, stored: bytes, entry: Entry) -> Iterator[str]:
        """Check the next entry; yields a sentence for each fault."""
        if self._first is None:
            self._first = (position, stored, entry)
        # What was before a cut is known only from the entry that records it, which comes later.
        after_cut = self.count == 0 and position > 1
        follows = position == self.head.position + 1
        if not (after_cut or follows):
            missing = position - self.head.position - 1
            yield (
                f"{missing} entries are missing before entry {position}"
                if missing > 0
                else f"There is more than one entry at position {position}"
            )
        if follows and linked(self.head.hash, position, entry) != stored:
            yield f"Entry {position} has been altered"
        if entry.what == AuditAction.LOG_CUT:
            self._cuts.append(_left_by(entry))
        self.head = Head(position, stored)
        self._seen |= self._heads & {self.head}
        self.count += 1

    def end(self) -> Iterator[str]:
        """The faults that show only after the last entry."""
        first = self._first[0] if self._first else 1
        if self._first and first > 1 and not self._is_told(*self._first):
            yield f"The entries before {first} are missing, and no entry records their deletion"
        for anchor in sorted(self._anchors, key=lambda each: each.head.position):
            at, whose = anchor.head.position, f"the checkpoint of {anchor.day}"
            if at > self.head.position:
                yield f"The end is missing: {whose} is at {at}, but the log ends at {self.head.position}"
            elif at >= first and anchor.head not in self._seen:
                yield f"The log has been replaced: {whose} does not match entry {at}"
            elif at < first and anchor.day >= self._kept_since:
                yield f"The beginning is missing: {whose} is at {at}, but the log begins at {first}"

    def _is_told(self, position: int, stored: bytes, entry: Entry) -> bool:
        """Whether an entry records the digest that only the first remaining entry can follow."""
        return any(linked(cut, position, entry) == stored for cut in self._cuts if cut)
