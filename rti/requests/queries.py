"""Reading requests; every query begins at what the person may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from rti.campaigns.queries import in_target_areas
from rti.core.errors import NotFound
from rti.core.pagination import MOST_COUNTED, PAGE_SIZE, Page, decode_cursor, page_of
from rti.core.roles import REQUESTS, Person, Reader
from rti.core.visibility import visible_to
from rti.core.wallclock import day_of
from rti.encryption.data_keys import DataKeys, kept_keys, opened_keys
from rti.law.events import EventKind, Ground, effective
from rti.models.accounts import PersonRow
from rti.models.bodies import FormerNameRow, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow, not_locked
from rti.models.requests import (
    DateChangeRow,
    DeadlineRow,
    DocumentCopyRow,
    DocumentRow,
    EventRow,
    RequesterRow,
    RequestRow,
    SnoozeRow,
)
from rti.requests.commands import RequestFilter
from rti.requests.projection import to_law
from rti.requests.requester import (
    Opening,
    Requester,
    decrypted,
    is_hidden,
    is_own,
    opened_before,
    openings_of,
    told_at,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A request as a list shows it."""

    request: RequestRow
    body: PublicBodyRow
    hidden: bool


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
    had_location: bool
    damaged: bool
    altered: bool
    quarantined: bool


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event with its evidence, who recorded it, and whether a later entry corrected it."""

    event: EventRow
    note: str | None
    recorded_by: str | None
    documents: Sequence[Document]
    corrected: bool
    to_body: PublicBodyRow | FormerNameRow | None = None

    @property
    def ground(self) -> Ground | None:
        return to_law(self.event).ground


@dataclass(frozen=True, slots=True)
class Snoozed:
    """That nobody is reminded of a request until a day, why, and the names of who wanted it and who ended it."""

    snooze: SnoozeRow
    reason: str | None
    by: str | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A request with all that its page shows to one person; `first_body` where a transfer took it to another.

    `cbo` is None where it is sealed from this person, and then nothing of what its people wrote or who they
    are is there, and moments are to be told as days (`told_at`); `requester` and `openings` are for the
    organisation's own people, others know by `has_requester` that there is something to open.
    """

    request: RequestRow
    body: PublicBodyRow
    first_body: PublicBodyRow | None
    cbo: CboRow | None
    own: bool
    requester: Requester | None
    has_requester: bool
    openings: Sequence[Opening]
    campaign: CampaignRow | None
    events: Sequence[TimelineEvent]
    deadlines: Sequence[DeadlineRow]
    date_changes: Sequence[DateChangeRow]
    snoozes: Sequence[Snoozed]

    def told_at(self, moment: datetime) -> datetime:
        """The moment of an entry as this person may know it."""
        return told_at(moment, hidden=self.cbo is None)

    def timeline(self, zone: str) -> list[TimelineEvent | DateChangeRow | Snoozed]:
        """What happened, which dates moved and who wanted silence, by its day in the time zone `zone`."""

        def day(entry: TimelineEvent | DateChangeRow | Snoozed) -> date:
            if isinstance(entry, TimelineEvent):
                return entry.event.happened_on
            return day_of(entry.snooze.snoozed_at if isinstance(entry, Snoozed) else entry.changed_at, zone)

        entries: list[TimelineEvent | DateChangeRow | Snoozed]
        entries = [*self.events, *self.date_changes, *self.snoozes]
        return sorted(entries, key=day)

    def snoozed_on(self, day: date) -> Snoozed | None:
        """The snooze that keeps everybody quiet on a day, if there is one."""
        rows = (each for each in self.snoozes if each.snooze.ended_at is None and each.snooze.until > day)
        return next(rows, None)


def visible(person: Reader) -> Select[RequestRow]:
    """The requests that this person may see: where every query begins."""
    return select(RequestRow).where(not_locked(RequestRow.cbo_id), visible_to(person))


class OfRequest(Protocol):
    """Anything that belongs to a request."""

    @property
    def request_id(self) -> UUID: ...


Item = TypeVar("Item", bound=OfRequest)


async def seen(session: AsyncSession, person: Person, items: Sequence[Item]) -> list[Item]:
    """Those items whose request this person may see."""
    if person.role not in REQUESTS:
        return []
    wanted = visible(person).where(RequestRow.id.in_([each.request_id for each in items]))
    ids = set(await session.scalars(wanted.with_only_columns(RequestRow.id)))
    return [each for each in items if each.request_id in ids]


