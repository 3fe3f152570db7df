"""GET /health tells what is not well, and tells it to everybody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.datastructures import State
from sqlalchemy import delete, text, update

from notifications.scheduler import note_heartbeat
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.health import examine
from rti.models.jobs import HeartbeatRow
from rti.models.messages import MessageRow
from rti.schedule import JOBS
from tests.conftest import NOW, TODAY, SignIn, visiting
from tests.notifications.conftest import due


async def ticked(database: Database, **values: Any) -> None:
    async with database.transaction() as session:
        for job in JOBS:
            await note_heartbeat(session, job.name, **{"began_at": NOW, "ended_at": NOW, **values})


@pytest.fixture
def state(database: Database, settings: Settings) -> State:
    return State({"database": database, "settings": settings})


async def test_all_well(database: Database, state: State) -> None:
    await ticked(database)
    found = await examine(state.settings, state.database, NOW + timedelta(seconds=30))
    assert found.well
    assert found.database.schema_current
    assert found.scheduler["sweep"].lag == 30
    assert (found.mail.mode, found.mail.waiting, found.mail.oldest_waiting) == ("kept", 0, None)


async def test_over_http_it_is_200_or_503_and_open_to_all(
    client: httpx.AsyncClient, database: Database
) -> None:
    silent = await client.get("/health", headers={"cookie": "session=of-nobody"})
    assert silent.status_code == 503
    assert silent.json()["scheduler"]["sweep"]["last_tick"] is None
    await ticked(database, began_at=present())
    well = await client.get("/health")
    assert (well.status_code, well.json()["well"]) == (200, True)
    assert well.headers["content-type"] == "application/json"


async def test_the_page_says_what_an_installation_does_without(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await ticked(database, began_at=present())
    await sign_in(Role.ADMINISTRATOR)
    page = (await client.get("/status")).text
    assert "What is set up is working normally" in page
    assert "No backup is made" in page
    assert "The system is working normally" not in page


async def test_a_silent_scheduler(database: Database, state: State) -> None:
    await ticked(database)
    found = await examine(state.settings, state.database, NOW + timedelta(minutes=6))
    assert not found.well
    assert found.database.well
    assert not found.scheduler["sweep"].well
    assert found.scheduler["sweep"].lag == 360


async def test_a_job_that_fails(database: Database, state: State) -> None:
    await ticked(database, well=False, result="the mail server refuses our sign-in")
    found = await examine(state.settings, state.database, NOW)
    assert not found.well
    assert found.scheduler["dispatch"].result == "the mail server refuses our sign-in"
    assert not found.mail.well


@pytest.mark.parametrize(("late", "well"), [(timedelta(minutes=1), True), (timedelta(hours=1), False)])
async def test_a_queue_that_does_not_move(
    database: Database, state: State, late: timedelta, well: bool
) -> None:
    await due(database, TODAY, people=3)
    await sweep(database, TODAY, NOW - late, host="rti.test")
    await ticked(database)
    found = await examine(state.settings, state.database, NOW)
    assert found.mail.well is found.well is well
    assert found.mail.waiting == 3
    assert found.mail.oldest_waiting == late.total_seconds()


async def test_a_message_that_waits_for_its_turn_is_no_standstill(database: Database, state: State) -> None:
    await due(database, TODAY)
    await sweep(database, TODAY, NOW - timedelta(hours=5), host="rti.test")
    async with database.transaction() as session:
        await session.execute(
            update(MessageRow).values(state="deferred", next_attempt_at=NOW + timedelta(hours=1))
        )
    await ticked(database)
    assert (await examine(state.settings, state.database, NOW)).well


async def test_an_old_schema(database: Database, state: State) -> None:
    await ticked(database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    found = await examine(state.settings, state.database, NOW)
    assert not found.well
    assert found.database.schema_current is False


async def test_a_database_that_is_away_even_for_somebody_signed_in(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql+asyncpg://nobody:secret@127.0.0.1:1/rti")
    async with visiting(away) as visitor:
        answer = await visitor.get("/health", headers={"cookie": "session=abc"})
    assert answer.status_code == 503
    view = answer.json()["database"]
    assert (view.pop("well"), set(view.values())) == (False, {None})
    assert "secret" not in answer.text


async def test_it_tells_no_secret_and_names_nobody(
    database: Database, settings: Settings, database_url: str
) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    await ticked(database)
    sending = replace(settings, smtp_url="smtp://user:hidden@mail.test")
    async with visiting(sending) as visitor:
        answer = await visitor.get("/health")
    assert answer.json()["mail"]["mode"] == "sent"
    for secret in ("hidden", "mail.test", database_url, settings.secret, case.member.email, case.cbo.code):
        assert secret not in answer.text


async def test_a_tick_keeps_what_it_does_not_name(database: Database) -> None:
    await ticked(database, well=False, result="stopped")
    await ticked(database)
    async with database.transaction() as session:
        tick = await session.get_one(HeartbeatRow, "dispatch")
        assert (tick.well, tick.result) == (False, "stopped")
        await session.execute(delete(HeartbeatRow))
