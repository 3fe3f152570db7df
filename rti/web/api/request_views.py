"""Requests as the JSON API shows them: dates as ISO text, a benchmark never called a deadline."""

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from rti.core.attributes import from_attributes
from rti.law.events import EventKind, Ground, Outcome
from rti.law.monitoring import QuestionClass, Result
from rti.law.rules import ClockKind
from rti.law.status import NEVER, RequestStatus, overdue_on
from rti.law.steps import NextStep
from rti.models.letters import LetterKind
from rti.models.requests import Channel, Filing
from rti.requests.requester import Identity, Requester
from rti.requests.shown import Alike, AnyRequest, Detail, LineRow
from rti.requests.what_next import result_of


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `due_kind` is "deadline" where a law in force gives it, else "benchmark".

    `overdue` where it has passed without a first reply, an answer or a withdrawal, as in the filter of the
    list and the count of silent requests; `next_due_on` is the next date of any kind on which something is
    expected of the body or of the organisation. `body_known` is false after a transfer to a body that
    nobody knows; `undated` says that it was answered by `answered_on`, on an unknown day. A `soft` date
    is a target; `confirmed` where every number comes from a confirmed source. `cbo_id` is null where it
    is sealed from the reader. A `duplicate_of` another request is left out of lists and figures.
    """

    id: UUID
    reference: str
    title: str
    body_id: UUID
    body_known: bool
    cbo_id: UUID | None
    filing: Filing
    campaign_id: UUID | None
    topic: str
    channel: Channel
    urgent: bool
    question_class: QuestionClass | None
    wave: str | None
    resubmission_of: UUID | None
    statute_id: str
    statute_version: int
    status: RequestStatus
    outcome: Outcome | None
    ground: Ground | None
    section: str | None
    checked: bool
    drafted_on: date | None
    submitted_on: date | None
    received_on: date | None
    met_on: date | None
    answered_on: date | None
    undated: bool
    due_on: date | None
    due_kind: str | None
    provisional: bool
    soft: bool
    confirmed: bool
    overdue: bool
    next_due_on: date | None
    doubtful: str | None
    duplicate_of: UUID | None


V = TypeVar("V", bound=RequestView)


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """`size` and `sha256` are of the original; `had_location` means that it holds a location, which its copy lacks.

    `damaged` means that it came in as a picture that is not whole, and its copy shows what is left, or as a PDF with
    a part of a form or a note that cannot be drawn, which its copy lacks. The first two are null where the
    document is sealed from the reader.
    `redacted` means that parts of its copy were hidden; `has_preview` that there is a small picture of it,
    `has_text` that a machine read what is in it, which nobody checked.
    `altered` means that it is missing or has changed; `quarantined` that a virus scanner found
    something in it, so that nobody gets the original.
    """

    id: UUID
    file_name: str | None
    media_type: str
    size: int | None
    sha256: str | None
    has_copy: bool
    has_preview: bool
    has_text: bool
    redacted: bool
    had_location: bool
    damaged: bool
    altered: bool
    quarantined: bool


class RequesterView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, for the organisation's own people or after an opening; never for a token."""

    name: str | None
    phone: str | None
    address: str | None
    note: str | None


class OpeningView(msgspec.Struct, frozen=True, kw_only=True):
    """Who looked at what is sealed, of a document at its original."""

    by: str
    at: datetime
    purpose: str | None
    document_id: UUID | None


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    cbo_id: UUID
    cbo_code: str
    requester: RequesterView | None


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the timeline; where the request is sealed from the reader, `recorded_at` is the beginning of its day.

    `changes` are what a correction made of fields of the request: what was there, and what is.
    """

    id: UUID
    kind: EventKind
    happened_on: date
    recorded_at: datetime
    outcome: Outcome | None
    note: str | None
    details: dict[str, Any]
    changes: dict[str, Any] | None
    documents: list[DocumentView]


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    kind: ClockKind
    epoch: int
    state: str
    due: date | None
    due_at: datetime | None
    binding: bool
    soft: bool
    provisional: bool
    confirmed: bool
    steps: list[dict[str, Any]]


class SnoozeView(msgspec.Struct, frozen=True, kw_only=True):
    """That nobody is reminded of the request before the day `until`, unless it was ended.

    Where the request is sealed from the reader, moments are days, and there are no names and words of the
    organisation's people.
    """

    until: date
    reason: str | None
    snoozed_at: datetime
    by: str | None
    ended_at: datetime | None
    ended_by: str | None


class DetailView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the reader may see; to a token nothing of it is told that is encrypted:
    `requester`, notes and names of files are null, and there are no `openings`. `result` is what monitors count it as, `alike` are other
    requests of the organisation that ask the same body the same, told to its own people.
    """

    request: RequestView
    result: Result | None
    question: str
    requester: RequesterView | None
    openings: list[OpeningView]
    events: list[EventView]
    deadlines: list[DeadlineView]
    snoozes: list[SnoozeView]
    alike: list[Alike]


