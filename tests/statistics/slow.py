"""The definition of a table in plain Python: one request after the other, from its events, as they were known on a day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.attributes import from_attributes
from rti.core.wallclock import HOME_ZONE, end_of
from rti.models.requests import EventRow, RequestRow
from rti.requests.projection import Projection, project, to_law
from rti.statistics.measures import Facts, answered_by, state_at
from rti.statistics.method import Kind, Phase
from rti.statutes.queries import version_of

Counted = Counter[tuple[Kind, int | None]]


async def kinds_known_on(session: AsyncSession, day: date, ids: Iterable[UUID]) -> Counted:
    """The kind and the days of each request of which anything had been recorded by the end of a day."""
    moment = end_of(day, HOME_ZONE)
    counted: Counted = Counter()
    for request_id in ids:
        request = await session.get(RequestRow, request_id)
        assert request
        query = select(EventRow).where(EventRow.request_id == request_id, EventRow.recorded_at <= moment)
        events = (await session.scalars(query.order_by(EventRow.happened_on, EventRow.id))).all()
        if not events:
            continue
        statute = await version_of(session, request.statute_id, request.statute_version)
        calendar = await calendar_of(session, statute.countries, statute.weekend, moment)
        counted[_kind(request, project(statute, calendar, [*map(to_law, events)]), day)] += 1
    return counted


def _kind(request: RequestRow, known: Projection, day: date) -> tuple[Kind, int | None]:
    facts = from_attributes(Facts, known)
    answered = answered_by(facts, day)
    end = known.answered_on if answered else known.closed_on or day
    taken = (end - known.received_on).days if end and known.received_on else None
    if answered and known.undated:
        taken = None
    kept = known.limit_on is not None and min(known.met_on or day, day) <= known.limit_on
    kind = Kind(
        state=state_at(facts, day),
        outcome=known.outcome if answered else None,
        not_taken=known.not_taken,
        ground=known.ground if answered else None,
        extended=bool(known.due_on and known.limit_on and known.due_on > known.limit_on and not kept),
        received=known.received_on is not None,
        closed=Phase.DURING if known.closed_on else Phase.AFTER,
        urgent=request.urgent,
        contest=known.contest,
        checked=answered and known.checked,
        binding=known.binding,
        statute_id=request.statute_id,
        statute_version=request.statute_version,
    )
    return kind, taken if taken is not None and taken >= 0 else None
