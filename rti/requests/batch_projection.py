"""Requests to which the same happened on the same days share one projection.

What happened to a request is known by its `story`, a digest of its events, and the columns `TOLD_APART`; one request
is projected for all that have them in common.
"""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, load_only

from rti.law.calendars import Calendar
from rti.law.events import Event, EventKind
from rti.law.statutes import Statute
from rti.models.requests import EventRow, RequestRow
from rti.requests.projection import Projection, project, to_law

AT_ONCE = 100
"""Groups that are projected together, so that neither memory nor the longest stop of a web server grows with what is stored."""

EVENT_COLUMNS = (
    EventRow.request_id,
    EventRow.kind,
    EventRow.happened_on,
    EventRow.happened_at,
    EventRow.recorded_at,
    EventRow.outcome,
    EventRow.details,
)
"""The columns that `to_law` reads; the login that projects many requests may read no others."""

Law = tuple[Statute, Calendar]


TOLD_APART = (RequestRow.drafted_on, RequestRow.submitted_on, RequestRow.answered_on, RequestRow.outcome)
"""What clocks may ask of events and stories leave out."""


def story_of() -> ColumnElement[bytes]:
    """A request whose story is not known yet has one of its own."""
    return func.coalesce(RequestRow.story, func.uuid_send(RequestRow.id))


def heard_apart(statute: Statute) -> list[InstrumentedAttribute[Any]]:
    """Of what is told apart that by which a statute goes, but for the day of the answer."""
    drafted_on, submitted_on, _, outcome = TOLD_APART
    heard = (
        (drafted_on, statute.goes_by(EventKind.DRAFTED)),
        (submitted_on, statute.goes_by(EventKind.SUBMITTED)),
        (outcome, any(clock.by_outcome for clock in statute.clocks)),
    )
    return [column for column, does in heard if does]


def whole_story_of() -> ColumnElement[str]:
    """The story with what is told apart."""
    return func.concat_ws("/", story_of(), *(func.coalesce(cast(each, Text), "") for each in TOLD_APART))


async def project_samples(session: AsyncSession, samples: Sequence[tuple[UUID, Law]]) -> list[Projection]:
    """The projections of some requests, each under the law beside it, in the same order; made off the event loop."""
    events = await events_by_request(session, [request_id for request_id, _ in samples])

    def projected() -> list[Projection]:
        return [project(*law, events.get(request_id, [])) for request_id, law in samples]

    return await to_thread(projected)


async def events_by_request(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """The events of some requests, as the law sees them."""
    events: dict[UUID, list[Event]] = {}
    query = (
        select(EventRow)
        .options(load_only(*EVENT_COLUMNS, raiseload=True))
        .where(EventRow.request_id.in_(list(ids)))
        .order_by(EventRow.happened_on, EventRow.id)
    )
    for row in await session.scalars(query):
        events.setdefault(row.request_id, []).append(to_law(row))
    return events
