"""A hash chain over the audit log: pure.

The digest of an entry is SHA-256 (FIPS 180-4) over the digest before it, its position, and each of its
fields with its length in front, so that no two different entries have the same bytes. Changing, swapping,
inserting or deleting an entry shows in the chain itself. Cutting off its end, or making all of it anew,
shows only against a head that somebody kept elsewhere.
"""

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rti.audit.kinds import What

BEGINNING = bytes(32)
"""The digest before the first entry."""
LATE = timedelta(hours=1)
"""How much older than the entry before it an entry may say that it is; no transaction takes so long."""
_ABSENT = b"\xff\xff\xff\xff"
_HEAD = re.compile(r"\b(\d{1,18})[ \t]+([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is told, in the order in which it is hashed."""

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
    """How far a chain goes, and its digest there; written as one line."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position} {self.hash.hex()}"


def read_heads(text: str) -> list[Head]:
    """Every head in a text, such as a message that was kept, whatever stands around them."""
    return [Head(int(position), bytes.fromhex(digest)) for position, digest in _HEAD.findall(text)]


def linked(before: bytes, position: int, entry: Entry) -> bytes:
    """The digest of an entry at its place."""
    digest = hashlib.sha256(before + struct.pack(">Q", position))
    for each in entry.fields():
        digest.update(_ABSENT if each is None else struct.pack(">I", len(each)) + each)
    return digest.digest()


class Check:
    """Takes the entries of a chain in their order, and tells what is wrong with them.

    A chain that begins after its first position was cut by retention; that is right only where a later
    entry, itself in the chain, tells the head that was left.
    """

    def __init__(self, anchors: Iterable[Head] = ()) -> None:
        self._anchors = {(head.position, head.hash) for head in anchors}
        self._before: Head | None = None
        self._cut: Head | None = None
        self._cuts_told: set[Head] = set()
        self._latest: datetime | None = None
        self._seen: set[tuple[int, bytes]] = set()
        self.first: int | None = None
        self.count = 0

    @property
    def head(self) -> Head:
        return self._before or Head(0, BEGINNING)

    def take(self, position: int, stored: bytes, entry: Entry) -> Iterator[str]:
        """The next entry; yields a sentence for each thing that is wrong with it."""
        if self._before is None:
            self.first = position
        expected = self._before.position + 1 if self._before else position
        if position > expected:
            yield f"{position - expected} entries are missing before {position}"
        elif position < expected:
            yield f"There are several entries at {position}"
        yield from self._digests(position, stored, entry, follows=position == expected)
        if self._latest and entry.happened_at < self._latest - LATE:
            yield f"Entry {position} was told later than it says"
        self._latest = max(self._latest or entry.happened_at, entry.happened_at)
        if entry.what == What.LOG_CUT:
            self._cuts_told.update(read_heads(f"{entry.details.get('position')} {entry.details.get('hash')}"))
        self._before = Head(position, stored)
        self._seen |= self._anchors & {(position, stored)}
        self.count += 1

    def _digests(self, position: int, stored: bytes, entry: Entry, *, follows: bool) -> Iterator[str]:
        if self._before is None and position > 1:
            # What was before is known only by the entry that tells of the cut, which comes later.
            self._first_of_cut = (position, stored, entry)
            return
        before = self._before.hash if self._before else BEGINNING
        if follows and linked(before, position, entry) != stored:
            yield f"Entry {position} is not what was told"

    def end(self) -> Iterator[str]:
        """What shows only when all entries have been seen."""
        if self.first is not None and self.first > 1:
            yield from self._beginning()
        for position, digest in sorted(self._anchors - self._seen):
            if position > self.head.position:
                yield f"The end is cut off: a head kept elsewhere stands at {position}, the log ends at {self.head.position}"
            elif position >= (self.first or 1):
                yield f"The log was made anew: at {position} it is not that of a head kept elsewhere ({digest.hex()[:12]}…)"

    def _beginning(self) -> Iterator[str]:
        position, stored, entry = self._first_of_cut
        told = {cut.hash for cut in self._cuts_told if cut.position == position - 1}
        if not any(linked(before, position, entry) == stored for before in told):
            yield f"The beginning is cut off before {position}, and no entry tells of it"
