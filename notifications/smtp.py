"""One conversation with a mail server, and what each of its failures means.

before the final dot: no connection, a lost one, a timeout, 4yz     not sent, try again later
5yz to RCPT                                                          refused for good, and the address is in doubt
5yz to DATA                                                          refused for good
530, 535, no TLS, a wrong certificate, 5yz to MAIL                   our settings are wrong: stop the queue
after the final dot: a lost connection or a timeout                  nobody can know (RFC 1047)
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

_STATUS = re.compile(r"\d\.\d{1,3}\.\d{1,3}")
_UNPRINTABLE = re.compile("[^\x20-\x7e]+")


class DeliveryStatus(StrEnum):
    """The result of an attempt."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The verdict, the part of the server's answer that is kept, and the status (RFC 3463) that an address got.

    `slow` means that no answer came in time, which may be because of the recipient's domain.
    """

    status: DeliveryStatus
    reply: str
    bounced: str | None = None
    slow: bool = False


class ServerTrouble(Exception):
    """The trouble is with the server and not with this message, so the others need not be tried.

    `settings` means that a person has to change something; waiting will not help. The text is
    for the status page, and names neither the server nor an account.
    """

    def __init__(self, text: str, *, settings: bool = False) -> None:
        self.settings = settings
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long, in seconds, we wait for a connection, for the envelope, and after the final dot.

    The last is what RFC 5321 4.5.3.2.6 asks for: giving up earlier makes repeats.
    """

    connect: float = 30
    envelope: float = 30
    after_dot: float = 600


class MailServer:
    """A mail server by its address: smtp, smtps or smtp+starttls://user:password@host:port."""

    def __init__(self, url: str, sender: str, timeouts: Timeouts | None = None) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self.timeouts = timeouts or Timeouts()

    async def connect(self) -> SMTP:
        """A connection that is greeted, encrypted and signed in as its address says, or ServerTrouble."""
        parts = self._parts
        client = SMTP(
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=parts.scheme == "smtp+starttls",
            local_hostname=self._sender.rpartition("@")[2],
            timeout=self.timeouts.connect,
        )
        try:
            async with asyncio.timeout(self.timeouts.connect):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
        except (SMTPException, OSError, RuntimeError, ValueError) as fault:
            client.close()
            raise _trouble(fault) from fault
        return client

    async def send(
        self,
        client: SMTP,
        to: str,
        content: bytes,
        before_dot: Callable[[], Awaitable[bool]],
        *,
        sender: str = "",
    ) -> Delivery | None:
        """Give one message to the server; None where `before_dot` says that it is no longer ours to give.

        `before_dot` is awaited when the server is ready for the content; it records that from here on
        nobody can know. `sender` is where delivery reports go, if not to the sender of all messages. Raises
        ServerTrouble where it is not about this message: everything about the sender is not, and everything
        about the recipient is, because a server may be slow for the sake of a single one.
        """
        stage = "MAIL"
        try:
            async with asyncio.timeout(self.timeouts.envelope):
                _expect(await client.execute_command(b"MAIL", b"FROM:" + _path(sender or self._sender)), 250)
                stage = "RCPT"
                _expect(await client.execute_command(b"RCPT", b"TO:" + _path(to)), 250, 251)
                stage = "DATA"
                _expect(await client.execute_command(b"DATA"), 354)
        except SMTPResponseException as refusal:
            return await self._refused(client, refusal, stage)
        except (SMTPTimeoutError, TimeoutError) as fault:
            client.close()
            if stage == "MAIL":
                raise ServerTrouble("the mail server responds too slowly") from fault
            return Delivery(DeliveryStatus.DEFERRED, "the mail server responded too slowly", slow=True)
        except (SMTPServerDisconnected, OSError):
            client.close()
            return Delivery(DeliveryStatus.DEFERRED, "the connection was lost before the message was sent")
        if not await before_dot():
            client.close()
            return None
        return await self._after_dot(client, content)

    async def _after_dot(self, client: SMTP, content: bytes) -> Delivery:
        try:
            async with asyncio.timeout(self.timeouts.after_dot):
                response = await _send_content(client, content)
        except (SMTPException, OSError) as fault:
            client.close()
            return Delivery(
                DeliveryStatus.AMBIGUOUS,
                "no reply after the message was sent",
                slow=isinstance(fault, TimeoutError),
            )
        if response.code == 250:
            return Delivery(DeliveryStatus.ACCEPTED, _UNPRINTABLE.sub(" ", f"250 {response.message}")[:300])
        if 400 <= response.code < 600:
            return await self._refused(client, SMTPResponseException(response.code, response.message), ".")
        client.close()
        return Delivery(DeliveryStatus.AMBIGUOUS, "the reply was not valid")

    async def _refused(self, client: SMTP, refusal: SMTPResponseException, stage: str) -> Delivery:
        """Classify an explicit rejection, and reset the connection for the next message."""
        if refusal.code in {530, 535} or (stage == "MAIL" and refusal.code >= 500):
            client.close()
            raise ServerTrouble("the mail server does not accept messages from us", settings=True)
        try:
            if client.is_connected and refusal.code != 421:
                await client.rset(timeout=self.timeouts.envelope)
            else:
                client.close()
        except (SMTPException, OSError):
            client.close()
        permanent = 500 <= refusal.code < 600
        bounced = status_of(refusal) if permanent and stage == "RCPT" else None
        return Delivery(
            DeliveryStatus.REFUSED if permanent else DeliveryStatus.DEFERRED, kept_of(refusal), bounced
        )


