"""What becomes of a message, against a mail server that does well or badly."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import text, update

from notifications.dispatch import CONNECTIONS, Dispatched, dispatch
from notifications.smtp import MailServer, Timeouts
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.settings import Settings
from rti.models.accounts import PersonRow
from rti.models.messages import MessageRow, MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import TITLE, due, messages
from tests.notifications.servers import Sink, refusing_sign_in, scripted, smtp_server


async def queued(database: Database, *, count: int = 1, language: str = "en", on: date = TODAY) -> None:
    await due(database, on, people=count, language=language)
    await sweep(database, TODAY, NOW, host="rti.test")


async def sent(
    database: Database,
    settings: Settings,
    url: str,
    *,
    after: timedelta = timedelta(0),
    timeouts: Timeouts | None = None,
    **more: object,
) -> Dispatched:
    with_server = replace(settings, smtp_url=url, mail_from="rti@rti.test")
    mail_server = MailServer(url, with_server.mail_from, timeouts)
    return await dispatch(database, with_server, clock=lambda: NOW + after, mail_server=mail_server, **more)  # type: ignore[arg-type]


async def only(database: Database) -> MessageRow:
    (message,) = await messages(database)
    return message


async def test_a_reminder_arrives_and_its_row_keeps_what_the_server_said(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    assert (await sent(database, settings, sink.url)).states == {MessageState.ACCEPTED: 1}
    message = await only(database)
    assert message.last_reply == "250 2.0.0 Ok: queued as 4711"
    assert sink.message_ids == [message.message_id]
    assert (await sent(database, settings, sink.url)).states == {}


async def test_a_message_on_the_wire_says_nothing(database: Database, settings: Settings, sink: Sink) -> None:
    case = await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    await sent(database, settings, sink.url)
    raw = sink.accepted[0].decode("ascii")
    (message,) = sink.messages
    text_of_it = message.get_content()
    for secret in (
        TITLE,
        case.cbo.code,
        case.cbo.name_en,
        case.member.person.name,
        "Budget",
        str(case.request_id),
    ):
        assert secret not in raw
        assert secret not in text_of_it
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "1 request is due today"
    assert text_of_it.splitlines()[0] == "As of 23 November 2026: 1 request is due today."


async def test_both_languages_can_be_read_at_the_other_end(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database, language="km")
    await sent(database, settings, sink.url)
    (message,) = sink.messages
    assert sink.accepted[0].isascii()
    assert message["Content-Language"] == "km"
    assert message.get_content_charset() == "utf-8"
    assert "23 វិច្ឆិកា 2026" in message.get_content()


@pytest.mark.parametrize(
    "code", ["421 4.3.2 closing", "450 4.2.0 greylisted", "451 4.3.0 later", "452 4.5.3 too many"]
)
async def test_a_temporary_refusal_is_tried_again_later_under_the_same_message_id(
    database: Database, settings: Settings, sink: Sink, code: str
) -> None:
    await queued(database)
    sink.rcpt = lambda _: code
    assert (await sent(database, settings, sink.url)).states == {MessageState.DEFERRED: 1}
    before = await only(database)
    assert before.last_reply == code[:9]
    assert before.next_attempt_at > NOW
    assert (await sent(database, settings, sink.url)).states == {}
    sink.rcpt = lambda _: ""
    assert (await sent(database, settings, sink.url, after=timedelta(hours=1))).states == {
        MessageState.ACCEPTED: 1
    }
    after = await only(database)
    assert (after.message_id, after.body, after.attempt) == (before.message_id, before.body, 2)
    assert sink.message_ids == [before.message_id]


async def test_an_unknown_address_fails_for_good_and_others_still_get_theirs(
    database: Database, settings: Settings, sink: Sink
) -> None:
    first = await due(database, TODAY)
    await queued(database, count=2)
    sink.rcpt = lambda address: f"550 5.1.1 <{address}> unknown" if address == first.member.email else ""
    done = await sent(database, settings, sink.url)
    assert done.states == {MessageState.FAILED: 1, MessageState.ACCEPTED: 2}
    (failed,) = [message for message in await messages(database) if message.state is MessageState.FAILED]
    assert failed.last_reply == "550 5.1.1", "the words of a refusal repeat the address"


async def test_a_message_whose_content_is_refused_fails(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    sink.data = "554 5.7.1 no"
    assert (await sent(database, settings, sink.url)).states == {MessageState.FAILED: 1}


async def test_after_a_cut_behind_the_final_dot_it_is_sent_again_and_the_doubt_is_kept(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    sink.drop_after_dot = 1
    assert (await sent(database, settings, sink.url)).states == {MessageState.DEFERRED: 1}
    assert (await only(database)).ambiguous == 1
    await sent(database, settings, sink.url, after=timedelta(hours=1))
    message = await only(database)
    assert (message.state, message.ambiguous) == (MessageState.ACCEPTED, 1)
    assert sink.message_ids == [message.message_id] * 2
    assert sink.accepted[0] == sink.accepted[1]


async def test_a_refused_sign_in_stops_the_queue_and_burns_no_attempt(
    database: Database, settings: Settings
) -> None:
    await queued(database, count=20)
    sink = Sink()
    async with smtp_server(sink, **refusing_sign_in(sink)):
        url = f"smtp://user:p%40ss@127.0.0.1:{sink.port}"
        done = await sent(database, settings, url)
    assert done.trouble is not None
    assert done.trouble.settings
    assert str(done.trouble) == "the mail server refuses our sign-in"
    assert {(m.state, m.deferrals) for m in await messages(database)} == {(MessageState.QUEUED, 0)}
    assert sink.offered == []
    assert sink.connections == 1


@pytest.mark.parametrize("greeting", [b"421 4.3.2 busy\r\n", b"554 no\r\n", b"", b"garbage\r\n"])
async def test_a_server_that_does_not_serve_ends_the_round_and_loses_nothing(
    database: Database, settings: Settings, greeting: bytes
) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()

    await queued(database, count=20)
    async with scripted(talk) as url:
        done = await sent(database, settings, url)
    assert done.trouble is not None
    assert {(m.state, m.deferrals) for m in await messages(database)} == {(MessageState.QUEUED, 0)}


async def test_nobody_listening_is_told_as_such(database: Database, settings: Settings) -> None:
    await queued(database)
    async with smtp_server(Sink()) as gone:
        url = gone.url
    done = await sent(database, settings, url)
    assert str(done.trouble) == "the mail server cannot be reached"


async def test_no_server_but_the_one_of_the_address_gets_anything(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    elsewhere = sink.url.replace("127.0.0.1", "127.0.0.2")
    assert (await sent(database, settings, elsewhere)).trouble
    assert sink.connections == 0


async def test_the_name_and_the_password_of_the_address_sign_in(
    database: Database, settings: Settings, sink: Sink
) -> None:
    signed_in: list[LoginPassword] = []

    def authenticate(*given: object) -> AuthResult:
        signed_in.append(given[-1])  # type: ignore[arg-type]
        return AuthResult(success=True)

    await queued(database)
    async with smtp_server(sink, authenticator=authenticate, auth_require_tls=False):
        url = sink.url.replace("smtp://", "smtp://rti%40rti.test:p%40ss%2Fword@")
        assert (await sent(database, settings, url)).states == {MessageState.ACCEPTED: 1}
    assert signed_in == [LoginPassword(b"rti@rti.test", b"p@ss/word")]


async def test_a_server_without_encryption_gets_nothing_where_encryption_is_asked_for(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    done = await sent(database, settings, sink.url.replace("smtp://", "smtp+starttls://"))
    assert done.trouble is not None
    assert done.trouble.settings
    assert sink.offered == []


async def test_a_tarpit_holds_nobody_up_longer_than_our_patience(
    database: Database, settings: Settings
) -> None:
    came = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        with suppress(ConnectionError):
            while True:
                writer.write(b"220-slow.test is at your service\r\n")
                await writer.drain()
                await asyncio.sleep(0.1)

    await queued(database, count=2 * CONNECTIONS)
    async with scripted(talk) as url:
        done = await sent(database, settings, url, timeouts=Timeouts(connect=0.5))
    assert str(done.trouble) == "the mail server responds too slowly"
    assert came <= CONNECTIONS, "no message more has to find out"


async def test_a_silence_after_the_final_dot_is_a_doubt(database: Database, settings: Settings) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            answer = b"354 go on\r\n" if line == b"DATA\r\n" else b"250 OK\r\n"
            writer.write(answer)
            if line == b"DATA\r\n":
                await reader.readuntil(b"\r\n.\r\n")
                await reader.read()

    await queued(database)
    async with scripted(talk) as url:
        await sent(database, settings, url, timeouts=Timeouts(after_dot=0.5))
    message = await only(database)
    assert (message.state, message.ambiguous) == (MessageState.DEFERRED, 1)


async def test_connections_are_used_again(database: Database, settings: Settings, sink: Sink) -> None:
    await queued(database, count=40)
    await sent(database, settings, sink.url)
    assert sink.connections <= CONNECTIONS


async def test_told_to_stop_it_releases_what_it_has_not_begun(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database, count=60)
    stopping = asyncio.Event()

    def stop_at_the_third(_: str) -> str:
        if len(sink.accepted) >= 3:
            stopping.set()
        return ""

    sink.rcpt = stop_at_the_third
    await sent(database, settings, sink.url, stopping=stopping)
    states = [message.state for message in await messages(database)]
    assert set(states) == {MessageState.ACCEPTED, MessageState.QUEUED}
    assert states.count(MessageState.ACCEPTED) == len(sink.accepted)


async def test_without_a_mail_server_messages_are_written_and_kept(
    database: Database, settings: Settings
) -> None:
    await queued(database, count=2)
    done = await dispatch(database, settings, clock=lambda: NOW)
    assert done.states == {MessageState.KEPT: 2}
    for message in await messages(database):
        assert message.subject == "1 request is due today"
        assert f"{settings.address}/requests" in (message.body or "")


@pytest.mark.parametrize(
    "address", ["a@b.test\r\nBcc: c@d.test", "nobody", "", "ខ្មែរ@rti.test", "<a@b.test>"]
)
async def test_an_address_that_cannot_be_written_fails_and_stops_nobody(
    database: Database, settings: Settings, sink: Sink, address: str
) -> None:
    case = await due(database, TODAY)
    await queued(database)
    async with database.transaction() as session:
        await session.execute(
            update(PersonRow).where(PersonRow.id == case.member.person.id).values(email=address)
        )
    done = await sent(database, settings, sink.url)
    assert done.states == {MessageState.FAILED: 1, MessageState.ACCEPTED: 1}
    assert b"Bcc" not in sink.accepted[0]


async def test_three_days_of_temporary_refusals_are_enough(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database, on=date(2026, 11, 19))
    sink.rcpt = lambda _: "451 4.3.0 later"
    assert (await sent(database, settings, sink.url)).states == {MessageState.DEFERRED: 1}
    assert (await sent(database, settings, sink.url, after=timedelta(hours=73))).states == {
        MessageState.FAILED: 1
    }


async def test_a_refusal_of_our_own_address_is_a_matter_of_settings(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    sink.mail = "553 5.7.1 sender not allowed"
    done = await sent(database, settings, sink.url)
    assert done.trouble is not None
    assert done.trouble.settings
    assert (await only(database)).state is MessageState.QUEUED


async def test_a_message_whose_person_is_gone_is_gone(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await queued(database)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM message"))
    assert (await sent(database, settings, sink.url)).states == {}
