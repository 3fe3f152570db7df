"""The content of a dossier: pure, from a request as its page shows it to a value for paper and JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from rti.campaigns.queries import Named
from rti.core.errors import Altered, Quarantined
from rti.law.bilingual import BilingualName
from rti.law.deadlines import ClockState
from rti.law.events import EventKind, Ground, Outcome
from rti.law.rules import ClockKind
from rti.law.status import RequestStatus
from rti.law.statutes import StatuteStatus
from rti.models.cbos import CboRow
from rti.models.letters import LetterKind
from rti.models.requests import Channel, Medium
from rti.requests.evidence import Download
from rti.requests.requester import Identity, Requester
from rti.requests.shown import DeadlineShown, Detail, TimelineEvent

FORMAT: Final = 1
"""Version of the JSON; raised when readers have to change."""


class Missing(StrEnum):
    """Why a file is not there."""

    ORIGINAL_ONLY = "original_only"
    ALTERED = "altered"
    QUARANTINED = "quarantined"
    REDACTED = "redacted"


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation and the person who ask."""

    organisation: BilingualName
    name: str | None
    phone: str | None
    address: str | None


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """The basis of the dates; only a law that is `in_force` gives deadlines."""

    id: str
    version: int
    name: BilingualName
    status: StatuteStatus


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An event: its day, who recorded it and when, and the annexes that prove it."""

    day: date
    at: datetime | None
    kind: EventKind
    corrected: bool
    outcome: Outcome | None
    ground: Ground | None
    section: str | None
    to_body: BilingualName | None
    medium: Medium | None
    note: str | None
    recorded_at: datetime
    annexes: list[int]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A date with the steps of its calculation, as codes with values (`law.explanations`)."""

    kind: ClockKind
    state: ClockState
    due_on: date | None
    binding: bool
    steps: list[dict[str, Any]]


class Annex(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of ours, or a document that came with an event.

    `file` is the path of the letter or of the copy without hidden data, `original` that of the file as it came in, of
    which `sha256` is the digest from that day, as hexadecimal digits. Where it is `redacted`, the copy has hidden parts.
    """

    number: int
    letter: LetterKind | None
    day: date
    added_at: datetime
    sha256: str | None
    file: str | None
    original: str | None
    missing: Missing | None
    redacted: bool


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a dossier. `sender` signs the letters; `asker` is None if nobody is to be named."""

    format: int
    made_at: datetime
    reference: str
    title: str
    question: str
    body: BilingualName
    first_body: BilingualName | None
    sender: BilingualName
    asker: Asker | None
    channel: Channel
    urgent: bool
    status: RequestStatus
    outcome: Outcome | None
    submitted_on: date | None
    received_on: date | None
    due_on: date | None
    answered_on: date | None
    law: Law
    events: list[Entry]
    limits: list[Limit]
    annexes: list[Annex]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A letter of ours or a document before it is an annex: what could be opened of it, or why it could not.

    `event_id` is that of the event that a document proves. Of one that was `redacted` parts are hidden; then its
    original is `withheld`, and so are those of what came with it.
    """

    day: date
    added_at: datetime
    letter: LetterKind | None = None
    event_id: object = None
    sha256: str | None = None
    shown: Download | Altered | Quarantined | None = None
    original: Download | Altered | Quarantined | None = None
    redacted: bool = False
    withheld: bool = False

    @property
    def missing(self) -> Missing | None:
        found = [self.shown, self.original]
        if any(isinstance(each, Altered) for each in found):
            return Missing.ALTERED
        if any(isinstance(each, Quarantined) for each in found):
            return Missing.QUARANTINED
        if any(found):
            return None
        return Missing.REDACTED if self.withheld else Missing.ORIGINAL_ONLY


@dataclass(frozen=True, slots=True)
class Dossier:
    """The record, and the files of its annexes by path."""

    record: Record
    files: dict[str, Download]


def dossier_of(
    detail: Detail,
    enclosures: Sequence[Enclosure],
    *,
    sender: BilingualName,
    asker: Identity | None,
    now: datetime,
) -> Dossier:
    """The dossier of a request; only with an `asker` it holds names and notes of people."""
    request = detail.request
    in_order = sorted(enclosures, key=lambda each: (each.day, each.added_at))
    files: dict[str, Download] = {}
    annexes = [_annex(number, each, files) for number, each in enumerate(in_order, start=1)]
    proofs: dict[object, list[int]] = {}
    for annex, each in zip(annexes, in_order, strict=True):
        proofs.setdefault(each.event_id, []).append(annex.number)
    statute = detail.statute
    said = Record(
        format=FORMAT,
        made_at=now,
        reference=request.reference,
        title=request.title,
        question=request.question,
        body=_name(detail.body),
        first_body=_name(detail.first_body) if detail.first_body else None,
        sender=sender,
        asker=_asker(asker) if asker else None,
        channel=request.channel,
        urgent=request.urgent,
        status=request.status,
        outcome=request.outcome,
        submitted_on=request.submitted_on,
        received_on=request.received_on,
        due_on=request.due_on,
        answered_on=request.answered_on,
        law=Law(id=statute.id, version=request.statute_version, name=statute.name, status=statute.status),
        # Who looks after it is no part of the case.
        events=[
            _entry(each, proofs.get(each.event.id, []), named=asker is not None)
            for each in detail.events
            if each.event.moved is None or each.documents
        ],
        limits=[_limit(each) for each in detail.deadlines],
        annexes=annexes,
    )
    return Dossier(said, files)


def _annex(number: int, each: Enclosure, files: dict[str, Download]) -> Annex:
    """The annex, with what was opened of it added to the files: by number, since their own names are those of people."""

    def kept(folder: str, found: Download | Altered | Quarantined | None) -> str | None:
        if not isinstance(found, Download):
            return None
        path = f"{folder}/{number:02}.{found.file_name.rpartition('.')[2].lower()}"
        files[path] = found
        return path

    return Annex(
        number=number,
        letter=each.letter,
        day=each.day,
        added_at=each.added_at,
        sha256=each.sha256,
        file=kept("annexes", each.shown),
        original=kept("originals", each.original),
        missing=each.missing,
        redacted=each.redacted,
    )


def _entry(entry: TimelineEvent, annexes: list[int], *, named: bool) -> Entry:
    event = entry.event
    return Entry(
        day=event.happened_on,
        at=event.happened_at,
        kind=event.kind,
        corrected=entry.corrected,
        outcome=event.outcome,
        ground=entry.ground,
        section=event.details.get("section"),
        to_body=_name(entry.to_body) if entry.to_body else None,
        medium=entry.medium,
        note=entry.note if named else None,
        recorded_at=event.recorded_at,
        annexes=annexes,
    )


def _limit(clock: DeadlineShown) -> Limit:
    return Limit(
        kind=clock.kind, state=clock.state, due_on=clock.due_on, binding=clock.binding, steps=clock.steps
    )


def _asker(opened: Identity) -> Asker:
    who = opened.requester or Requester(None, None, None, None)
    return Asker(organisation=_name(opened.cbo), name=who.name, phone=who.phone, address=who.address)


def _name(named: Named | CboRow) -> BilingualName:
    return BilingualName(en=named.name_en, km=named.name_km)
