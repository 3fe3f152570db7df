"""Where one message ends and the next begins, on a real wire (RFC 9112, 6.3)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import uvicorn

from rti.core.settings import Settings
from tests.conftest import application
from tests.waiting import until

BURIED = b"GET /buried HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    """A web server of the kind that `rti serve` runs, on a free port."""
    # Servers of other workers use the same PostgreSQL, and a server does not start where connections may run out.
    few = replace(settings, connections=1)
    server = uvicorn.Server(uvicorn.Config(application(few), port=0, log_level="error"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def _answers(port: int, framing: bytes) -> bytes:
    """All that comes back for a form, framed like this, with another message behind or inside of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\n"
    writer.write(head + framing.replace(b"%d", str(len(BURIED)).encode()) + BURIED)
    async with asyncio.timeout(30):
        answered = await reader.read()
    writer.close()
    return answered


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: +%d\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_a_message_whose_end_can_be_read_in_two_ways_ends_the_connection(
    port: int, framing: bytes
) -> None:
    answered = await _answers(port, framing)
    assert answered.count(b"HTTP/1.1 ") == 1
    assert answered.startswith(b"HTTP/1.1 4")
