"""Debian's own mail servers deliver real messages."""

import asyncio
import smtplib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.inbox import imap, lmtp
from rti.inbox.addresses import reply_address
from rti.models.inbox import IncomingRow, IncomingState
from rti.models.requests import RequestRow
from tests.conftest import NOW
from tests.inbox.mail_servers import dovecot, exim, mailbox, needed, postfix
from tests.inbox.mails import attached, plain
from tests.inbox.test_filing import BASE, asked, mailing, sort
from tests.waiting import until

__all__ = ["asked", "mailing"]
pytestmark = pytest.mark.xdist_group("servers")


def _send(port: int, raw: bytes, *to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail("office@commune.example", list(to), raw, mail_options=["SMTPUTF8"])


@pytest.mark.parametrize(("mail_server", "programs"), [(postfix, ["postfix"]), (exim, ["exim4", "bwrap"])])
async def test_a_mail_server_delivers_an_answer_to_each_of_its_requests(
    database: Database,
    mailing: Settings,
    asked: RequestRow,
    mail_server: Callable[[int], AbstractContextManager[int]],
    programs: list[str],
) -> None:
    needed(*programs)

    async def arrived() -> bool:
        async with database.transaction() as session:
            return len((await session.scalars(select(IncomingRow.id))).all()) == 2

    raw = "From: ឃុំ <office@commune.example>\r\n".encode() + attached()
    ours = reply_address(asked.id, BASE, mailing.secret)
    async with lmtp.receiving(database.under(Login.RECEIVER), mailing, lambda: NOW) as (_, port):
        with mail_server(port) as smtp_port:
            await asyncio.to_thread(_send, smtp_port, raw, ours, "replies+mistyped@rti.example")
            await until(arrived)
    assert await sort(database, mailing) == {IncomingState.FILED: 1, IncomingState.HELD: 1}


async def test_a_mailbox_of_dovecot_is_read_without_a_trace(
    database: Database, mailing: Settings, asked: RequestRow
) -> None:
    needed("dovecot")
    ours = f"Delivered-To: {reply_address(asked.id, BASE, mailing.secret)}\r\n".encode()
    with dovecot() as port:
        url = f"imap://replies:secret@127.0.0.1:{port}/INBOX"

        async def poll() -> int:
            return await imap.poll(database.under(Login.RECEIVER), url, BASE, NOW)

        with mailbox(port) as person:
            person.append("INBOX", "", "", plain("Lunch?"))
            person.append("INBOX", "", "", ours + attached())
            person.append("INBOX", "\\Deleted", "", plain("marked by a colleague"))
        assert [await poll(), await poll()] == [1, 0]
        with mailbox(port) as person:
            person.append("INBOX", "", "", ours + plain("second", message_id="<2@x>"))
        assert await poll() == 1
        with mailbox(port) as person:
            _, flags = person.fetch("1:*", "(FLAGS)")
            assert [b"\\Seen" in each for each in flags] == [False] * 4
            assert [b"\\Deleted" in each for each in flags] == [False, False, True, False]
    assert await sort(database, mailing) == {IncomingState.FILED: 2}
    with pytest.raises(imap.MailboxTrouble):
        await imap.poll(database.under(Login.RECEIVER), url, BASE, NOW)


def test_the_settings_of_a_mailbox_are_read_as_they_are_written(mailing: Settings) -> None:
    read = Settings.from_env({**replace(mailing, imap_url="imaps://a%40b:c@host/INBOX").environment()})
    assert read.imap_url == "imaps://a%40b:c@host/INBOX"
