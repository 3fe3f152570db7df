"""What a message says that speaks of several dates."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from rti.models.requests import DeadlineRow, RequestRow
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import TITLE, Case, due
from tests.notifications.servers import Sink


async def _case(database: Database) -> Case:
    """Somebody whose organisation waits for 22 answers since four days ago, for one today, and for one complaint."""
    case = await due(database, TODAY - timedelta(4), count=22)
    await due(database, TODAY, beside=case)
    return await due(database, TODAY, beside=case, clock="complaint_filing")


async def _sent(database: Database, settings: Settings, sink: Sink) -> tuple[str, str]:
    await sweep(database, TODAY, NOW, host="rti.test")
    await dispatch(database, replace(settings, smtp_url=sink.url), clock=lambda: NOW)
    (message,) = sink.messages
    return message["Subject"], message.get_payload(decode=True).decode()


async def test_it_says_how_many_requests_are_how_urgent_and_names_none(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await _case(database)
    subject, body = await _sent(database, settings, sink)
    assert subject == "24 requests need your attention"
    said = ["The time to complain ends: 1", "Past the due date: 22", "Due today: 1"]
    assert [line for line in body.splitlines() if line in said] == said
    assert f"{settings.address}/requests" in body
    assert TITLE not in body


async def test_who_asked_for_detail_reads_the_most_urgent_and_how_many_more_there_are(
    database: Database, settings: Settings, sink: Sink
) -> None:
    case = await _case(database)
    async with database.transaction() as session:
        await session.execute(update(PersonRow).values(wants_detail=True))
        urgent = await session.get_one(RequestRow, case.request_id)
    _, body = await _sent(database, settings, sink)
    named = [line for line in body.splitlines() if TITLE in line]
    assert len(named) == 20
    assert urgent.reference in named[0]
    assert "and 4 more" in body


@pytest.mark.parametrize("left", [0, 1])
async def test_what_was_answered_before_it_is_sent_is_not_spoken_of(
    database: Database, settings: Settings, sink: Sink, left: int
) -> None:
    case = await due(database, TODAY, count=3)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        kept = select(RequestRow.id).where(RequestRow.cbo_id == case.cbo.id).limit(left)
        answered = update(DeadlineRow).where(DeadlineRow.request_id.not_in(kept))
        await session.execute(answered.values(state="met"))
    await dispatch(database, replace(settings, smtp_url=sink.url), clock=lambda: NOW)
    assert [message["Subject"] for message in sink.messages] == ["1 request is due today"][:left]