async def worklist(session: AsyncSession, person: Person, wanted: RequestFilter, today: date) -> Page[Line]:
    """Requests by what is due next, the most urgent first."""
    query = matching(person, wanted, today)
    if wanted.after:
        behind = decode_cursor(wanted.after, date.fromisoformat, UUID)
        query = query.where(tuple_(RequestRow.next_due_on, RequestRow.id) > behind)
    # Only the identifiers: what else a subquery selects is described anew for every page that is built.
    shown = query.with_only_columns(RequestRow.id).order_by(RequestRow.next_due_on, RequestRow.id)
    page = shown.limit(PAGE_SIZE + 1).subquery()
    lines = await session.execute(
        select(RequestRow, PublicBodyRow)
        .join(page, page.c.id == RequestRow.id)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .order_by(RequestRow.next_due_on, RequestRow.id)
    )
    return page_of(
        [Line(request, body, is_hidden(person, request)) for request, body in lines],
        PAGE_SIZE,
        lambda line: (line.request.next_due_on.isoformat(), str(line.request.id)),
    )


async def one(session: AsyncSession, person: Person, request_id: UUID) -> Detail:
    """A request with its timeline; a missing one and one of somebody else look the same."""
    found = (
        await session.execute(
            visible(person)
            .where(RequestRow.id == request_id)
            .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
            .join(CboRow, CboRow.id == RequestRow.cbo_id)
            .outerjoin(RequesterRow, RequesterRow.request_id == RequestRow.id)
            .add_columns(
                PublicBodyRow,
                CboRow,
                RequesterRow,
                opened_before(RequestRow.id),
                kept_keys(RequestRow.cbo_id),
            )
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    request, body, cbo, requester, opened, kept = found
    own, hidden = is_own(person, request), is_hidden(person, request)
    keys = opened_keys(session, request.cbo_id, kept)
    return Detail(
        request=request,
        body=body,
        first_body=await _first_body(session, request),
        cbo=None if hidden else cbo,
        own=own,
        requester=decrypted(requester, keys) if own and keys.opens else None,
        has_requester=requester is not None,
        openings=await openings_of(session, request, keys) if own and opened and keys.opens else (),
        campaign=await session.get(CampaignRow, request.campaign_id) if request.campaign_id else None,
        events=await _timeline_of(session, request, None if hidden else keys),
        deadlines=await deadlines_of(session, request.id),
        date_changes=(
            await session.scalars(
                select(DateChangeRow).where(DateChangeRow.request_id == request.id).order_by(DateChangeRow.id)
            )
        ).all(),
        snoozes=await snoozes_of(session, request.id, hidden=hidden),
    )


async def _first_body(session: AsyncSession, request: RequestRow) -> PublicBodyRow | None:
    moved = request.first_body_id != request.body_id
    return await session.get(PublicBodyRow, request.first_body_id) if moved else None


def snoozed(request_id: InstrumentedAttribute[UUID], day: date) -> ColumnElement[bool]:
    """Whether nothing is to be said on a day about the request that a row is about."""
    row_of = (SnoozeRow.request_id == request_id, SnoozeRow.ended_at.is_(None), SnoozeRow.until > day)
    return select(SnoozeRow.id).where(*row_of).exists()


async def snoozes_of(session: AsyncSession, request_id: UUID, *, hidden: bool) -> Sequence[Snoozed]:
    """Every snooze of a request, the oldest first; of a `hidden` one without the organisation's people and their words."""
    ender = aliased(PersonRow)
    found = await session.execute(
        select(SnoozeRow, PersonRow.name, PersonRow.cbo_id, ender.name, ender.cbo_id)
        .outerjoin(PersonRow, PersonRow.id == SnoozeRow.snoozed_by)
        .outerjoin(ender, ender.id == SnoozeRow.ended_by)
        .where(SnoozeRow.request_id == request_id)
        .order_by(SnoozeRow.snoozed_at, SnoozeRow.id)
    )
    return [
        Snoozed(
            row,
            reason=None if hidden and of_cbo else row.reason,
            by=None if hidden and of_cbo else name,
            ended_by=None if hidden and ender_of_cbo else ended_by,
        )
        for row, name, of_cbo, ended_by, ender_of_cbo in found
    ]


async def events_of(session: AsyncSession, request_id: UUID) -> Sequence[EventRow]:
    """The events of a request, in the order in which they happened."""
    found = await session.scalars(
        select(EventRow).where(EventRow.request_id == request_id).order_by(EventRow.happened_on, EventRow.id)
    )
    return found.all()


async def deadlines_of(session: AsyncSession, request_id: UUID) -> Sequence[DeadlineRow]:
    found = await session.scalars(
        select(DeadlineRow)
        .where(DeadlineRow.request_id == request_id)
        .order_by(DeadlineRow.starts_on, DeadlineRow.kind, DeadlineRow.epoch)
    )
    return found.all()


async def _timeline_of(
    session: AsyncSession, request: RequestRow, keys: DataKeys | None
) -> Sequence[TimelineEvent]:
    """What happened; without `keys` the names of the organisation's people are left out."""
    documents = await _documents_of(session, request, keys)
    recorded = (
        await session.execute(
            select(EventRow, PersonRow.name, PersonRow.cbo_id)
            .join(PersonRow, PersonRow.id == EventRow.recorded_by, isouter=True)
            .where(EventRow.request_id == request.id)
            .order_by(EventRow.happened_on, EventRow.id)
        )
    ).all()
    standing = {event.id for event in effective([to_law(event) for event, *_ in recorded])}
    receivers = {UUID(event.details["to_body"]) for event, *_ in recorded if "to_body" in event.details}
    bodies = {
        each: await session.get(PublicBodyRow, each) or await session.get(FormerNameRow, each)
        for each in receivers
    }
    return [
        TimelineEvent(
            event=event,
            note=keys.text(EventRow.note, event.id, event.note) if keys else None,
            recorded_by=name if keys or not of_cbo else None,
            documents=[document for document in documents if document.event_id == event.id],
            corrected=str(event.id) not in standing and event.kind is not EventKind.CORRECTED,
            to_body=bodies[UUID(event.details["to_body"])] if "to_body" in event.details else None,
        )
        for event, name, of_cbo in recorded
    ]


async def _documents_of(
    session: AsyncSession, request: RequestRow, keys: DataKeys | None
) -> Sequence[Document]:
    """The documents of a request, with what tells them apart where there are `keys`."""
    found = await session.execute(
        select(DocumentRow, DocumentCopyRow.document_id)
        .outerjoin(DocumentCopyRow, DocumentCopyRow.document_id == DocumentRow.id)
        .where(DocumentRow.request_id == request.id)
    )
    return [
        Document(
            id=row.id,
            event_id=row.event_id,
            file_name=keys.text(DocumentRow.file_name, row.id, row.file_name) if keys else None,
            media_type=row.media_type,
            size=row.size if keys else None,
            sha256=row.sha256.hex() if keys else None,
            added_at=row.added_at,
            has_copy=copy is not None,
            had_location=row.had_location,
            damaged=row.damaged,
            altered=row.altered_at is not None,
            quarantined=row.threat is not None,
        )
        for row, copy in found
    ]


def matching(person: Person, wanted: RequestFilter, today: date) -> Select[RequestRow]:
    """The requests that this person may see and wants to."""
    query = visible(person).where(RequestRow.duplicate_of.is_(None))
    for name in ("status", "topic", "body_id", "campaign_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(RequestRow, name) == value)
    if wanted.overdue:
        query = query.where(overdue(today))
    if wanted.reference:
        query = query.where(RequestRow.reference.startswith(wanted.reference, autoescape=True))
    if wanted.province:
        bodies = select(PublicBodyRow.id).where(PublicBodyRow.province_code == wanted.province)
        query = query.where(RequestRow.body_id.in_(bodies))
    if wanted.target_of:
        targeted = select(PublicBodyRow.id).where(in_target_areas(wanted.target_of))
        query = query.where(RequestRow.body_id.in_(targeted))
    return query


def overdue(day: date) -> ColumnElement[bool]:
    """`law.status.overdue_on` of the clock that decides; while that runs, no later date is the next one."""
    return and_(
        RequestRow.next_due_on < day,
        RequestRow.due_on < day,
        RequestRow.met_on.is_(None),
        RequestRow.ended_on.is_(None),
    )


@dataclass(frozen=True, slots=True)
class Urgency:
    """How many requests are overdue and due within a week; counted up to `MOST_COUNTED` and no further."""

    overdue: int
    due_soon: int


async def urgency(session: AsyncSession, person: Person, today: date) -> Urgency:
    """Counts for the first page, at a cost that does not grow with what is stored."""

    async def up_to_most(query: Select[RequestRow]) -> int:
        few = query.with_only_columns(RequestRow.id).limit(MOST_COUNTED).subquery()
        return await session.scalar(select(func.count()).select_from(few)) or 0

    mine = visible(person).where(RequestRow.duplicate_of.is_(None))
    soon = today + timedelta(days=7)
    return Urgency(
        overdue=await up_to_most(mine.where(overdue(today))),
        due_soon=await up_to_most(mine.where(RequestRow.next_due_on.between(today, soon))),
    )
