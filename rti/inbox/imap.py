"""Reading a mailbox by IMAP (RFC 3501) without changing anything in it.

The folder is opened for reading only (EXAMINE) and messages are fetched with PEEK, so that none is marked, moved or
expunged, whoever else works in it; what is new is what lies behind the last UID that was stored. It is done with the
standard library in a thread: the libraries that were tried expunge what others have marked, or mark as read.
"""

import asyncio
import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.inbox.addresses import is_ours
from rti.inbox.mail import line, recipients
from rti.inbox.mime import MOST_BYTES, header_and_body
from rti.inbox.store import receive
from rti.models.inbox import MailboxRow

SECONDS = 60.0
AT_ONCE = 50
"""Messages fetched in one run; the rest follow in the next."""
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


class MailboxTrouble(Exception):
    """The mailbox cannot be read now; the text names neither server nor account."""


class Mailbox:
    """A connection to one folder, opened for reading only."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "imaps"
        port = parts.port or (993 if secure else 143)
        host = parts.hostname or ""
        self._server = (
            imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
            if secure
            else imaplib.IMAP4(host, port, timeout=SECONDS)
        )
        self._server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        status, _ = self._server.select(f'"{folder}"', readonly=True)
        if status != "OK":
            raise MailboxTrouble("the folder of the mailbox cannot be opened")
        self.validity = int(self._server.response("UIDVALIDITY")[1][0] or 0)

    def close(self) -> None:
        self._server.logout()

    def behind(self, last: int) -> Iterator[tuple[int, bytes]]:
        """Messages behind a UID with theirs, the oldest first; of one that is too large its header only."""
        _, answer = self._server.uid("SEARCH", f"UID {last + 1}:*")
        # A range that ends in * holds the last message whatever its UID.
        uids = sorted(uid for uid in map(int, (answer[0] or b"").split()) if uid > last)
        for uid in uids[:AT_ONCE]:
            _, found = self._server.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)")
            raw = next((part[1] for part in found if isinstance(part, tuple)), None)
            if raw is not None:
                yield uid, raw


def _fetched(url: str, validity: int, last: int) -> tuple[int, list[tuple[int, bytes]]]:
    try:
        with closing(Mailbox(url)) as mailbox:
            return mailbox.validity, list(mailbox.behind(last if mailbox.validity == validity else 0))
    except (imaplib.IMAP4.error, OSError) as fault:
        raise MailboxTrouble(f"the mailbox cannot be read ({type(fault).__name__})") from fault


async def poll(database: Database, url: str, base: str, now: datetime) -> int:
    """Store what is new in the mailbox and for us; returns how many. Raises MailboxTrouble.

    Stored are messages of which the last server said that they came to an address of ours; others are left alone.
    """
    name = hashlib.sha256(
        url.rpartition("@")[2].encode() + (urlsplit(url).username or "").encode()
    ).hexdigest()
    async with database.transaction() as session:
        place = await session.get(MailboxRow, name)
        validity, last = (place.uid_validity, place.last_uid) if place else (0, 0)
    validity, found = await asyncio.to_thread(_fetched, url, validity, last)
    stored = 0
    for uid, raw in found:
        async with database.transaction() as session:
            ours = next((each for each in recipients(raw) if is_ours(each, base)), None)
            if ours:
                sender = _ADDRESS.search(line(header_and_body(raw)[0], "Return-Path"))
                await receive(
                    session, raw, envelope_from=sender[0] if sender else "", envelope_to=ours, now=now
                )
                stored += 1
            await _remember(session, name, validity, uid)
    return stored


async def _remember(session: AsyncSession, name: str, validity: int, uid: int) -> None:
    """In the transaction that stores the message: neither is kept without the other."""
    place = {"uid_validity": validity, "last_uid": uid}
    row = insert(MailboxRow).values(name=name, **place)
    await session.execute(row.on_conflict_do_update(index_elements=["name"], set_=place))