class ListedView(RequestView, frozen=True, kw_only=True):
    """A request of a list with its body and where that is, the innermost area first; `cbo_code` is null where it is sealed."""

    body_code: str
    body_name_km: str
    body_name_en: str
    body_place_km: str | None
    body_place_en: str | None
    cbo_code: str | None


class RequestList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it, `previous` into `before` for the one before it.

    `total` is how many requests a list has that a filter narrows, and null where they are more than 10,000; members are
    always told.
    """

    requests: list[ListedView]
    total: int | None
    next: str | None
    previous: str | None


def requester_view(requester: Requester | None) -> RequesterView | None:
    return from_attributes(RequesterView, requester) if requester else None


def identity_view(identity: Identity) -> IdentityView:
    return IdentityView(
        cbo_id=identity.cbo.id,
        cbo_code=identity.cbo.code,
        requester=requester_view(identity.requester),
    )


def request_view(request: AnyRequest, today: date, *, hidden: bool) -> RequestView:
    return _view(RequestView, request, today, hidden=hidden)


def listed_view(request: LineRow, today: date, *, hidden: bool) -> ListedView:
    return _view(ListedView, request, today, hidden=hidden)


def _view(kind: type[V], request: AnyRequest, today: date, *, hidden: bool) -> V:
    due_kind = "deadline" if request.binding else "benchmark"
    return from_attributes(
        kind,
        request,
        cbo_id=None if hidden else request.cbo_id,
        due_kind=due_kind if request.due_on else None,
        next_due_on=request.next_due_on if request.next_due_on < NEVER else None,
        overdue=overdue_on(request.due_on, request.met_on, request.ended_on, today),
    )


def detail_view(detail: Detail, today: date) -> DetailView:
    return DetailView(
        request=request_view(detail.request, today, hidden=detail.cbo is None),
        result=result_of(detail, today),
        question=detail.request.question,
        requester=requester_view(detail.requester),
        openings=[from_attributes(OpeningView, opening) for opening in detail.openings],
        events=[
            from_attributes(
                EventView,
                each.event,
                recorded_at=detail.told_at(each.event.recorded_at),
                note=each.note,
                documents=[from_attributes(DocumentView, document) for document in each.documents],
            )
            for each in detail.events
        ],
        alike=[*detail.alike],
        deadlines=[from_attributes(DeadlineView, clock, due=clock.due_on) for clock in detail.deadlines],
        snoozes=[
            from_attributes(
                SnoozeView,
                each.snooze,
                reason=each.reason,
                snoozed_at=detail.told_at(each.snooze.snoozed_at),
                by=each.by,
                ended_at=each.snooze.ended_at and detail.told_at(each.snooze.ended_at),
                ended_by=each.ended_by,
            )
            for each in detail.snoozes
        ],
    )


class NextStepView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done; `by` is the last day of its limit, `section` is empty where the statute has none.

    `events` are those by which it is recorded once it was done, `letter` is what is written for it.
    """

    step: NextStep
    by: date | None
    section: str
    events: list[EventKind]
    letter: LetterKind | None


class NextStepList(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done; `outside` where the law does not cover the body, `scope` what it says of whom it covers."""

    next_steps: list[NextStepView]
    outside: bool
    scope: str | None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """For how many requests an event was recorded."""

    requests: int
