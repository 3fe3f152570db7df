"""Real mail servers on loopback: a good one, and one for each way of misbehaving."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Sink:
    """Accepts what it is given; `rcpt`, `data` and so on answer otherwise where a test says so."""

    accepted: list[bytes] = field(default_factory=list)
    offered: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0
    sign_ins: int = 0
    mail: str = ""
    rcpt: Callable[[str], str] = lambda _: ""
    data: str = ""
    at_dot: Callable[[], str] = lambda: ""
    drop_after_dot: int = 0
    hangs_up: Callable[[], bool] = lambda: False
    port: int = 0

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        self.senders.append(address)
        return self.mail or "250 OK"

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.rcpt(address)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        content = bytes(envelope.content or b"")
        self.offered.append(content)
        if self.data:
            return self.data
        self.accepted.append(content)
        self.at_dot()
        if self.drop_after_dot or self.hangs_up():
            self.drop_after_dot = max(0, self.drop_after_dot - 1)
            assert server.transport is not None
            server.transport.abort()
        return "250 2.0.0 Ok: queued as 4711"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for content in self.accepted]  # type: ignore[misc]

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


@asynccontextmanager
async def smtp_server(sink: Sink, **options: Any) -> AsyncIterator[Sink]:
    """aiosmtpd in this very event loop, on a free port."""

    # Not the sink itself: aiosmtpd reads every property of its handler at each connection.
    handler = SimpleNamespace(
        handle_MAIL=sink.handle_MAIL, handle_RCPT=sink.handle_RCPT, handle_DATA=sink.handle_DATA
    )

    def protocol() -> SMTP:
        sink.connections += 1
        return SMTP(handler, enable_SMTPUTF8=False, hostname="sink.test", **options)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()


def refusing_sign_in(sink: Sink) -> dict[str, Any]:
    """Options of a server that knows nobody's password (535)."""

    def authenticate(*_: Any) -> AuthResult:
        sink.sign_ins += 1
        return AuthResult(
            success=False, handled=False, message="535 5.7.8 wrong password of person@test.example"
        )

    return {"authenticator": authenticate, "auth_require_tls": False}


@asynccontextmanager
async def scripted(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that says what `talk` says; yields its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


CUT, SILENT, DRIPPING = b"cut", b"silent", b"dripping"
"""What a server can do instead of answering."""


@asynccontextmanager
async def misbehaving(phase: str, how: bytes, only: bytes = b"") -> AsyncIterator[str]:
    """A server that is good but at one phase: "greeting", a command, or "." for the final dot.

    With `only` it misbehaves at commands or contents that contain these bytes. Yields its address.
    """

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: str, line: bytes, good: bytes
    ) -> None:
        bad = said == phase and only in line
        if bad and how == SILENT:
            await reader.read()
        if bad and how in {CUT, SILENT}:
            raise ConnectionResetError
        if bad and how == DRIPPING:
            for byte in b"250 here it comes, but slowly\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.2)
            return
        writer.write(how + b"\r\n" if bad else good)
        await writer.drain()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer, "greeting", b"", b"220 here\r\n")
        while line := await reader.readline():
            command = line[:4].decode("ascii").upper()
            await answer(
                reader, writer, command, line, b"354 go on\r\n" if command == "DATA" else b"250 OK\r\n"
            )
            if command == "DATA" and not (phase == "DATA" and how[:1] in b"45"):
                content = await reader.readuntil(b"\r\n.\r\n")
                await answer(reader, writer, ".", content, b"250 2.0.0 taken\r\n")

    async with scripted(talk) as url:
        yield url
