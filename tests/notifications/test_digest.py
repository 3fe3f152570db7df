"""One message a day that adds up what is due."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.law.events import EventKind, Outcome
from rti.models.accounts import AssignmentRow, PersonRow
from rti.models.cbos import CboRow
from rti.models.messages import MessageKind, MessageRow, MessageState
from rti.requests import snoozing
from rti.requests.commands import SaveList, SnoozeRequest
from rti.requests.saved_lists import save_list
from tests import make
from tests.notifications.conftest import TITLE, due, messages
from tests.notifications.servers import Sink

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
"""Tuesday, 10 o'clock in Phnom Penh, far from any holiday."""
TODAY = date(2026, 12, 1)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


async def _swept(database: Database, day: date = TODAY, now: datetime = NOW) -> list[MessageRow]:
    await sweep(database, day, now, host="rti.test")
    return [each for each in await messages(database) if each.kind is MessageKind.DIGEST]


async def _late(database: Database, *, body_code: str = "KH-010201") -> make.Member:
    """A member of an organisation with a request that waits for an answer since last month."""
    async with database.transaction() as session:
        member = await make.member(session)
        received = TODAY - timedelta(30)
        await make.request(
            session, member.person, NOW, title=TITLE, received_on=received, body_code=body_code
        )
        return member


async def _staff(database: Database, **more: object) -> make.Member:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF, everything=not more)
        if more:
            session.add(AssignmentRow(person_id=staff.person.id, assigned_at=NOW, **more))
        return staff


async def _prefer(database: Database, member: make.Member, **values: object) -> None:
    async with database.transaction() as session:
        person = update(PersonRow).where(PersonRow.id == member.person.id)
        await session.execute(person.values(**{"hours_from": 0, "hours_to": 24, **values}))


async def test_staff_get_one_digest_a_day_whoever_sweeps_and_however_often(database: Database) -> None:
    await _late(database)
    staff = await _staff(database)
    await asyncio.gather(*(_swept(database) for _ in range(4)))
    (digest,) = await _swept(database)
    assert digest.person_id == staff.person.id
    assert len(await _swept(database, TODAY + timedelta(1), NOW + timedelta(1))) == 2


async def test_a_digest_says_how_much_is_due_where_and_what_to_do_and_names_no_request(
    database: Database, settings: Settings, sink: Sink
) -> None:
    for code in ("KH-010201", "KH-010201", "KH-12"):
        member = await _late(database, body_code=code)
    await _staff(database)
    await _swept(database)
    await dispatch(database, replace(settings, smtp_url=sink.url), clock=at(NOW))
    (sent,) = [each for each in sink.messages if "requests are past their due date" in each["Subject"]]
    text = sent.get_payload(decode=True).decode()
    assert sent["Subject"] == "3 requests are past their due date"
    assert text.index("Banteay Meanchey: past the due date: 2") < text.index(
        "Phnom Penh: past the due date: 1"
    )
    for link in ("/requests?status=open&province=01", "/requests?overdue=1", "/letters"):
        assert link in text
    for unsaid in (TITLE, "CBO", "Commune", member.email):
        assert unsaid not in text


async def test_who_asked_for_detail_reads_which_requests_are_the_most_urgent(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await _late(database)
    await _prefer(database, await _staff(database), wants_detail=True, language="km")
    await _swept(database)
    await dispatch(database, replace(settings, smtp_url=sink.url), clock=at(NOW))
    assert any(TITLE in each.get_payload(decode=True).decode() for each in sink.messages)


async def test_staff_read_of_what_is_assigned_to_them_and_nothing_at_all_where_that_is_nothing(
    database: Database, settings: Settings
) -> None:
    await _late(database, body_code="KH-12")
    seeing = await _staff(database, province_code="12")
    blind = await _staff(database, province_code="23")
    await _swept(database)
    await dispatch(database, settings, clock=at(NOW))
    states = {each.person_id: each.state for each in await _swept(database)}
    assert states == {seeing.person.id: MessageState.KEPT, blind.person.id: MessageState.DROPPED}


async def test_a_digest_counts_what_is_due_when_it_is_sent(database: Database, settings: Settings) -> None:
    member = await _late(database)
    await _staff(database)
    async with database.transaction() as session:
        answered = await make.request(session, member.person, NOW, received_on=TODAY - timedelta(30))
    await _swept(database)
    async with database.transaction() as session:
        await make.event(
            session, answered.id, member.person, NOW, EventKind.ANSWERED, TODAY, outcome=Outcome.FULL
        )
    await dispatch(database, settings, clock=at(NOW))
    (digest,) = await _swept(database)
    assert digest.subject == "1 request is past its due date"


async def test_a_snoozed_request_is_not_counted(database: Database, settings: Settings) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW, received_on=TODAY - timedelta(30))
        command = SnoozeRequest(until=TODAY + timedelta(3), reason="x")
        await snoozing.snooze(session, request.id, command, member.person, NOW, TODAY)
    await _staff(database)
    await _swept(database)
    await dispatch(database, settings, clock=at(NOW))
    assert [each.state for each in await _swept(database)] == [MessageState.DROPPED]


