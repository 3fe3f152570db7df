"""Requests as pages and the JSON API show them: what a statement of `requests.queries` is read into.

A field of a struct that is named as a column of its table is read from there by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec

from rti.campaigns.queries import Named
from rti.core.i18n import Language
from rti.core.wallclock import day_of
from rti.law.deadlines import ClockState
from rti.law.events import Event, EventKind, Ground, Outcome
from rti.law.monitoring import Contest, QuestionClass
from rti.law.rules import ClockKind
from rti.law.status import RequestStatus
from rti.law.statutes import Statute
from rti.models.bodies import BodyKind
from rti.models.letters import LetterKind
from rti.models.requests import Channel, Filing, Medium, RequestRow
from rti.requests.requester import Opening, Requester, told_at
from rti.topics.queries import TopicNamed


class Shown(msgspec.Struct, kw_only=True):
    """A request, as it is stored."""

    id: UUID
    cbo_id: UUID
    campaign_id: UUID | None
    first_body_id: UUID
    body_id: UUID
    reference: str
    title: str
    topic: str
    channel: Channel
    urgent: bool
    filing: Filing
    statute_id: str
    statute_version: int
    question_class: QuestionClass | None
    wave: str | None
    resubmission_of: UUID | None
    doubtful: str | None
    duplicate_of: UUID | None
    status: RequestStatus
    not_taken: EventKind | None
    outcome: Outcome | None
    ground: Ground | None
    section: str | None
    checked: bool
    drafted_on: date | None
    submitted_on: date | None
    received_on: date | None
    due_on: date | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    met_on: date | None
    answered_on: date | None
    undated: bool
    ended_on: date | None
    next_due_on: date
    body_known: bool


class Asked(Shown, kw_only=True):
    """The same with what was asked, and what an earlier day changes of it."""

    question: str
    outcomes: list[Any] | None
    contest: Contest | None
    limit_on: date | None
    closed_on: date | None
    known_from: date
    projection: int


AnyRequest = RequestRow | Shown


class CboNamed(Named, frozen=True):
    """An organisation that nobody locked."""

    locked_at: datetime | None = None


class LineRow(Shown, kw_only=True, array_like=True):
    """A request of a list with its body and where that is, and its organisation where that is not sealed."""

    body_code: str
    body_name_km: str
    body_name_en: str
    body_place_km: str | None
    body_place_en: str | None
    cbo_code: str | None
    cbo_name_km: str | None
    cbo_name_en: str | None


class Line(msgspec.Struct, frozen=True):
    """A request as a list shows it."""

    request: LineRow
    hidden: bool

    @property
    def body(self) -> Named:
        return Named(self.request.body_id, self.request.body_name_km, self.request.body_name_en)


class EventShown(msgspec.Struct, kw_only=True):
    """An entry of the timeline, as it is stored; `moved` are the campaigns of one that changed that, before and after."""

    id: UUID
    kind: EventKind
    happened_on: date
    happened_at: datetime | None
    recorded_at: datetime
    outcome: Outcome | None
    note: bytes | None
    details: dict[str, Any]
    changes: dict[str, Any] | None
    moved: list[Named | None] | None
    by: str | None
    by_cbo: UUID | None
    to_body_km: str | None
    to_body_en: str | None


class DocumentRead(msgspec.Struct, kw_only=True):
    """What is stored of a document; `kept` is what there is beside it (`rti.kept_of`)."""

    id: UUID
    event_id: UUID
    file_name: bytes | None
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    altered_at: datetime | None
    threat: str | None
    had_location: bool
    damaged: bool
    kept: frozenset[str]


class DeadlineShown(msgspec.Struct, kw_only=True):
    """A clock, with the steps that say why its date is what it is."""

    kind: ClockKind
    epoch: int
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    steps: list[dict[str, Any]]

    @property
    def shown(self) -> bool:
        """Whether it has a date, or will have one again."""
        return self.due_on is not None or self.state is ClockState.PAUSED


class DateChange(msgspec.Struct, kw_only=True):
    """A due date that moved."""

    kind: ClockKind
    old_due_on: date | None
    new_due_on: date | None
    cause: str
    changed_at: datetime


class SnoozeShown(msgspec.Struct, kw_only=True):
    """A snooze, as it is stored, with who wanted it and who ended it."""

    until: date
    reason: str
    snoozed_at: datetime
    ended_at: datetime | None
    by: str | None
    by_cbo: UUID | None
    ended_by: str | None
    ended_by_cbo: UUID | None


class LetterShown(msgspec.Struct, kw_only=True):
    """A letter that was set, without its words."""

    id: UUID
    kind: LetterKind
    language: Language
    written_at: datetime


class RequesterRead(msgspec.Struct, kw_only=True):
    request_id: UUID
    name: bytes | None
    phone: bytes | None
    address: bytes | None
    note: bytes | None


class OpeningRead(msgspec.Struct, kw_only=True):
    id: UUID
    opened_at: datetime
    purpose: bytes | None
    document_id: UUID | None
    by: str


class Alike(msgspec.Struct, frozen=True):
    """Another request of the organisation that asks the same body the same."""

    id: UUID
    reference: str
    title: str


class BodyAsked(Named, frozen=True):
    """A body with what decides whether a law covers it."""

    kind: BodyKind
    country: str


class BodyFound(BodyAsked, frozen=True):
    """The same with where it is."""

    place_km: str | None
    place_en: str | None


class DetailRead(msgspec.Struct, kw_only=True):
    """All that the statement of a request brings; what is encrypted still is."""

    request: Asked
    body: BodyFound
    first_body: Named | None
    cbo: CboNamed
    campaign: Named | None
    topics: msgspec.Raw
    statute: msgspec.Raw
    newest_version: int
    keys: list[tuple[int, str, str, str]] | None
    has_requester: bool
    requester: RequesterRead | None
    openings: list[OpeningRead]
    events: list[EventShown]
    documents: list[DocumentRead]
    deadlines: list[DeadlineShown]
    date_changes: list[DateChange]
    snoozes: list[SnoozeShown]
    letters: list[LetterShown]
    alike: list[Alike]
    has_incoming: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a timeline lists it.

    Where it is sealed from the reader there is neither a name, nor the size and digest by which the same
    file would be found in another request.
    """

    id: UUID
    event_id: UUID
    file_name: str | None
    media_type: str
    size: int | None
    sha256: str | None
    added_at: datetime
    has_copy: bool
    has_preview: bool
    has_text: bool
    redacted: bool
    had_location: bool
    damaged: bool
    altered: bool
    quarantined: bool


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event, also as the law sees it, with its evidence, who recorded it, and whether a later entry corrected it."""

    event: EventShown
    law: Event
    note: str | None
    recorded_by: str | None
    documents: Sequence[Document]
    corrected: bool

    @property
    def ground(self) -> Ground | None:
        return self.law.ground

    @property
    def until(self) -> date | None:
        """The day to which an extension goes, or that an answer names for the parts that are missing."""
        return self.law.until

    @property
    def medium(self) -> Medium | None:
        """How it happened; of the handing over and the receipt, the channel."""
        told = self.event.details.get("medium") or self.event.details.get("channel")
        return Medium(told) if told else None

    @property
    def to_body(self) -> Named | None:
        """The body that a transfer went to, by the names that it has or had."""
        event = self.event
        if event.to_body_km is None or event.to_body_en is None:
            return None
        return Named(UUID(event.details["to_body"]), event.to_body_km, event.to_body_en)


@dataclass(frozen=True, slots=True)
class Snoozed:
    """That nobody is reminded of a request until a day, why, and the names of who wanted it and who ended it."""

    snooze: SnoozeShown
    reason: str | None
    by: str | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A request with all that its page shows to one person; `first_body` where a transfer took it to another.

    `cbo` is None where it is sealed from this person, and then nothing of what its people wrote or who they
    are is there, and moments are to be told as days (`told_at`); `requester` and `openings` are for the
    organisation's own people (as are those that are `alike`), others know by `has_requester` that there is something to open.
    """

    request: Asked
    body: BodyFound
    first_body: Named | None
    cbo: CboNamed | None
    own: bool
    requester: Requester | None
    has_requester: bool
    openings: Sequence[Opening]
    campaign: Named | None
    events: Sequence[TimelineEvent]
    deadlines: Sequence[DeadlineShown]
    date_changes: Sequence[DateChange]
    snoozes: Sequence[Snoozed]
    letters: Sequence[LetterShown]
    alike: Sequence[Alike]
    has_incoming: bool
    topics: Sequence[TopicNamed]
    statute: Statute
    newest_version: int

    def told_at(self, moment: datetime) -> datetime:
        """The moment of an entry as this person may know it."""
        return told_at(moment, hidden=self.cbo is None)

    def timeline(self, zone: str) -> list[TimelineEvent | DateChange | Snoozed]:
        """What happened, which dates moved and who wanted silence, by its day in the time zone `zone`."""

        def day(entry: TimelineEvent | DateChange | Snoozed) -> date:
            if isinstance(entry, TimelineEvent):
                return entry.event.happened_on
            return day_of(entry.snooze.snoozed_at if isinstance(entry, Snoozed) else entry.changed_at, zone)

        entries: list[TimelineEvent | DateChange | Snoozed]
        entries = [*self.events, *self.date_changes, *self.snoozes]
        return sorted(entries, key=day)

    @property
    def repeated(self) -> frozenset[UUID]:
        """The documents that are the same file as one before them."""
        documents = sorted((each for event in self.events for each in event.documents), key=attrgetter("id"))
        first: dict[str, UUID] = {}
        for each in documents:
            first.setdefault(each.sha256 or str(each.id), each.id)
        return frozenset(each.id for each in documents) - frozenset(first.values())

    def snoozed_on(self, day: date) -> Snoozed | None:
        """The snooze that keeps everybody quiet on a day, if there is one."""
        rows = (each for each in self.snoozes if each.snooze.ended_at is None and each.snooze.until > day)
        return next(rows, None)
