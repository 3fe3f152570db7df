"""Requests with known dates, put into the table as they are, so that figures can be counted by hand."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.core.db import new_id
from rti.law.events import Event
from rti.law.status import RequestStatus
from rti.law.statutes import Statute
from rti.models.bodies import BodyKind, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import Channel, EventRow, RequestRow
from rti.requests.actions import write_projection
from rti.requests.projection import project, to_law
from tests import make
from tests.law.histories import random_history

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = date(2026, 1, 5)
"""The day of receipt of requests that say no other; their due day is 30 days later."""


def values(**more: Any) -> dict[str, Any]:
    """The columns of a request but for its organisation and body."""
    received = more.get("received_on", DAY)
    return {
        "id": new_id(),
        "reference": f"R-{new_id().hex}",
        "title": "Budget",
        "question": "",
        "topic": "budget",
        "channel": Channel.COUNTER,
        "statute_id": "KH-A2I-DRAFT",
        "statute_version": 1,
        "created_at": NOW,
        "known_from": NOW.date(),
        "status": RequestStatus.ANSWERED if more.get("answered_on") else RequestStatus.OPEN,
        "drafted_on": received,
        "submitted_on": received,
        "received_on": received,
        "due_on": received + timedelta(days=30) if received else None,
        "limit_on": received + timedelta(days=30) if received else None,
        "met_on": more.get("answered_on"),
        "closed_on": min(filter(None, (more.get("answered_on"), more.get("ended_on"))), default=None),
        **more,
    }


async def request(session: AsyncSession, cbo: CboRow, body: PublicBodyRow, **more: Any) -> RequestRow:
    row = RequestRow(**values(**more), cbo_id=cbo.id, first_body_id=body.id, body_id=body.id)
    session.add(row)
    await session.flush()
    return row


async def city(session: AsyncSession, name: str) -> PublicBodyRow:
    """A body outside the directory of Cambodia."""
    row = PublicBodyRow(
        id=new_id(),
        code=name.replace(" ", "-"),
        kind=BodyKind.OTHER,
        name_km=name,
        name_en=name,
        country="CA",
        created_at=NOW,
    )
    session.add(row)
    await session.flush()
    return row


async def hand_counted(session: AsyncSession, cbo: CboRow) -> None:
    """Ten requests to two communes of two provinces; test_figures.py counts them by hand."""
    first, second = await make.body(session, "KH-010201"), await make.body(session, "KH-050101")
    due = DAY + timedelta(days=30)
    for body, more in [
        (first, {"answered_on": DAY + timedelta(days=10), "outcome": "full"}),
        (first, {"answered_on": due, "outcome": "partial"}),
        (first, {"answered_on": due + timedelta(days=1), "outcome": "refused"}),
        (first, {}),
        (first, {"received_on": date(2026, 11, 20)}),
        (first, {"received_on": date(2026, 11, 1), "answered_on": date(2026, 11, 5), "outcome": "full"}),
        (first, {"ended_on": DAY + timedelta(days=3), "status": "withdrawn"}),
        (second, {"answered_on": DAY + timedelta(days=20), "outcome": "not_held", "topic": "land"}),
        (second, {"status": "not_submitted", "received_on": None, "submitted_on": DAY}),
        (second, {"status": "paused", "due_on": None}),
    ]:
        await request(session, cbo, body, **more)


async def random_request(
    session: AsyncSession, chance: Random, statute: Statute, cbo: CboRow, body: PublicBodyRow
) -> RequestRow:
    """A request to which anything happened, with its events and where it stands after them."""
    row = RequestRow(
        **values(statute_id=statute.id, statute_version=statute.version),
        cbo_id=cbo.id,
        first_body_id=body.id,
        body_id=body.id,
    )
    history = random_history(chance, statute)
    ids = {event.id: new_id() for event in history}
    events = [event_row(event, ids, row, NOW) for event in history]
    calendar = await calendar_of(session, statute.countries, statute.weekend)
    write_projection(row, project(statute, calendar, [to_law(event) for event in events]), NOW.date())
    session.add(row)
    await session.flush()
    session.add_all(events)
    await session.flush()
    return row


def event_row(event: Event, ids: dict[str, UUID], row: RequestRow, recorded_at: datetime) -> EventRow:
    return EventRow(
        id=ids[event.id],
        cbo_id=row.cbo_id,
        request_id=row.id,
        kind=event.kind,
        happened_on=event.on,
        happened_at=event.at,
        recorded_at=recorded_at,
        outcome=event.outcome,
        details={name: value for name, value in _details(event, ids).items() if value},
    )


def _details(event: Event, ids: dict[str, UUID]) -> dict[str, Any]:
    result = {name: getattr(event, name) for name in ("days", "reason", "urgent", "undated")}
    return result | {"voids": str(ids[event.voids]) if event.voids else None}
