"""Each reminder once, whoever sweeps and however late."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, text, update

from notifications.jobs import sweep as sweep_job
from notifications.sweep import Swept, sweep
from rti.core.db import Database
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.law.events import EventKind, Outcome
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.messages import MessageState, ReminderRow
from rti.models.requests import DeadlineRow, RequestRow
from tests import make
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due, mentions, messages, reminders
from tests.waiting import blocked, until


async def swept(database: Database, day: date = TODAY, **more: int) -> Swept:
    return await sweep(database, day, NOW, host="rti.test", **more)


async def test_a_second_sweep_finds_nothing_more_to_say(database: Database) -> None:
    await due(database, TODAY, count=3)
    assert await swept(database) == Swept(reminders=3, messages=1)
    assert await swept(database) == Swept()
    assert len(await messages(database)) == 1


async def test_whatever_is_due_on_a_day_is_one_message_for_each_person(database: Database) -> None:
    case = await due(database, TODAY - timedelta(4), count=3)
    await due(database, TODAY + timedelta(1), beside=case)
    await due(database, TODAY, beside=case, clock="complaint_filing")
    await due(database, TODAY - timedelta(4), beside=case, clock="acknowledgement")
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD, of=case.cbo)
    assert await swept(database, size=2) == Swept(reminders=6, messages=2)
    people = [message.person_id for message in await messages(database)]
    assert sorted(people) == sorted([case.member.person.id, lead.person.id])
    assert len(set(await mentions(database))) == len(await mentions(database)) == 2 * 6


async def test_what_is_found_after_the_message_of_the_day_waits_for_the_next_unless_it_is_due_today(
    database: Database,
) -> None:
    case = await due(database, TODAY - timedelta(4))
    assert (await swept(database)).messages == 1
    await due(database, TODAY + timedelta(1), beside=case)
    assert await swept(database) == Swept(reminders=1, messages=0)
    states = [message.state for message in await messages(database)]
    assert sorted(states) == [MessageState.GATHERING, MessageState.QUEUED]
    await due(database, TODAY, beside=case)
    assert await swept(database) == Swept(reminders=1, messages=1)
    await due(database, TODAY - timedelta(4), beside=case)
    assert await swept(database) == Swept(reminders=1, messages=0)
    assert await swept(database, TODAY + timedelta(1)) == Swept(reminders=1, messages=1)
    assert len(set(await mentions(database))) == len(await mentions(database)) == 5


async def test_who_had_the_digest_of_the_day_gets_no_reminder_beside_it(database: Database) -> None:
    day = date(2026, 12, 1)
    case = await due(database, day + timedelta(2))
    async with database.transaction() as session:
        person = update(PersonRow).where(PersonRow.id == case.member.person.id)
        await session.execute(person.values(wants_digest=True))
    assert (await swept(database, day)).messages == 1
    async with database.transaction() as session:
        await session.execute(person.values(wants_digest=False))
    await due(database, day + timedelta(1), beside=case)
    assert await swept(database, day) == Swept(reminders=1, messages=0)


async def test_two_sweeps_at_the_same_time_make_each_reminder_once(database: Database) -> None:
    await due(database, TODAY, count=30)
    found = await asyncio.gather(*(swept(database, size=7) for _ in range(4)))
    assert sum(each.reminders for each in found) == 30
    assert (
        len(await reminders(database))
        == len(set(await mentions(database)))
        == len(await mentions(database))
        == 30
    )


async def test_small_batches_find_all(database: Database) -> None:
    await due(database, TODAY, count=5)
    await due(database, TODAY + timedelta(1), count=4)
    assert (await swept(database, size=2)).reminders == 9


async def test_after_a_missed_month_only_what_is_still_worth_saying_is_said(database: Database) -> None:
    await due(database, TODAY - timedelta(60))
    late = await due(database, TODAY - timedelta(4))
    soon = await due(database, TODAY + timedelta(1))
    await due(database, TODAY + timedelta(31))
    await swept(database)
    said = {(row.request_id, row.rule) for row in await reminders(database)}
    assert said == {(late.request_id, "late"), (soon.request_id, "soon")}


async def test_a_moved_deadline_is_told_anew_and_an_unmoved_one_is_not(database: Database) -> None:
    case = await due(database, TODAY)
    await swept(database)
    async with database.transaction() as session:
        moved = update(DeadlineRow).where(
            DeadlineRow.request_id == case.request_id, DeadlineRow.state == "running"
        )
        await session.execute(moved.values(due_on=TODAY + timedelta(1)))
    assert (await swept(database)).reminders == 1


async def test_the_whole_life_of_a_deadline_is_told_before_on_and_after_it(database: Database) -> None:
    await due(database, date(2026, 12, 9))
    for day in range(40):
        await swept(database, TODAY + timedelta(day))
    assert sorted(row.rule for row in await reminders(database)) == ["chase", "late", "soon", "today"]


async def test_somebody_is_reminded_that_the_information_is_out_after_a_first_reply_in_time(
    database: Database,
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        filed = await make.request(session, member.person, NOW, received_on=date(2026, 11, 2))
        await make.event(session, filed.id, member.person, NOW, EventKind.REPLIED, date(2026, 11, 4))
    for day in range(100):
        await swept(database, TODAY + timedelta(day))
    values = sorted((row.rule, row.clock, row.occasion) for row in await reminders(database))
    assert values == [
        ("follow_up", "follow_up", 0),
        ("follow_up", "follow_up", 1),
        ("follow_up", "follow_up", 2),
    ]


async def test_the_closing_of_the_time_to_complain_is_told_by_its_own_rule(database: Database) -> None:
    await due(database, TODAY, clock="complaint_filing")
    await swept(database)
    assert [row.rule for row in await reminders(database)] == ["window_closing"]


async def test_who_does_not_want_or_may_not_get_messages_gets_none(database: Database) -> None:
    case = await due(database, TODAY)
    async with database.transaction() as session:
        others = [await make.member(session, of=case.cbo) for _ in range(2)]
        lead = await make.member(session, Role.CBO_LEAD, of=case.cbo)
        await make.member(session, Role.STAFF)
        for member, change in zip(others, ({"wants_reminders": False}, {"disabled_at": NOW}), strict=True):
            await session.execute(update(PersonRow).where(PersonRow.id == member.person.id).values(**change))
    await swept(database)
    people = {message.person_id for message in await messages(database)}
    assert people == {case.member.person.id, lead.person.id}


async def test_an_organisation_can_switch_off_every_message(database: Database) -> None:
    case = await due(database, TODAY)
    async with database.transaction() as session:
        await session.execute(update(CboRow).where(CboRow.id == case.cbo.id).values(sends_messages=False))
    assert await swept(database) == Swept(reminders=1, messages=0)


async def test_an_answered_request_is_not_reminded_of(database: Database) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW)
        await make.event(
            session, request.id, member.person, NOW, EventKind.ANSWERED, TODAY, outcome=Outcome.FULL
        )
    for day in range(60):
        await swept(database, TODAY + timedelta(day))
    assert await reminders(database) == []


async def test_nobody_is_reminded_of_a_duplicate(database: Database) -> None:
    await due(database, TODAY, count=2)
    async with database.transaction() as session:
        kept, twice = await session.scalars(select(RequestRow).order_by(RequestRow.id))
        twice.duplicate_of = kept.id
    assert (await swept(database)).reminders == 1


async def test_whoever_records_an_answer_does_not_wait_for_a_sweep(database: Database) -> None:
    case = await due(database, TODAY, count=2)
    async with database.transaction() as session:
        requests = sorted(await session.scalars(select(RequestRow.id)))
    sweeping = None
    try:
        async with database.transaction() as rival:
            # The sweep has made the first reminder and waits for the fate of this one.
            rival.add(
                ReminderRow(
                    cbo_id=case.cbo.id,
                    request_id=requests[-1],
                    rule="today",
                    clock="reply",
                    epoch=1,
                    due_on=TODAY,
                    created_at=NOW,
                )
            )
            await rival.flush()
            sweeping = asyncio.create_task(swept(database))

            async def waits() -> bool:
                async with database.transaction() as session:
                    return await blocked(session)

            await until(waits)
            for request_id in requests:
                async with database.transaction() as session:
                    await session.execute(text("SET LOCAL lock_timeout = '2s'"))
                    answer = {"kind": EventKind.ANSWERED, "day": TODAY, "outcome": Outcome.FULL}
                    await make.event(session, request_id, case.member.person, NOW, **answer)
    finally:
        if sweeping:
            await sweeping
    assert len(await reminders(database)) == 2


async def test_a_message_id_is_of_our_host_and_holds_no_name(database: Database) -> None:
    case = await due(database, TODAY)
    await swept(database)
    (message,) = await messages(database)
    local, host = message.message_id.strip("<>").split("@")
    assert host == "rti.test"
    assert len(local) == 32
    assert str(case.request_id) not in message.message_id


async def test_a_day_begins_at_midnight_in_phnom_penh_and_not_in_greenwich(
    database: Database, settings: Settings
) -> None:
    await due(database, TODAY)
    said = []
    for moment in (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), datetime(2026, 11, 22, 17, 0, tzinfo=UTC)):
        await sweep_job(Tick(database, settings, moment))
        said.append(sorted(row.rule for row in await reminders(database)))
    assert said == [["soon"], ["soon", "today"]]
