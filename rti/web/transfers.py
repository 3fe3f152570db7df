"""Transfers: bodies are read completely before anything is done, responses are sent with time limits, and work for clients that have gone is cancelled.

So nobody holds a connection of the database by sending or fetching slowly, one person has a bounded share of what is
under way at once, and a request that was tried ten times is not done ten times when its lock comes free.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPRequestEvent, Receive, Scope, Send

from rti.core.errors import Malformed, RateLimitExceeded, SignInRequired, TooLarge, TooSlow, say
from rti.core.roles import Person

SMALL = 64_000
"""Bytes of a form without a file, and all that somebody may send who is not signed in; also of one piece of an answer."""
AT_ONCE, MOST_WAITING = 3, 20
"""Files that one person uploads or downloads at the same time, and how many more may wait."""
PATIENCE = 30.0
"""Seconds for the next piece."""
GRACE = 1.0
"""Seconds for work to finish after the client has gone."""
FILE = {"file": True}
"""The `opt` of a route that answers with a file."""
READS = "reads"
"""The `opt` of a route that is read in one round trip, before all else: it says, out of the connection, what is asked.
What is left to do takes a millisecond."""
TO_THE_END = {"to_the_end": True}
"""The `opt` of a route that is for people who go away at once: what it does is done."""
log = structlog.get_logger()


@dataclass(slots=True)
class _Line:
    """The places of one person, and how many have or want one."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    people: int = 0


_lines: dict[UUID, _Line] = {}


@asynccontextmanager
async def _place(person: Person | None) -> AsyncIterator[None]:
    """One of the places of a person; raises RateLimitExceeded where too many wait already."""
    if person is None:
        yield
        return
    line = _lines.setdefault(person.id, _Line())
    if line.people >= AT_ONCE + MOST_WAITING:
        raise RateLimitExceeded(
            say("You are sending or opening too many files at once. Wait until some of them are done"),
            again_in=timedelta(seconds=PATIENCE),
        )
    line.people += 1
    try:
        async with line.places:
            yield
    finally:
        line.people -= 1
        if not line.people:
            _lines.pop(person.id, None)


class Transfers(ASGIMiddleware):
    """Stands behind the authentication, and before all that reads a body."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        person: Person | None = scope.get("user")
        opt = scope["route_handler"].opt
        announced = _announced(scope)
        try:
            if announced is None or announced > SMALL:
                async with _place(person):
                    body = await _read(scope, receive, person, announced)
            else:
                body = await _read(scope, receive, person, announced)
        except ConnectionError:
            log.info("upload_broken_off", address=scope.get("path_template"))
            return
        if READS in opt:
            with _told_when_given_up(scope):
                await next_app(scope, _given(body), _patient(send))
            return
        work = _worked_on(scope, receive, send, next_app, body, to_the_end="to_the_end" in opt)
        if "file" in opt:
            async with _place(person):
                await work
        else:
            await work


def _announced(scope: Scope) -> int | None:
    """How long the body is to be; None where that is not told, as in chunks (RFC 9112, 6.3)."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        raise Malformed from None


async def _read(scope: Scope, receive: Receive, person: Person | None, announced: int | None) -> bytes:
    """The whole body; raises ConnectionError where the other side went away, and TooSlow, TooLarge or SignInRequired."""
    handler: Any = scope["route_handler"]
    largest: int = handler.resolve_request_max_body_size() or 0
    most = largest if person else SMALL
    parts: list[bytes] = []
    received, more = 0, announced is None or 0 < announced <= most
    while more:
        try:
            async with asyncio.timeout(PATIENCE):
                event: Any = await receive()
        except TimeoutError:
            raise TooSlow from None
        if event["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(event.get("body", b""))
        received += len(parts[-1])
        more = event.get("more_body", False) and received <= most
    if max(received, announced or 0) <= most:
        return b"".join(parts)
    raise TooLarge if person or (announced or 0) > largest else SignInRequired


async def _worked_on(
    scope: Scope, receive: Receive, send: Send, next_app: ASGIApp, body: bytes, *, to_the_end: bool
) -> None:
    """Do the work while somebody waits for it."""
    whole: list[HTTPRequestEvent] = [{"type": "http.request", "body": body, "more_body": False}]
    gone = asyncio.ensure_future(_gone(receive))

    async def replay() -> Any:
        if whole:
            return whole.pop()
        await asyncio.shield(gone)
        return {"type": "http.disconnect"}

    work = asyncio.ensure_future(next_app(scope, replay, _patient(send)))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({work}, timeout=None if to_the_end or not gone.done() else GRACE)
    finally:
        gone.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
    with _told_when_given_up(scope):
        await work


@contextmanager
def _told_when_given_up(scope: Scope) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        log.info("nobody_waits_any_more", address=scope.get("path_template"))


def _given(body: bytes) -> Receive:
    """What was read already."""

    async def replay() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _patient(send: Send) -> Send:
    """Give up on clients that stop reading."""

    async def taken(message: Any) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await send(message)
        except TimeoutError:
            raise asyncio.CancelledError from None

    return taken
