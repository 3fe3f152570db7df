"""Web servers killed in the middle, two of them on one PostgreSQL as it comes, and slow people on every route.

Only `make torture` runs them, and prints what happened; LOAD_SECONDS says for how long the crowd stays.
"""

import asyncio
import os
import random
import signal
import socket
import statistics
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from rti.core import embedded_postgres, keyring
from rti.core.db import Database
from rti.core.roles import Role
from rti.upgrade import migrate
from tests import make
from tests.commands import KEY_FILE, SECRET, environment, free_port, serving
from tests.conftest import NOW
from tests.sizes import FULL
from tests.waiting import until
from tests.web.asking import peopled
from tests.web.routes import ROUTES, Route

pytestmark = [pytest.mark.torture, pytest.mark.skipif(not FULL, reason="takes minutes")]

WRITERS, KILLS = 4, 50
SECONDS, PEOPLE = int(os.environ.get("LOAD_SECONDS", "600")), 24
LONGEST = 5.0
"""Seconds within which whoever is not slow has an answer."""


def settings(database_url: str, **more: str) -> dict[str, str]:
    ours = {"RTI_DATABASE_URL": database_url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    return environment(**(ours | more))


@dataclass
class Writer:
    """Somebody who records one request after the other, and sends each again until it is acknowledged."""

    client: httpx.AsyncClient
    body_id: str
    name: str
    acknowledged: list[str] = field(default_factory=list)
    again: int = 0

    async def work(self, done: Callable[[], bool]) -> None:
        while not done():
            title = f"{self.name}-{len(self.acknowledged)}"
            filed = {"title": title, "topic": "budget", "body_id": self.body_id}
            while not await self._sent(title, filed):
                self.again += 1
                await asyncio.sleep(0.05)
            self.acknowledged.append(title)

    async def _sent(self, key: str, filed: dict[str, str]) -> bool:
        try:
            answer = await self.client.post("/api/requests", json=filed, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return False
        assert answer.status_code in {201, 503}, answer.text
        return answer.status_code == 201


async def test_a_web_server_killed_in_the_middle_loses_nothing_acknowledged_and_does_nothing_twice(
    database: Database, database_url: str
) -> None:
    port, luck, over = free_port(), random.Random(4), asyncio.Event()
    env = settings(database_url, RTI_PORT=str(port))

    async def started() -> Process:
        return await asyncio.create_subprocess_exec(sys.executable, "-m", "rti", "serve", env=env)

    async with database.transaction() as session:
        await make.unbounded(session)
        person, body = (await make.member(session)).person, await make.body(session)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        client.headers.update(await make.session_of(client, person, database))
        writers = [Writer(client, str(body.id), f"w{n}") for n in range(WRITERS)]
        at_work = [asyncio.ensure_future(each.work(over.is_set)) for each in writers]

        def acknowledged() -> int:
            return sum(len(each.acknowledged) for each in writers)

        for _ in range(KILLS):
            victim, wanted = await started(), acknowledged() + WRITERS
            await until(lambda wanted=wanted: acknowledged() >= wanted)
            await asyncio.sleep(luck.uniform(0, 0.1))
            victim.kill()
            assert await victim.wait() == -signal.SIGKILL
        last = await started()
        over.set()
        await asyncio.gather(*at_work)
        last.terminate()
        # What the servers before it had taken may be acknowledged while the last one still starts.
        assert await last.wait() in {0, -signal.SIGTERM}
    async with database.transaction() as session:
        titles = Counter(await session.scalars(text("SELECT title FROM request")))
    again = sum(each.again for each in writers)
    print(f"\n{KILLS} kills, {acknowledged()} requests acknowledged, sent {again} times more until they were")
    assert titles == Counter(title for each in writers for title in each.acknowledged)


async def test_a_server_that_is_told_to_end_while_it_starts_does(database_url: str) -> None:
    """At any moment of it: by itself within the time that it has when it serves, or at once."""
    luck, moments = random.Random(7), 60
    env = settings(database_url, RTI_PORT=str(free_port()))
    slowest = 0.0
    for _ in range(moments):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rti", "serve", env=env, stderr=asyncio.subprocess.DEVNULL
        )
        await asyncio.sleep(luck.uniform(0.3, 4))
        process.terminate()
        result = time.monotonic()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            raise
        slowest = max(slowest, time.monotonic() - result)
    print(f"\nTold to end at {moments} moments of starting: ended within {slowest:.2f} s")


@contextmanager
def slow_line(address: str, begun: bytes) -> Iterator[None]:
    """Somebody who sends what is begun and no more, and takes nothing of the answer, until the block ends."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        line.connect((urlsplit(address).hostname, urlsplit(address).port))
        line.sendall(begun)
        yield


def begun(route: Route, path: str, headers: dict[str, str]) -> bytes:
    """The beginning of a message to a route: all of it where it has no body, else some of that."""
    reads = route.method in {"GET", "HEAD"}
    body = {} if reads else {"Content-Type": "application/json", "Content-Length": "1000"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | body).items())
    return f"{route.method} {path} HTTP/1.1\r\n{lines}\r\n{'' if reads else '{'}".encode()


@pytest.mark.parametrize("role", list(Role))
async def test_slow_people_on_every_route_keep_nobody_waiting(
    database: Database, database_url: str, role: Role
) -> None:
    """The server has one connection of each login."""
    with serving(settings(database_url)) as address, ExitStack() as lines:
        async with database.transaction() as session:
            await make.unbounded(session)
            slow, names = await peopled(session, role)
            other = (await make.member(session)).person
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            headers = await make.session_of(client, slow, database)
            headers |= {"Cookie": f"session={client.cookies['session']}", "Host": urlsplit(address).netloc}
            client.headers.update(await make.session_of(client, other, database))
            mine = [each for each in ROUTES if role in (each.roles or {role})]
            slowest = 0.0
            for number, route in enumerate(mine):
                path = route.at({**names, "name": "requests"})
                lines.enter_context(slow_line(address, begun(route, path, headers)))
                if number % 20 == 0:
                    slowest = max(slowest, await _answered(client))
            slowest = max(slowest, await _answered(client))
    print(f"\n{len(mine)} slow lines as {role}: the others waited {slowest:.2f} s at most")
    assert slowest < LONGEST


async def _answered(client: httpx.AsyncClient) -> float:
    """Seconds that somebody waits who is not slow, once what the slow ones asked for is worked out."""
    waited = []
    for _ in range(2):
        began = time.monotonic()
        for path in ("/requests", "/api/requests", "/sign-in"):
            assert (await client.get(path)).status_code in {200, 303}
        waited.append(time.monotonic() - began)
    return min(waited)


@dataclass
class Crowd:
    """What people did together, by name: how long each took, and with which answer."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def take(self, what: str, call: Awaitable[httpx.Response]) -> None:
        began = time.monotonic()
        answer = await call
        self.seconds.setdefault(what, []).append(time.monotonic() - began)
        self.answers[what, answer.status_code] += 1


@asynccontextmanager
async def started_on(database_url: str) -> AsyncIterator[list[str]]:
    """Two web servers and a scheduler with their settings as they come."""
    env = {name: value for name, value in settings(database_url).items() if name != "RTI_CONNECTIONS"}
    with serving(env) as one, serving(env) as two:
        scheduler = await asyncio.create_subprocess_exec(sys.executable, "-m", "rti", "scheduler", env=env)
        yield [one, two]
        scheduler.terminate()
        assert await scheduler.wait() == 0


async def test_two_web_servers_on_a_postgresql_as_it_comes_stay_up_under_load(data_dir: Path) -> None:
    with embedded_postgres.server(data_dir / "postgres", keep=False) as running:
        running.psql("CREATE DATABASE rti")
        url = embedded_postgres.url_of(running, "rti")
        database = Database(url, SECRET, pool_size=2, keyring=keyring.read(KEY_FILE))
        await migrate(database, NOW)
        async with database.transaction() as session:
            await make.unbounded(session)
            members = [await make.member(session) for _ in range(PEOPLE)]
            body = str((await make.body(session)).id)
        crowd, most = Crowd(), 0
        async with started_on(url) as addresses:
            until_then = time.monotonic() + SECONDS
            working = [
                asyncio.ensure_future(_work(crowd, addresses[n % 2], each, body, until_then, database))
                for n, each in enumerate(members)
            ]
            while time.monotonic() < until_then:
                async with database.transaction() as session:
                    used = await session.scalar(text("SELECT count(*) FROM pg_stat_activity"))
                most = max(most, used or 0)
                await asyncio.sleep(1)
            await asyncio.gather(*working)
            async with httpx.AsyncClient(timeout=60) as visitor:
                health = [(await visitor.get(f"{each}/health")).json() for each in addresses]
        await database.close()
    print(
        f"\n{SECONDS} s, {PEOPLE} people, {sum(crowd.answers.values())} answers, {most} connections at most"
    )
    for what, taken in sorted(crowd.seconds.items()):
        ordered = sorted(taken)
        middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
        print(f"{len(taken):7} {what:<12} {middle * 1_000:6.0f} ms, 99 of 100 within {late * 1_000:6.0f} ms")
    assert {(what, status) for what, status in crowd.answers if status >= 400} == set()
    assert most < 100
    assert all(each["database"]["well"] for each in health), health


async def _work(
    crowd: Crowd, address: str, member: make.Member, body: str, until_then: float, database: Database
) -> None:
    """Sign in, look, record, attach, import and count, over and over."""
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        await crowd.take("sign in", client.post("/api/sessions", json=member.given))
        client.headers.update(await make.session_of(client, member.person, database))
        number = 0
        while time.monotonic() < until_then:
            number += 1
            filed = {"title": f"Road {number}", "topic": "budget", "body_id": body}
            await crowd.take("file", client.post("/api/requests", json=filed))
            await crowd.take("list", client.get("/requests"))
            await crowd.take("figures", client.get("/api/statistics?by=body"))
            await crowd.take("bodies", client.get("/bodies?q=sala"))
            if number % 20 == 0:
                lines = "".join(f"KH-010201,Road {number} {n},budget,2026-10-05\n" for n in range(50))
                log = f"body_code,title,topic,received_on\n{lines}"
                await crowd.take("import", client.post("/api/imports/requests", content=log))
                await crowd.take("export", client.get("/requests.csv"))
