"""Request list and detail page over 100,000 requests, beside a bare Litestar handler, each in a real server."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from litestar import Litestar, get
from sqlalchemy import select

from benchmarks.data import filled
from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import LONGEST
from rti.core import keyring, wallclock
from rti.core.db import Database
from rti.core.roles import Role
from rti.models.accounts import PersonRow, SignInRow
from rti.models.requests import RequestRow

REQUESTS = 100_000
SECONDS = 3.0
"""How long each address is asked."""
CLIENTS = 8
START_SECONDS = 60.0


@get("/", sync_to_thread=False)
def _nothing() -> dict[str, str]:
    return {"state": "well"}


bare = Litestar([_nothing], openapi_config=None)
"""What `uvicorn benchmarks.pages:bare` serves: the yardstick."""


@dataclass(frozen=True)
class Visitor:
    """A session token, and a request that it may see."""

    token: str
    request_id: UUID


async def _visitor(url: str, role: Role) -> Visitor:
    """Somebody of a role who is signed in, and one of their requests."""
    database, token, now = Database(url), new_token(), wallclock.now()
    async with database.transaction() as session:
        person = (await session.scalars(select(PersonRow).where(PersonRow.role == role).limit(1))).one()
        session.add(
            SignInRow(
                token_hash=token_hash(token),
                person_id=person.id,
                created_at=now,
                last_seen_at=now,
                proved_at=now,
                second_factor_at=now,
                expires_at=now + LONGEST,
            )
        )
        seen = select(RequestRow.id).where(RequestRow.answered_on.is_not(None)).limit(1)
        if person.cbo_id:
            seen = seen.where(RequestRow.cbo_id == person.cbo_id)
        request_id = (await session.scalars(seen)).one()
    await database.close()
    return Visitor(token, request_id)


@contextmanager
def _serving(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server in a process of its own, on loopback, until the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTI_")}
    with subprocess.Popen([sys.executable, "-m", *command], env={**kept, **environment}) as process:  # noqa: S603 -- our own command
        try:
            _await_port(port, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = perf_counter() + START_SECONDS
    while perf_counter() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _per_second(port: int, path: str, token: str) -> float:
    """Answers per second to clients that keep their connection; anything but 200 ends the run."""
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: session={token}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()

    async def client(until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while perf_counter() < until:
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), (path, head.split(b"\r\n")[0])
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            count += 1
        writer.close()
        return count

    await asyncio.gather(*(client(perf_counter() + 0.3) for _ in range(CLIENTS)))  # Caches fill.
    begun = perf_counter()
    counts = await asyncio.gather(*(client(begun + SECONDS) for _ in range(CLIENTS)))
    return sum(counts) / (perf_counter() - begun)


def measure() -> list[tuple[str, float, str]]:
    """Answers per second of each address, and their share of what a bare handler answers."""
    port = _free_port()
    with _serving(
        ["uvicorn", "benchmarks.pages:bare", "--port", str(port), "--log-level", "warning"], port, {}
    ):
        yardstick = asyncio.run(_per_second(port, "/", ""))
    found = [("a bare Litestar handler", yardstick, "per second")]
    with TemporaryDirectory() as keys, filled(REQUESTS) as url:
        staff = asyncio.run(_visitor(url, Role.STAFF))
        member = asyncio.run(_visitor(url, Role.CBO_LEAD))
        environment = {"RTI_DATABASE_URL": url, "RTI_PORT": str(port), "RTI_SECRET": "benchmark " * 4}
        environment["RTI_KEY_FILE"] = str(keyring.kept(Path(keys) / "wrapping"))
        with _serving(["rti", "serve"], port, environment):
            for what, path, who in (
                ("request list, page, staff", "/requests", staff),
                ("request list, page, member", "/requests", member),
                ("request list, JSON, staff", "/api/requests", staff),
                ("request detail, page", f"/requests/{staff.request_id}", staff),
                ("request detail, JSON", f"/api/requests/{staff.request_id}", staff),
            ):
                rate = asyncio.run(_per_second(port, path, who.token))
                found += [
                    (f"{what}, of {REQUESTS:,}", rate, "per second"),
                    ("  against the bare handler", rate / yardstick, "times as fast"),
                ]
    return found


if __name__ == "__main__":
    for name, figure, unit in measure():
        print(f"{name:<56} {figure:>14,.2f} {unit}")
