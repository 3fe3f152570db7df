"""Saying nothing about a request until a day."""

from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import day_of, now
from rti.models.messages import MessageState
from rti.requests import snoozing
from rti.requests.commands import SnoozeRequest
from tests import make
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import Case, due, messages, reminders

REASON = "The chief asked for one week"


def today() -> date:
    return day_of(now(), "Asia/Phnom_Penh")


async def _snoozed(database: Database, case: Case, until: date, day: date = TODAY) -> None:
    async with database.transaction() as session:
        command = SnoozeRequest(until=until, reason=REASON)
        await snoozing.snooze(session, case.request_id, command, case.member.person, NOW, day)


async def test_nobody_is_reminded_before_the_day_and_everybody_from_it_on(database: Database) -> None:
    case = await due(database, TODAY)
    await _snoozed(database, case, TODAY + timedelta(4))
    for number in range(4):
        await sweep(database, TODAY + timedelta(number), NOW, host="rti.test")
    assert await reminders(database) == []
    await sweep(database, TODAY + timedelta(4), NOW, host="rti.test")
    assert [row.rule for row in await reminders(database)] == ["late"]


async def test_what_is_queued_already_is_not_sent_while_the_request_is_snoozed(
    database: Database, settings: Settings
) -> None:
    case = await due(database, today())
    await sweep(database, today(), now(), host="rti.test")
    await _snoozed(database, case, today() + timedelta(2), today())
    done = await dispatch(database, replace(settings, smtp_url=""), clock=lambda: now() + timedelta(days=1))
    assert done.states == {MessageState.DROPPED: 1}


async def test_another_request_and_one_that_was_woken_are_told_of(
    database: Database, settings: Settings
) -> None:
    snoozed, woken = await due(database, today()), await due(database, today())
    await due(database, today())
    await sweep(database, today(), now(), host="rti.test")
    for case in (snoozed, woken):
        await _snoozed(database, case, today() + timedelta(2), today())
    async with database.transaction() as session:
        await snoozing.end(session, woken.request_id, woken.member.person, NOW)
    done = await dispatch(database, replace(settings, smtp_url=""), clock=now)
    assert done.states == {MessageState.DROPPED: 1, MessageState.KEPT: 2}


async def test_a_snooze_stands_on_the_page_and_the_timeline_and_can_be_ended(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await due(database, today())
    await make.sign_in(client, case.member)
    page = f"/requests/{case.request_id}"
    fields = {"until": (today() + timedelta(7)).isoformat(), "reason": REASON}
    await make.post_form(client, f"{page}/snooze", fields, page=page)
    shown = (await client.get(page)).text
    assert shown.count(REASON) == 2
    assert "Reminders for this request are snoozed until" in shown
    assert "Test person" in shown
    await make.post_form(client, f"{page}/snooze/end", {}, page=page)
    shown = (await client.get(page)).text
    assert "Reminders for this request are snoozed" not in shown
    assert "Ended" in shown
    await sweep(database, today(), now(), host="rti.test")
    assert len(await messages(database)) == 1


async def test_a_second_snooze_takes_the_place_of_the_first(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await due(database, today())
    await make.sign_in(client, case.member)
    path = f"/api/requests/{case.request_id}/snooze"
    for days in (3, 9):
        until = (today() + timedelta(days)).isoformat()
        answer = await client.post(path, json={"until": until, "reason": REASON})
    first, second = answer.json()["snoozes"]
    assert first["ended_at"]
    assert first["ended_by"] == "Test person"
    assert second["ended_at"] is None
    assert (await client.delete(path)).status_code == 204


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"until": 0}, "until"), ({"until": 400}, "until"), ({"reason": ""}, "reason")],
)
async def test_a_snooze_needs_a_day_to_come_and_a_reason(
    client: httpx.AsyncClient, database: Database, wrong: dict[str, object], field: str
) -> None:
    case = await due(database, today())
    await make.sign_in(client, case.member)
    given = {"until": 3, "reason": REASON, **wrong}
    given["until"] = (today() + timedelta(int(str(given["until"])))).isoformat()
    page = f"/requests/{case.request_id}"
    answer = await make.post_form(client, f"{page}/snooze", {k: str(v) for k, v in given.items()}, page=page)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text


async def test_nobody_silences_the_request_of_another_organisation(
    client: httpx.AsyncClient, database: Database
) -> None:
    case = await due(database, today())
    async with database.transaction() as session:
        stranger = await make.member(session, Role.CBO_LEAD)
    await make.sign_in(client, stranger)
    given = {"until": (today() + timedelta(3)).isoformat(), "reason": REASON}
    path = f"/api/requests/{case.request_id}/snooze"
    assert (await client.post(path, json=given)).status_code == 404
    assert (await client.delete(path)).status_code == 404