def kept_of(refusal: SMTPResponseException) -> str:
    """The code and enhanced status (RFC 3463) of a rejection, without its text, which often repeats the address."""
    status = _STATUS.match(refusal.message)
    return f"{refusal.code} {status[0]}" if status else str(refusal.code)


def status_of(refusal: SMTPResponseException) -> str:
    """The enhanced status, or where the server gave none "other" of its class."""
    status = _STATUS.match(refusal.message)
    return status[0] if status else f"{refusal.code // 100}.0.0"


def _path(address: str) -> bytes:
    return f"<{address}>".encode("ascii")


def _expect(response: SMTPResponse, *codes: int) -> None:
    if response.code not in codes:
        raise SMTPResponseException(response.code, response.message)


async def _send_content(client: SMTP, content: bytes) -> SMTPResponse:
    """Write the content and the final dot; aiosmtplib's own `data` hides on which side of it a fault lies."""
    if client.protocol is None:
        raise SMTPServerDisconnected("Connection lost")
    stuffed = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(content))
    client.protocol.write(stuffed + b".\r\n")
    return await client.protocol.read_response()


def _trouble(fault: Exception) -> ServerTrouble:
    """The reason why there is no usable connection."""
    cause = fault.__cause__ if isinstance(fault, SMTPConnectError) else fault
    if isinstance(cause, ssl.SSLError):
        return ServerTrouble("the mail server's certificate cannot be trusted", settings=True)
    if isinstance(fault, SMTPAuthenticationError):
        temporary = 400 <= fault.code < 500
        return ServerTrouble("the mail server refuses our sign-in", settings=not temporary)
    if isinstance(fault, SMTPResponseException):
        return ServerTrouble(
            f"the mail server is not available to us ({kept_of(fault)})", settings=fault.code == 530
        )
    if isinstance(fault, (SMTPTimeoutError, TimeoutError)):
        return ServerTrouble("the mail server responds too slowly")
    if isinstance(fault, (SMTPConnectError, SMTPServerDisconnected, OSError)):
        return ServerTrouble("the mail server cannot be reached")
    return ServerTrouble(
        "the mail server offers no encryption or sign-in that matches our settings", settings=True
    )
