"""Text messages and Telegram, through Apprise, to a local server that speaks the protocol of each gateway."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from apprise.plugins.telegram import NotifyTelegram
from sqlalchemy import update

from notifications.bounces import report
from notifications.gateways import Gateways
from notifications.jobs import dispatch as dispatch_job
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.periodic import Tick
from rti.core.settings import Settings, SettingsFault
from rti.core.wallclock import HOME_ZONE, day_of, now
from rti.models.messages import Channel, ChannelAddressRow, MessageState
from tests.conftest import NOW, TODAY
from tests.notifications.conftest import TITLE, due, messages
from tests.notifications.servers import Sink, refusing_sign_in, smtp_server
from tests.notifications.test_dispatch import only, sent

NUMBER, CHAT = "+85512345678", "123456789"


@dataclass
class Http:
    """A web server that keeps what it was asked and answers as told; `cut` hangs up instead."""

    answer: dict[str, Any]
    status: str = "200 OK"
    cut: bool = False
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length")
        )
        self.asked.append((head.split()[1], json.loads(await reader.readexactly(length))))
        if not self.cut:
            body = json.dumps(self.answer).encode()
            writer.write(
                f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(http: Http) -> AsyncIterator[Http]:
    server = await asyncio.start_server(http.serve, "127.0.0.1", 0)
    http.port = server.sockets[0].getsockname()[1]
    yield http
    server.close()
    await server.wait_closed()


@pytest.fixture
async def smseagle() -> AsyncIterator[Http]:
    """The JSON-RPC of an SMSEagle, a box with a SIM card (its API guide, sms.send_sms)."""
    async with listening(Http({"result": {"message_id": "748", "status": "ok"}})) as http:
        yield http


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http]:
    """The Bot API (core.telegram.org/bots/api#sendmessage); Apprise has its address as a constant."""
    async with listening(Http({"ok": True, "result": {"message_id": 1}})) as http:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{http.port}/bot")
        yield http


async def reached_by(database: Database, channel: Channel, address: str, moment: datetime = NOW) -> None:
    """A reminder for somebody who chose this channel."""
    today = day_of(moment, HOME_ZONE)
    case = await due(database, today, now=moment)
    async with database.transaction() as session:
        session.add(
            ChannelAddressRow(person_id=case.member.person.id, channel=channel, address=address, chosen=True)
        )
    await sweep(database, today, moment, host="rti.test")


def with_sms(settings: Settings, http: Http) -> Settings:
    return replace(settings, sms_url=f"smseagle://token@127.0.0.1:{http.port}/{{to}}")


async def test_a_text_message_is_one_silent_line(
    database: Database, settings: Settings, smseagle: Http, sink: Sink
) -> None:
    await reached_by(database, Channel.SMS, NUMBER)
    assert (await sent(database, with_sms(settings, smseagle), sink.url)).states == {MessageState.ACCEPTED: 1}
    ((_, asked),) = smseagle.asked
    assert asked["method"] == "sms.send_sms"
    assert (asked["params"]["to"], asked["params"]["message"]) == (NUMBER, "1 request is due today")
    message = await only(database)
    assert (message.channel, message.to_address, sink.offered) == (Channel.SMS, NUMBER, [])


async def test_telegram_gets_the_whole_silent_text(
    database: Database, settings: Settings, telegram: Http, sink: Sink
) -> None:
    await reached_by(database, Channel.TELEGRAM, CHAT)
    chatting = replace(settings, telegram_url="tgram://123456789:abcdefg_hijklmnop/{to}")
    assert (await sent(database, chatting, sink.url)).states == {MessageState.ACCEPTED: 1}
    ((path, asked),) = telegram.asked
    assert path == "/bot123456789:abcdefg_hijklmnop/sendMessage"
    assert str(asked["chat_id"]) == CHAT
    assert "1 request is due today" in asked["text"]
    assert TITLE not in asked["text"]


@pytest.mark.parametrize("fault", [{"status": "503 Service Unavailable"}, {"cut": True}])
async def test_a_gateway_that_does_not_confirm_is_a_doubt(
    database: Database, settings: Settings, smseagle: Http, sink: Sink, fault: dict[str, Any]
) -> None:
    vars(smseagle).update(fault)
    await reached_by(database, Channel.SMS, NUMBER)
    assert (await sent(database, with_sms(settings, smseagle), sink.url)).states == {MessageState.DEFERRED: 1}
    assert (await only(database)).ambiguous == 1


async def test_who_chose_a_channel_that_has_no_gateway_gets_mail(
    database: Database, settings: Settings, sink: Sink
) -> None:
    await reached_by(database, Channel.SMS, NUMBER)
    assert (await sent(database, settings, sink.url)).states == {MessageState.ACCEPTED: 1}
    assert (await only(database)).channel is Channel.EMAIL
    assert len(sink.accepted) == 1


async def test_who_has_no_number_that_works_gets_mail(
    database: Database, settings: Settings, smseagle: Http, sink: Sink
) -> None:
    await reached_by(database, Channel.SMS, NUMBER)
    await sent(database, with_sms(settings, smseagle), sink.url)
    async with database.transaction() as session:
        await report(session, (await only(database)).id, "5.1.1", NOW)
    async with database.transaction() as session:
        message = await session.merge(await only(database))
        message.state, message.to_address, message.subject = MessageState.QUEUED, None, None
        message.next_attempt_at = NOW
    await sent(database, with_sms(settings, smseagle), sink.url)
    assert (await only(database)).channel is Channel.EMAIL
    assert (len(smseagle.asked), len(sink.accepted)) == (1, 1)


async def test_a_gateway_goes_on_while_the_mail_server_is_away(
    database: Database, settings: Settings, smseagle: Http
) -> None:
    await reached_by(database, Channel.SMS, NUMBER)
    await due(database, TODAY)
    await sweep(database, TODAY, NOW, host="rti.test")
    done = await sent(database, with_sms(settings, smseagle), "smtp://127.0.0.1:1")
    assert done.states == {MessageState.ACCEPTED: 1}
    assert str(done.trouble) == "the mail server cannot be reached"


@pytest.mark.parametrize(("chosen", "code"), [(True, "123456"), (False, None)])
async def test_while_the_mail_server_is_away_a_number_that_is_not_proved_or_not_chosen_gets_nothing(
    database: Database, settings: Settings, smseagle: Http, chosen: bool, code: str | None
) -> None:
    await reached_by(database, Channel.SMS, NUMBER)
    async with database.transaction() as session:
        await session.execute(update(ChannelAddressRow).values(chosen=chosen, code=code))
    done = await sent(database, with_sms(settings, smseagle), "smtp://127.0.0.1:1", mailing=False)
    assert (done.states, smseagle.asked) == ({}, [])
    message = await only(database)
    assert (message.state, message.attempt) == (MessageState.QUEUED, 0)


async def test_text_messages_go_out_while_the_mail_server_rests_and_nobody_signs_in_again(
    database: Database, settings: Settings, smseagle: Http
) -> None:
    moment, mails = now(), Sink()
    await due(database, day_of(moment, HOME_ZONE), now=moment)
    await reached_by(database, Channel.SMS, NUMBER, moment)
    async with smtp_server(mails, **refusing_sign_in(mails)):
        sending = replace(with_sms(settings, smseagle), smtp_url=f"smtp://user:word@127.0.0.1:{mails.port}")
        tick = Tick(database, sending, moment)
        results = [await dispatch_job(tick)]
        await reached_by(database, Channel.SMS, "+85587654321", moment)
        results.append(await dispatch_job(replace(tick, last=results[0])))
    assert {(each.words, each.well) for each in results} == {("the mail server refuses our sign-in", False)}
    assert mails.connections == 1
    assert [asked["params"]["to"] for _, asked in smseagle.asked] == [NUMBER, "+85587654321"]
    assert Counter(row.state for row in await messages(database)) == {
        MessageState.ACCEPTED: 2,
        MessageState.QUEUED: 1,
    }


async def test_mail_goes_out_while_a_gateway_confirms_nothing(
    database: Database, settings: Settings, smseagle: Http, sink: Sink
) -> None:
    smseagle.cut, moment = True, now()
    await reached_by(database, Channel.SMS, NUMBER, moment)
    tick = Tick(database, replace(with_sms(settings, smseagle), smtp_url=sink.url), moment)
    for delivered in (1, 2):
        await due(database, day_of(moment, HOME_ZONE), now=moment)
        await sweep(database, day_of(moment, HOME_ZONE), moment, host="rti.test")
        assert (await dispatch_job(tick)).well
        assert len(sink.accepted) == delivered


def test_an_address_that_apprise_does_not_know_is_told_at_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsFault, match="RTI_SMS_URL is not a URL that Apprise supports"):
        Gateways(replace(settings, sms_url="carrier-pigeon://loft/{to}"))
    with pytest.raises(SettingsFault, match="RTI_TELEGRAM_URL: Enter an address of Apprise"):
        Settings.from_env({"RTI_TELEGRAM_URL": "tgram://token/"})
