"""Receiving mail from the mail server of this machine, by LMTP (RFC 2033) or SMTP.

A message is accepted only once it is committed. Each transaction takes one recipient, so that each copy has
an envelope of its own and an answer of its own; a mail server sends the others in the next one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import DBAPIError

from rti.core.db import Database
from rti.core.settings import Settings
from rti.inbox.addresses import is_ours
from rti.inbox.mime import MOST_BYTES
from rti.inbox.store import receive

CONNECTIONS = 20
"""At the same time; further ones are told to try again."""
PATIENCE = 60.0
"""Seconds for the next line of a conversation."""
log = structlog.get_logger()


class _Taker:
    """The handler of one server; aiosmtpd calls it by these names."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._database, self._settings, self._clock = database, settings, clock

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if not is_ours(address, self._settings.reply_address):
            return "550 5.1.1 no such mailbox here"
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        raw = envelope.content or b""
        try:
            async with self._database.transaction() as stored:
                await receive(
                    stored,
                    raw if isinstance(raw, bytes) else raw.encode(),
                    envelope_from=envelope.mail_from or "",
                    envelope_to=envelope.rcpt_tos[0],
                    now=self._clock(),
                )
        except (DBAPIError, OSError, TimeoutError):
            log.exception("mail_not_stored")
            return "451 4.3.0 cannot be stored now"
        return "250 2.0.0 stored"


@asynccontextmanager
async def receiving(
    database: Database, settings: Settings, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[str, int]]:
    """Take mail where the settings say, until the block ends; yields host and port. `database` is the receiver's."""
    parts = urlsplit(settings.receive_on)
    taker, kind = _Taker(database, settings, clock), LMTP if parts.scheme == "lmtp" else SMTP
    open_now: set[SMTP] = set()

    class Conversation(kind):  # type: ignore[misc,valid-type]
        """One connection, which is refused at once if there are too many."""

        def connection_made(self, transport: Any) -> None:
            if len(open_now) >= CONNECTIONS:
                transport.write(b"421 4.3.2 too many connections\r\n")
                transport.close()
                return
            open_now.add(self)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            if self in open_now:
                open_now.discard(self)
                super().connection_lost(error)

    def conversation() -> SMTP:
        return Conversation(
            taker,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=settings.mail_host,
            ident="rti",
            timeout=PATIENCE,
        )

    server = await asyncio.get_running_loop().create_server(conversation, parts.hostname, parts.port or 0)
    host, port, *_ = server.sockets[0].getsockname()
    try:
        yield host, port
    finally:
        server.close()
        await server.wait_closed()