async def test_a_member_who_prefers_it_gets_a_digest_and_no_single_reminder(database: Database) -> None:
    member = await _late(database)
    await _prefer(database, member, wants_digest=True)
    (digest,) = await _swept(database)
    assert digest.person_id == member.person.id
    assert len(await messages(database)) == 1


async def test_who_wants_no_messages_or_whose_organisation_sends_none_gets_no_digest(
    database: Database,
) -> None:
    member, silent = await _late(database), await _late(database)
    await _prefer(database, member, wants_digest=True, wants_reminders=False)
    await _prefer(database, silent, wants_digest=True)
    async with database.transaction() as session:
        of_silent = update(CboRow).where(CboRow.id == silent.person.cbo_id)
        await session.execute(of_silent.values(sends_messages=False))
    assert await _swept(database) == []


async def test_no_digest_comes_on_a_day_off(database: Database) -> None:
    await _late(database)
    await _staff(database)
    saturday = TODAY + timedelta(4)
    assert await _swept(database, saturday, NOW + timedelta(4)) == []


async def test_what_is_found_at_night_waits_for_the_morning_of_the_reader(database: Database) -> None:
    late = (await due(database, TODAY, now=NOW)).member
    early = (await due(database, TODAY, now=NOW)).member
    await _prefer(database, late, hours_from=8, hours_to=18)
    await _prefer(database, early, hours_from=0, hours_to=6)
    midnight = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    await _swept(database, TODAY, midnight)
    turns = {each.person_id: each.next_attempt_at for each in await messages(database)}
    assert turns == {
        late.person.id: datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
        early.person.id: midnight,
    }


async def test_what_is_found_in_the_evening_waits_for_the_next_morning(database: Database) -> None:
    member = (await due(database, TODAY, now=NOW)).member
    await _prefer(database, member, hours_from=8, hours_to=18)
    await _swept(database, TODAY, datetime(2026, 12, 1, 11, 0, tzinfo=UTC))
    (message,) = await messages(database)
    assert message.next_attempt_at == datetime(2026, 12, 2, 1, 0, tzinfo=UTC)


async def test_a_message_that_was_deferred_does_not_come_at_night(
    database: Database, settings: Settings, sink: Sink
) -> None:
    member = (await due(database, TODAY + timedelta(2), now=NOW)).member
    await _prefer(database, member, hours_from=8, hours_to=18)
    sink.mail = "451 4.3.0 come back later"
    mail, evening = replace(settings, smtp_url=sink.url), datetime(2026, 12, 1, 10, 59, tzinfo=UTC)
    await _swept(database, TODAY, evening)
    await dispatch(database, mail, clock=at(evening))
    sink.mail = ""
    night = evening + timedelta(hours=4)
    assert not (await dispatch(database, mail, clock=at(night))).states
    (message,) = await messages(database)
    assert message.state is MessageState.DEFERRED
    assert message.next_attempt_at == datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    morning = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    assert (await dispatch(database, mail, clock=at(morning))).states == {MessageState.ACCEPTED: 1}


async def test_hours_that_were_chosen_after_a_message_was_queued_count(
    database: Database, settings: Settings
) -> None:
    member = (await due(database, TODAY, now=NOW)).member
    await _swept(database)
    await _prefer(database, member, hours_from=12, hours_to=13)
    assert not (await dispatch(database, settings, clock=at(NOW))).states
    assert (await dispatch(database, settings, clock=at(NOW + timedelta(hours=2)))).states == {
        MessageState.KEPT: 1
    }


async def test_a_digest_tells_how_many_requests_are_new_in_a_saved_list(
    database: Database, settings: Settings, sink: Sink
) -> None:
    member = await _late(database)
    staff = await _staff(database, campaign_id=(await _campaign(database)))
    await _prefer(database, staff, wants_detail=True)
    person = staff.person
    async with database.transaction() as session:
        campaign_id = await session.scalar(select(AssignmentRow.campaign_id))
    given = {"campaign_id": campaign_id, "received_on": None}

    async def filed(title: str, day: int) -> None:
        async with database.transaction() as session:
            await make.request(session, member.person, NOW + timedelta(day), title=title, **given)

    await filed("Quarry permits", 0)
    async with database.under(login_of(person)).transaction(person.id) as session:
        await save_list(session, SaveList(q="quarry", name="Quarries", mails=True), person, NOW, TODAY)
    for day in range(3):
        if day == 1:
            await filed("Another quarry", day)
            await filed("Market fees", day)
        moment = NOW + timedelta(day)
        await _swept(database, TODAY + timedelta(day), moment)
        await dispatch(database, replace(settings, smtp_url=sink.url), clock=at(moment))
        assert len(sink.messages) == min(day, 1)
    (sent,) = sink.messages
    assert sent["Subject"] == "1 request is new in your saved lists"
    text = sent.get_payload(decode=True).decode()
    assert "Quarries: 1" in text
    assert "/requests?q=quarry" in text


async def _campaign(database: Database) -> UUID:
    async with database.transaction() as session:
        return (await make.campaign(session, NOW)).id
