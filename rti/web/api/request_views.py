"""Requests as the JSON API shows them: dates as ISO text, a benchmark never called a deadline."""

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from rti.law.events import EventKind, Outcome
from rti.law.rules import ClockKind
from rti.law.status import RequestStatus, overdue_on
from rti.models.requests import Channel, Filing, RequestRow, Topic
from rti.requests.queries import Detail, Line
from rti.requests.requester import Identity, Requester

V = TypeVar("V", bound=msgspec.Struct)


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `due_kind` is "deadline" where a law in force gives it, else "benchmark".

    `overdue` where any clock that runs against the body is, as in the filter of the list; a `soft` date
    is a target; `confirmed` where every number comes from a confirmed source. `cbo_id` is null where it
    is sealed from the reader.
    """

    id: UUID
    reference: str
    title: str
    body_id: UUID
    cbo_id: UUID | None
    filing: Filing
    campaign_id: UUID | None
    topic: Topic
    channel: Channel
    urgent: bool
    statute_id: str
    statute_version: int
    status: RequestStatus
    outcome: Outcome | None
    drafted_on: date | None
    submitted_on: date | None
    received_on: date | None
    answered_on: date | None
    due_on: date | None
    due_kind: str | None
    provisional: bool
    soft: bool
    confirmed: bool
    overdue: bool
    doubtful: str | None


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """`size` and `sha256` are of the original; `had_location` tells that the copy was freed of one.

    `altered` tells that it is missing, or not what came in any more; `quarantined` that a virus scanner found
    something in it, so that nobody gets the original.
    """

    id: UUID
    file_name: str | None
    media_type: str
    size: int
    sha256: str
    has_copy: bool
    had_location: bool
    altered: bool
    quarantined: bool


class RequesterView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, for the organisation's own people or after an opening."""

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
    id: UUID
    kind: EventKind
    happened_on: date
    recorded_at: datetime
    outcome: Outcome | None
    note: str | None
    details: dict[str, Any]
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
    """That nobody is reminded of the request before the day `until`, unless it was ended."""

    until: date
    reason: str
    snoozed_at: datetime
    by: str | None
    ended_at: datetime | None
    ended_by: str | None


class DetailView(msgspec.Struct, frozen=True, kw_only=True):
    request: RequestView
    question: str
    requester: RequesterView | None
    openings: list[OpeningView]
    events: list[EventView]
    deadlines: list[DeadlineView]
    snoozes: list[SnoozeView]


class RequestList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    requests: list[RequestView]
    next: str | None


def _view_of(kind: type[V], thing: Any) -> V:
    """The fields of a view, each under the name it has in the thing."""
    return kind(**{name: getattr(thing, name) for name in kind.__struct_fields__})


def requester_view(requester: Requester | None) -> RequesterView | None:
    return _view_of(RequesterView, requester) if requester else None


def identity_view(identity: Identity) -> IdentityView:
    return IdentityView(
        cbo_id=identity.cbo.id,
        cbo_code=identity.cbo.code,
        requester=requester_view(identity.requester),
    )


def request_view(request: RequestRow, today: date, *, hidden: bool) -> RequestView:
    kind = "deadline" if request.binding else "benchmark"
    named = {name: getattr(request, name) for name in RequestView.__struct_fields__ if hasattr(request, name)}
    return RequestView(
        **{**named, "cbo_id": None if hidden else request.cbo_id},
        due_kind=kind if request.due_on else None,
        overdue=overdue_on(request.next_due_on, None, None, today),
    )


def list_view(lines: list[Line], after: str | None, today: date) -> RequestList:
    return RequestList(
        requests=[request_view(line.request, today, hidden=line.hidden) for line in lines], next=after
    )


def detail_view(detail: Detail, today: date) -> DetailView:
    return DetailView(
        request=request_view(detail.request, today, hidden=detail.cbo is None),
        question=detail.request.question,
        requester=requester_view(detail.requester),
        openings=[_view_of(OpeningView, opening) for opening in detail.openings],
        events=[
            EventView(
                id=each.event.id,
                kind=each.event.kind,
                happened_on=each.event.happened_on,
                recorded_at=each.event.recorded_at,
                outcome=each.event.outcome,
                note=each.note,
                details=each.event.details,
                documents=[_view_of(DocumentView, document) for document in each.documents],
            )
            for each in detail.events
        ],
        deadlines=[
            DeadlineView(
                kind=clock.kind,
                epoch=clock.epoch,
                state=clock.state,
                due=clock.due_on,
                due_at=clock.due_at,
                binding=clock.binding,
                soft=clock.soft,
                provisional=clock.provisional,
                confirmed=clock.confirmed,
                steps=clock.steps,
            )
            for clock in detail.deadlines
        ],
        snoozes=[
            SnoozeView(
                until=each.snooze.until,
                reason=each.snooze.reason,
                snoozed_at=each.snooze.snoozed_at,
                by=each.by,
                ended_at=each.snooze.ended_at,
                ended_by=each.ended_by,
            )
            for each in detail.snoozes
        ],
    )
