"""Requests with known dates, put into the table as they are, so that figures can be counted by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import new_id
from rti.law.status import RequestStatus
from rti.models.bodies import BodyKind, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.requests import Channel, RequestRow, Topic
from tests import make

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
        "topic": Topic.BUDGET,
        "channel": Channel.COUNTER,
        "statute_id": "KH-A2I-DRAFT",
        "statute_version": 1,
        "created_at": NOW,
        "status": RequestStatus.ANSWERED if more.get("answered_on") else RequestStatus.OPEN,
        "drafted_on": received,
        "submitted_on": received,
        "received_on": received,
        "due_on": received + timedelta(days=30) if received else None,
        **more,
    }


async def request(session: AsyncSession, cbo: CboRow, body: PublicBodyRow, **more: Any) -> RequestRow:
    row = RequestRow(**values(**more), cbo_id=cbo.id, body_id=body.id)
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
