"""Sending and fetching slowly, going away in the middle, and much at once: nobody else waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, text

from rti.core.db import Database
from rti.core.errors import RateLimitExceeded
from rti.core.roles import Role
from rti.models.requests import EventRow, RequestRow
from rti.web import transfers
from tests import make
from tests.conftest import NOW
from tests.waiting import blocked, until

LARGE = 1_000_000


Told = Callable[[str], int]


@pytest.fixture
def logged(server_log: Callable[[], str]) -> Told:
    """How often the server told a word."""
    return lambda word: server_log().count(word)


async def _headers(database: Database, role: Role = Role.CBO_MEMBER) -> tuple[make.Member, dict[str, str]]:
    async with database.transaction() as session:
        member = await make.member(session, role)
    async with httpx.AsyncClient() as visitor:
        return member, await make.session_of(visitor, member.person, database)


@asynccontextmanager
async def _sending(
    address: str, path: str, headers: dict[str, str], body: bytes, announced: int | None = None
) -> AsyncIterator[asyncio.StreamReader]:
    """A message of which the body is begun, until the block ends and the line is cut."""
    reader, writer = await asyncio.open_connection(urlsplit(address).hostname, urlsplit(address).port)
    sent = {"Host": urlsplit(address).netloc, "Content-Length": str(announced or len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    await writer.drain()
    try:
        yield reader
    finally:
        writer.close()


async def test_uploads_that_do_not_end_keep_nobody_from_reading(address: str, database: Database) -> None:
    """Of four people twelve, which is more than the pool has connections."""
    slow = [await _headers(database) for _ in range(4)]
    _, reading = await _headers(database)
    async with asyncio.timeout(60):
        sending = [
            _sending(address, "/api/imports/requests", headers, b"title", LARGE)
            for _, headers in slow
            for _ in range(3)
        ]
        for each in sending:
            await each.__aenter__()
        async with httpx.AsyncClient(base_url=address, headers=reading) as reader:
            for _ in range(3):
                assert (await reader.get("/api/requests")).status_code == 200
        for each in sending:
            await each.__aexit__(None, None, None)


async def test_an_upload_that_is_broken_off_is_no_crash_in_the_log(
    address: str, database: Database, logged: Told
) -> None:
    _, headers = await _headers(database)
    for path in ("/api/imports/requests", "/api/requests", "/imports"):
        async with _sending(address, path, headers, b"{", 1_000):
            pass
    await until(lambda: logged("upload_broken_off") == 3)
    assert (logged("crash"), logged("Traceback")) == (0, 0)


async def test_what_nobody_waits_for_any_more_is_not_done(
    address: str, database: Database, logged: Told
) -> None:
    """Ten times an event is sent and given up, while somebody else has the request; then once with patience."""
    member, headers = await _headers(database)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
    event = b'{"kind": "replied", "happened_on": "2026-11-23"}'
    path, kind = f"/api/requests/{request.id}/events", {"Content-Type": "application/json"}
    async with database.transaction() as session:
        await session.execute(select(RequestRow).where(RequestRow.id == request.id).with_for_update())
        for _ in range(10):
            async with _sending(address, path, headers | kind, event):
                await until(lambda: blocked(session))
            await until(lambda: _free(session))
    # The lock is free before the line is written.
    await until(lambda: logged("nobody_waits_any_more") >= 10)
    assert logged("nobody_waits_any_more") == 10
    assert await _events(database, request.id) == 1
    async with httpx.AsyncClient(base_url=address, headers=headers | kind) as patient:
        assert (await patient.post(path, content=event)).status_code == 201
    assert await _events(database, request.id) == 2


async def _free(session: Any) -> bool:
    return not await blocked(session)


async def _events(database: Database, request_id: UUID) -> int:
    async with database.transaction() as session:
        counted = select(func.count()).where(EventRow.request_id == request_id)
        return await session.scalar(counted) or 0


async def test_nothing_is_held_for_somebody_who_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "PATIENCE", 0.01)

    async def send(_: Any) -> None:
        await asyncio.Event().wait()

    sending = asyncio.ensure_future(transfers._patient(send)({"type": "http.response.body", "body": b"x"}))
    await asyncio.wait({sending})
    assert sending.cancelled()


async def test_a_long_answer_leaves_in_pieces(client: httpx.AsyncClient) -> None:
    packed = await client.get("/api/schema/openapi.json")
    plain = await client.get("/api/schema/openapi.json", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content
    assert len(plain.content) > transfers.SMALL


async def test_one_person_has_a_share_of_what_is_under_way_and_others_have_theirs(database: Database) -> None:
    async with database.transaction() as session:
        greedy, other = [(await make.member(session)).person for _ in range(2)]
    full, free = asyncio.Event(), asyncio.Event()
    held = 0

    async def hold() -> None:
        nonlocal held
        async with transfers._place(greedy):
            held += 1
            full.set()
            await free.wait()

    tasks = [asyncio.ensure_future(hold()) for _ in range(transfers.AT_ONCE + transfers.MOST_WAITING)]
    await full.wait()
    with pytest.raises(RateLimitExceeded):
        async with transfers._place(greedy):
            pass
    async with transfers._place(other):
        assert held == transfers.AT_ONCE
    free.set()
    await asyncio.gather(*tasks)
    async with transfers._place(greedy):
        assert held == transfers.AT_ONCE + transfers.MOST_WAITING
    assert not transfers._lines


@pytest.mark.parametrize(("size", "status"), [(100_000, 401), (28_000_000, 413)])
async def test_a_visitor_sends_no_files(client: httpx.AsyncClient, size: int, status: int) -> None:
    answer = await client.post("/api/imports/requests", content=bytes(size))
    assert answer.status_code == status


async def test_an_upload_that_stops_is_told_so(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "PATIENCE", 0.01)

    async def stopping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = await client.post("/api/sessions", content=stopping())
    assert answer.status_code == 408
    assert "did not arrive" in answer.text


async def test_an_export_holds_no_connection_while_it_leaves(address: str, database: Database) -> None:
    """Twenty that are asked for and not read, of more people than the pool has connections."""
    asked = []
    for _ in range(7):
        _, headers = await _headers(database, Role.STAFF)
        session = {"Cookie": f"session={headers['Authorization'].removeprefix('Bearer ')}"}
        for _ in range(3):
            reader, writer = await asyncio.open_connection(urlsplit(address).hostname, urlsplit(address).port)
            head = "".join(f"{name}: {value}\r\n" for name, value in session.items())
            writer.write(f"GET /requests.csv HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
            asked.append(writer)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    async with database.transaction() as session:
        open_ = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert await session.scalar(text(open_)) == 0
    for writer in asked:
        writer.close()
