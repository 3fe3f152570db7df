"""Requests with the same events on the same days share one projection.

What happened to a request is known by its `story`, a digest of what the law asks of its events; one request of each
story is projected for all of them.
"""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from rti.law.calendars import Calendar
from rti.law.events import Event
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


def story_of(request: type[RequestRow] = RequestRow) -> ColumnElement[bytes]:
    """By what requests are grouped; one whose story is not known yet is a group of its own."""
    return func.coalesce(request.story, func.uuid_send(request.id))


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
