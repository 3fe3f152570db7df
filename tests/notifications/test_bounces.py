"""Failing message addresses: at once, by a delivery report, and what follows for them."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from notifications import delivery_reports
from notifications.bounces import forgive, health_of, report
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.messages import AddressHealth, BounceRow, Channel, MessageRow, MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import due
from tests.notifications.servers import Sink
from tests.notifications.test_dispatch import only, queued, sent

SECRET = "test " * 8


def delivery_report(status: str = "5.1.1", action: str = "failed") -> bytes:
    """As Postfix writes them (RFC 3464, appendix)."""
    return f"""From: MAILER-DAEMON@mail.test
To: bounce@rti.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.test
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0700

Final-Recipient: rfc822; member@test.example
Original-Recipient: rfc822;member@test.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <member@test.example>: unknown

--b--
""".replace("\n", "\r\n").encode()


def test_a_report_names_its_message_and_nobody_can_invent_one() -> None:
    message_id = uuid4()
    sender = delivery_reports.sender_of(message_id, "bounce@rti.test", SECRET)
    assert len(sender.partition("@")[0]) <= 64, "RFC 5321 4.5.3.1.1"
    assert delivery_reports.message_of(sender, SECRET) == message_id
    assert delivery_reports.message_of(sender.upper(), SECRET) == message_id
    assert delivery_reports.message_of(sender, "another secret") is None
    assert delivery_reports.message_of(sender.replace(message_id.hex, uuid4().hex), SECRET) is None
    assert delivery_reports.message_of("bounce@rti.test", SECRET) is None


@pytest.mark.parametrize(
    ("status", "action", "found"),
    [
        ("5.1.1", "failed", delivery_reports.Report("5.1.1")),
        ("4.4.7 (expired)", "Failed", delivery_reports.Report("4.4.7")),
        ("4.4.1", "delayed", None),
        ("2.0.0", "delivered", None),
    ],
)
def test_only_what_was_given_up_counts(
    status: str, action: str, found: delivery_reports.Report | None
) -> None:
    assert delivery_reports.read(delivery_report(status, action)) == found


def nested(levels: int) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels)
    )
    return heads + b"\r\n"


@pytest.mark.parametrize(
    "bomb",
    [
        b"x" * (delivery_reports.LONGEST + 1),
        b"A: b\r\n" * 300 + b"\r\n",
        b"A: " + b"b" * 20_000 + b"\r\n\r\n",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 200,
        nested(50),
        b"To: " + b"(" * 5_000 + b"\r\n\r\n",
        b"",
        b"Subject: a letter\r\n\r\nout of office",
    ],
)
def test_bombs_and_letters_are_no_reports(bomb: bytes) -> None:
    with pytest.raises(delivery_reports.Unreadable):
        delivery_reports.read(bomb)


@given(st.binary(max_size=2_000), st.integers(0, 700))
def test_no_report_however_broken_raises_anything_else(noise: bytes, at: int) -> None:
    whole = delivery_report()
    with suppress(delivery_reports.Unreadable):
        delivery_reports.read(whole[:at] + noise + whole[at:])


@pytest.mark.parametrize(
    ("refusals", "expected"),
    [
        ([], AddressHealth.GOOD),
        ([("5.1.1", 0)], AddressHealth.DISABLED),
        ([("5.7.1", 0)], AddressHealth.SUSPECT),
        ([("4.4.7", day) for day in range(4)], AddressHealth.SUSPECT),
        ([("4.4.7", day) for day in range(5)], AddressHealth.DISABLED),
        ([("4.4.7", 2 * day) for day in range(9)], AddressHealth.SUSPECT),
        ([("4.4.7", day) for day in (40, 41, 0, 42, 43, 44)], AddressHealth.DISABLED),
    ],
)
def test_an_address_is_disabled_by_one_word_that_it_is_gone_or_by_five_others_in_a_week(
    refusals: list[tuple[str, int]], expected: AddressHealth
) -> None:
    assert health_of((status, NOW + timedelta(days=day)) for status, day in refusals) is expected


async def test_each_message_has_a_sender_of_its_own(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    await sent(database, replace(settings, bounce_address="bounce@rti.test"), sink.url)
    assert [delivery_reports.message_of(sender, settings.secret) for sender in sink.senders] == [
        (await only(database)).id
    ]
    assert sink.messages[0]["From"] == "rti@rti.test"


async def test_an_unknown_address_gets_nothing_more_until_it_has_another_chance(
    database: Database, settings: Settings, sink: Sink
) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    await due(database, TODAY, beside=case)
    await sweep(database, TODAY, NOW, host="rti.test")
    sink.rcpt = lambda _: "550 5.1.1 unknown"
    assert (await sent(database, settings, sink.url)).states[MessageState.FAILED] == 2
    async with database.transaction() as session:
        assert {row.status for row in await session.scalars(select(BounceRow))} == {"5.1.1"}
    sink.rcpt = lambda _: ""
    await due_again(database, case.member.person.id)
    done = await sent(database, settings, sink.url)
    assert (done.states, sink.offered) == ({MessageState.KEPT: 1}, [])
    async with database.transaction() as session:
        await forgive(session, case.member.person.id, Channel.EMAIL)
    await due_again(database, case.member.person.id)
    assert (await sent(database, settings, sink.url)).states == {MessageState.ACCEPTED: 1}


async def due_again(database: Database, person_id: UUID) -> None:
    """One of the messages as if it had just been queued."""
    async with database.transaction() as session:
        message = (await session.scalars(select(MessageRow).limit(1))).one()
        message.state, message.next_attempt_at = MessageState.QUEUED, NOW
        assert message.person_id == person_id


async def test_a_refused_content_says_nothing_about_the_address(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    sink.data = "554 5.7.1 no"
    await sent(database, settings, sink.url)
    async with database.transaction() as session:
        assert list(await session.scalars(select(BounceRow))) == []


async def test_what_a_report_says_did_not_arrive_has_failed(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    await sent(database, settings, sink.url)
    async with database.transaction() as session:
        await report(session, (await only(database)).id, "5.2.2", NOW)
    message = await only(database)
    assert (message.state, message.last_reply) == (MessageState.FAILED, "5.2.2")


async def test_a_report_that_comes_twice_counts_once(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    await sent(database, settings, sink.url)
    message = await only(database)
    for _ in range(2):
        async with database.transaction() as session:
            assert await report(session, message.id, "4.4.7", NOW)
    async with database.transaction() as session:
        assert len(list(await session.scalars(select(BounceRow)))) == 1
        assert not await report(session, uuid4(), "5.1.1", NOW)


async def test_a_refusal_after_a_report_of_the_same_message_counts_once(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    message = await only(database)
    async with database.transaction() as session:
        session.add(
            BounceRow(
                message_id=message.id,
                person_id=message.person_id,
                channel=Channel.EMAIL,
                address="somebody@test.example",
                status="4.4.7",
                reported_at=NOW,
            )
        )
    sink.rcpt = lambda _: "550 5.1.1 unknown"
    assert (await sent(database, settings, sink.url)).states == {MessageState.FAILED: 1}
    async with database.transaction() as session:
        assert [row.status for row in await session.scalars(select(BounceRow))] == ["4.4.7"]


async def test_the_mail_server_hands_a_report_to_the_command(
    database: Database, database_url: str, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    await sent(database, settings, sink.url)
    message = await only(database)

    def handed(recipient: str, content: bytes) -> tuple[int, str]:
        environment = {"RTI_DATABASE_URL": database_url, "RTI_SECRET": settings.secret, "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-m", "rti", "bounce", recipient],
            input=content,
            capture_output=True,
            env=environment,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).decode()

    ours = delivery_reports.sender_of(message.id, "bounce@rti.test", settings.secret)
    assert handed("bounce@rti.test", delivery_report()) == (0, "Ignored: not one of our addresses\n")
    assert handed(ours, b"Subject: I am away\r\n\r\nback on Monday") == (
        0,
        "Ignored: not a delivery report\n",
    )
    assert handed(ours, delivery_report()) == (0, "Recorded: 5.1.1\n")
    async with database.transaction() as session:
        (row,) = await session.scalars(select(BounceRow))
        assert (row.status, row.address, row.person_id) == ("5.1.1", message.to_address, message.person_id)
