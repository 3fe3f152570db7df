"""What a law asks beside the days: on which way a request came, at what hour, and whether it is urgent."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from rti.calendars.queries import calendar_of, change_alone
from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.models.requests import Channel, DeadlineRow, RequestRow
from rti.requests.actions import record_event
from rti.requests.batch_projection import project_samples
from rti.requests.commands import RecordEvent
from rti.statutes.queries import newest_of
from tests import make
from tests.conftest import NOW, SignIn

TUESDAY = date(2026, 8, 4)


async def _reply(database: Database, **request: object) -> tuple[RequestRow, DeadlineRow]:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        row = await make.request(session, member, NOW, **{"received_on": TUESDAY, **request})
        clocks = {clock.kind: clock for clock in await make.deadlines_of(session, row.id)}
        return row, clocks["reply"]


@pytest.mark.parametrize(
    ("channel", "due"), [("online", "2026-08-07"), ("post", "2026-08-11"), ("counter", "2026-08-18")]
)
async def test_the_limit_is_that_of_the_way_on_which_the_request_came(
    database: Database, channel: str, due: str
) -> None:
    row, _ = await _reply(database, statute_id="VN-ATI-2016", channel=Channel(channel))
    assert row.due_on == date.fromisoformat(due)


async def test_an_urgent_request_is_due_within_hours_of_its_receipt(database: Database) -> None:
    row, clock = await _reply(database, statute_id="IN-RTI-2005", urgent=True, received_at="16:30")
    assert clock.due_at == datetime(2026, 8, 6, 16, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert row.due_on == date(2026, 8, 6)
    usual, _ = await _reply(database, statute_id="IN-RTI-2005")
    assert usual.due_on == date(2026, 9, 3)


async def test_without_an_hour_the_end_of_the_day_is_assumed_and_told(database: Database) -> None:
    _, clock = await _reply(database, statute_id="IN-RTI-2005", urgent=True)
    assert clock.due_at == datetime(2026, 8, 6, 23, 59, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert "time_assumed" in {step["code"] for step in clock.steps}


async def test_a_receipt_that_is_recorded_later_knows_the_way_and_the_urgency(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        row = await make.request(
            session,
            member,
            NOW,
            statute_id="IN-RTI-2005",
            urgent=True,
            received_on=None,
            submitted_on=TUESDAY,
        )
        command = RecordEvent(kind=EventKind.RECEIVED, happened_on=TUESDAY, at="09:15")
        await record_event(session, row.id, command, member, NOW, NOW.date())
        clocks = {clock.kind: clock for clock in await make.deadlines_of(session, row.id)}
    assert clocks["reply"].due_at == datetime(2026, 8, 6, 9, 15, tzinfo=ZoneInfo("Asia/Kolkata"))


async def test_the_reason_of_an_extension_chooses_its_limit(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        row = await make.request(session, member, NOW, statute_id="AU-NSW-GIPA-2009", received_on=TUESDAY)
        before = row.due_on
        command = RecordEvent(
            kind=EventKind.EXTENDED, happened_on=date(2026, 8, 10), days="30 working", reason="agreement"
        )
        await record_event(session, row.id, command, member, NOW, NOW.date())
    assert before == date(2026, 9, 1)
    assert row.due_on == date(2026, 10, 14)


async def test_requests_that_differ_in_way_or_urgency_share_no_fold(database: Database) -> None:
    for values in (
        {"channel": Channel.ONLINE},
        {"channel": Channel.POST},
        {"channel": Channel.POST, "urgent": True},
    ):
        await _reply(database, **values)
    async with database.transaction() as session:
        result = (await session.execute(select(RequestRow.id, RequestRow.story))).all()
        assert len({row.story for row in result}) == 3
        statute = await newest_of(session, "VN-ATI-2016")
        law = (statute, await calendar_of(session, statute.countries, statute.weekend))
        folds = await project_samples(session, [(row.id, law) for row in result])
    assert {fold.due_on for fold in folds} == {date(2026, 8, 7), date(2026, 8, 11)}


async def test_an_hour_that_is_none_is_told_at_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    given = {"body_id": str(body.id), "title": "Fees", "topic": "budget"}
    wrong = await client.post(
        "/api/requests", json={**given, "received_on": "2026-08-04", "received_at": "25:00"}
    )
    assert wrong.status_code == 422
    assert [fault["field"] for fault in wrong.json()["faults"]] == ["received_at"]
    lone = await client.post("/api/requests", json={**given, "received_at": "១០:៣០"})
    assert [fault["field"] for fault in lone.json()["faults"]] == ["received_on"]


async def test_a_filing_during_a_change_of_the_calendar_is_kept_in_its_form_and_not_for_long(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        body = await make.body(session)
    address = f"/bodies/{body.id}/new-request"
    form = {"title": "Kept in the form", "topic": "budget"}
    async with database.transaction() as session:
        await change_alone(session)
        refused = await make.post_form(client, address, form)
        assert (await client.get("/requests")).status_code == 200
    assert refused.status_code == 422
    assert "Nothing is lost" in refused.text
    assert "Kept in the form" in refused.text
    assert (await make.post_form(client, address, form)).status_code == 303
