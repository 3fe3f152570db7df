"""Requests to which the same things happened on the same days share one projection.

The database groups requests by a digest of what the law asks of their events; one request of each group
is projected for all of them. Where an entry corrects another, their ids are part of the signature, and the
request is a group of its own.
"""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import LargeBinary, Select, Subquery, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from rti.law.calendars import Calendar
from rti.law.events import Event
from rti.law.statutes import Statute
from rti.models.requests import EventRow
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


def event_signatures(requests: Select[UUID] | None = None) -> Subquery:
    """`request_id` and the digest `signature` of its events, of all requests or of those in a selection.

    `to_law` is what the law needs of an event.
    """
    fields = cast(
        func.row(
            EventRow.kind,
            EventRow.happened_on,
            EventRow.happened_at,
            EventRow.outcome,
            EventRow.details,
        ),
        Text,
    )
    in_order = aggregate_order_by(literal("", Text), EventRow.happened_on, EventRow.id)
    corrected = func.bool_or(EventRow.details.has_key("voids"))
    alone = case((corrected, cast(EventRow.request_id, Text)), else_="")
    signature = func.sha256(
        func.convert_to(func.string_agg(fields, in_order, type_=Text).concat(alone), "UTF8"),
        type_=LargeBinary,
    )
    query = select(EventRow.request_id, signature.label("signature")).group_by(EventRow.request_id)
    return (query if requests is None else query.where(EventRow.request_id.in_(requests))).subquery()


async def project_samples(session: AsyncSession, samples: Sequence[tuple[UUID, Law]]) -> list[Projection]:
    """The projections of some requests, each under the law beside it, in the same order; made beside the event loop."""
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
