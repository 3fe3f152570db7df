"""What has changed between the sweep and the sending: a message is looked at again before it leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.law.events import EventKind, Outcome
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.messages import MessageState
from tests import make
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import queued, sent


async def test_a_deadline_that_was_met_a_minute_ago_is_not_told(
    database: Database, settings: Settings, sink: Sink
) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        await make.event(
            session, case.request_id, case.member.person, NOW, EventKind.ANSWERED, TODAY, outcome=Outcome.FULL
        )
    assert (await sent(database, settings, sink.url)).states == {MessageState.DROPPED: 1}
    assert sink.offered == []


async def test_a_withdrawn_request_is_not_told_of(database: Database, settings: Settings, sink: Sink) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        await make.event(session, case.request_id, case.member.person, NOW, EventKind.WITHDRAWN, TODAY)
    assert (await sent(database, settings, sink.url)).states == {MessageState.DROPPED: 1}


@pytest.mark.parametrize("change", [{"disabled_at": NOW}, {"wants_reminders": False}])
async def test_who_left_since_the_sweep_gets_nothing(
    database: Database, settings: Settings, sink: Sink, change: dict[str, object]
) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        await session.execute(update(PersonRow).where(PersonRow.id == case.member.person.id).values(**change))
    assert (await sent(database, settings, sink.url)).states == {MessageState.DROPPED: 1}


async def test_an_organisation_that_fell_silent_since_the_sweep_gets_nothing(
    database: Database, settings: Settings, sink: Sink
) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == case.cbo.id).values(sends_messages=False))
    assert (await sent(database, settings, sink.url)).states == {MessageState.DROPPED: 1}


async def test_due_today_is_not_said_tomorrow(database: Database, settings: Settings, sink: Sink) -> None:
    await queued(database)
    done = await sent(database, settings, sink.url, after=timedelta(days=1))
    assert done.states == {MessageState.DROPPED: 1}


async def test_what_may_have_arrived_is_never_called_dropped(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    sink.drop_after_dot = 1
    await sent(database, settings, sink.url)
    done = await sent(database, settings, sink.url, after=timedelta(days=1))
    assert done.states == {MessageState.UNKNOWN: 1}
