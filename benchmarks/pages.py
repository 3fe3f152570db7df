"""Pages and JSON as a visitor gets them: by the real `rti serve`, from an external client, beside the previous release.

Both releases serve the same kind of rows out of one PostgreSQL, and are asked in turn. For every address there is the CPU
time of an answer, of all processes of the web server and of PostgreSQL together, which depends least on what else the
machine does; and where wrk is installed, answers a second from 8 connections with the half and the 99th percentile.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

import asyncpg
import httpx
import psutil
from litestar import Litestar, get
from sqlalchemy import select, text

from benchmarks.data import fill
from rti.accounts.passwords import new_token, token_hash
from rti.accounts.sessions import LONGEST
from rti.core import embedded_postgres, keyring, wallclock
from rti.core.db import Database
from rti.core.roles import Role
from rti.models.accounts import PersonRow, SignInRow

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
PREVIOUS = "ee9bc4e"
"""The release beside which this one is measured, as git names it."""
ROUNDS, SECONDS = int(os.environ.get("BENCH_ROUNDS", "3")), int(os.environ.get("BENCH_SECONDS", "3"))
"""How often each address is asked of each release in turn, and for how long."""
CONNECTIONS = 8
START_SECONDS = 60.0
ROOT = Path(__file__).parent.parent


@get("/", sync_to_thread=False)
def _nothing() -> dict[str, str]:
    return {"state": "well"}


bare = Litestar([_nothing], openapi_config=None)
"""What `uvicorn benchmarks.pages:bare` serves: the framework alone."""
_NEWER = (
    "person ADD COLUMN IF NOT EXISTS entrusted_at timestamptz",
    *(f"request ADD COLUMN IF NOT EXISTS {name} date" for name in ("limit_on", "closed_on", "known_from")),
)
"""What the previous release had not got; it does not look at it."""
_BARE_ROWS = """SELECT r.*, b.name_km, b.name_en FROM request r JOIN public_body b ON b.id = r.body_id
    ORDER BY r.next_due_on, r.id LIMIT 26"""


@dataclass(frozen=True)
class Release:
    """A running server, with the processes whose time counts, and who asks it: by role a token and a request they see."""

    name: str
    port: int
    processes: tuple[psutil.Process, ...]
    visitors: dict[str, tuple[str, UUID]]

    def seconds(self) -> float:
        """CPU time so far of the server, of what it forked, and of PostgreSQL."""
        family = {each for parent in self.processes for each in (parent, *parent.children(recursive=True))}
        return sum(sum(each.cpu_times()[:2]) for each in family if each.is_running())


@dataclass(frozen=True)
class Asked:
    """What a visitor asks for."""

    what: str
    who: str
    path: str


ASKED = (
    *(
        Asked(f"{what}, {who}", who, path)
        for who in ("staff", "staff with assignments", "member")
        for what, path in (
            ("list, page", "/requests"),
            ("list, JSON", "/api/requests"),
            ("detail, page", "/requests/{id}"),
            ("detail, JSON", "/api/requests/{id}"),
        )
    ),
    *(
        Asked(f"list, {what}, {who}", who, f"/requests?{query}")
        for who in ("staff", "staff with assignments")
        for what, query in (
            ("answered", "status=answered"),
            ("paused", "status=paused"),
            ("past due", "overdue=1"),
            ("a topic", "topic=land"),
            ("a province", "province=12"),
            ("a reference", "reference=R-77"),
        )
    ),
    Asked("first page, staff", "staff", "/"),
    Asked("first page, member", "member", "/"),
    Asked("directory", "member", "/bodies"),
    Asked("calendar", "member", "/calendar"),
    Asked("letters", "member", "/letters"),
    Asked("filing form", "member", "/bodies/{body}/new-request"),
)


async def _visitors(url: str) -> tuple[dict[str, tuple[str, UUID]], UUID]:
    """People who are signed in, each with a request that they see; and a body."""
    database, now = Database(url), wallclock.now()
    who = {
        "staff": "staff@test.example",
        "staff with assignments": "assigned@test.example",
        "member": "cbo7@test.example",
    }
    found = {}
    async with database.transaction() as session:
        for name, email in who.items():
            person = (await session.scalars(select(PersonRow).where(PersonRow.email == email))).one()
            token = new_token()
            session.add(
                SignInRow(
                    token_hash=token_hash(token),
                    person_id=person.id,
                    created_at=now,
                    last_seen_at=now,
                    proved_at=now,
                    second_factor_at=now if person.role is Role.STAFF else None,
                    expires_at=now + LONGEST,
                )
            )
            seen = (
                "true"
                if name == "staff"
                else "r.cbo_id = :cbo"
                if person.cbo_id
                else ("r.campaign_id IN (SELECT campaign_id FROM assignment WHERE person_id = :me)")
            )
            query = text(
                f"SELECT r.id FROM request r WHERE answered_on IS NOT NULL AND {seen} ORDER BY reference LIMIT 1"
            )
            values = {"cbo": person.cbo_id, "me": person.id}
            names = query.compile().params
            found[name] = (
                token,
                (await session.execute(query, {key: values[key] for key in names})).scalar_one(),
            )
        body = (await session.execute(text("SELECT id FROM public_body ORDER BY code LIMIT 1"))).scalar_one()
    await database.close()
    return found, body


@contextmanager
def _serving(
    command: list[str], port: int, environment: dict[str, str], folder: Path = ROOT
) -> Iterator[psutil.Process]:
    """A server in a process of its own, on loopback, until the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTI_")}
    with subprocess.Popen(
        [sys.executable, "-m", *command], env={**kept, **environment}, cwd=folder
    ) as process:
        try:
            _await_port(port, process)
            yield psutil.Process(process.pid)
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


@contextmanager
def _previous() -> Iterator[tuple[Path, dict[str, str]]]:
    """The previous release as it was: its files, and a Python that does not find what it did not ask for."""
    git = shutil.which("git") or "git"
    with TemporaryDirectory(prefix="rti-previous-") as folder:
        tree, hidden = Path(folder) / "tree", Path(folder) / "hidden"
        subprocess.run(
            [git, "worktree", "add", "--quiet", "--detach", str(tree), PREVIOUS], cwd=ROOT, check=True
        )
        hidden.mkdir()
        for module in ("uvloop", "httptools"):
            (hidden / f"{module}.py").write_text("raise ImportError\n", encoding="ascii")
        try:
            yield tree, {"PYTHONPATH": f"{tree}:{hidden}"}
        finally:
            subprocess.run([git, "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


@contextmanager
def _release(
    name: str, running: embedded_postgres.PostgresServer, folder: Path, more: dict[str, str], keys: Path
) -> Iterator[Release]:
    """A release on a database of its own, migrated by itself and filled by us."""
    running.psql(f"CREATE DATABASE {name}")
    url, port = embedded_postgres.url_of(running, name), _free_port()
    environment = {
        **more,
        "RTI_DATABASE_URL": url,
        "RTI_PORT": str(port),
        "RTI_SECRET": "benchmark " * 4,
        "RTI_KEY_FILE": str(keys),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RTI_")}
    subprocess.run(
        [sys.executable, "-m", "rti", "migrate"], env={**kept, **environment}, cwd=folder, check=True
    )

    async def filled() -> tuple[dict[str, tuple[str, UUID]], UUID]:
        database = Database(url)
        async with database.transaction() as session:
            for column in _NEWER:
                await session.execute(text(f"ALTER TABLE {column}"))
            await fill(session, REQUESTS)
        async with database.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
                "VACUUM ANALYZE"
            )
        await database.close()
        return await _visitors(url)

    visitors, body = asyncio.run(filled())
    visitors["body"] = "", body
    with _serving(["rti", "serve"], port, environment, folder) as process:
        server = psutil.Process(running.get_postmaster_info().pid)
        yield Release(name, port, (process, server), visitors)


def _load(port: int, path: str, token: str) -> tuple[int, float, float, float]:
    """So many answers in a round, and with how many a second, half and 99 % of them within so many milliseconds."""
    headers = [f"Cookie: session={token}", f"Authorization: Bearer {token}"]
    if not (wrk := shutil.which("wrk")):
        return _load_by_hand(port, path, dict(each.split(": ", 1) for each in headers))
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "--latency"]
    for each in headers:
        command += ["-H", each]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in said, (path, said)
    count = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    half, last = (_milliseconds(re.search(rf"{each}%\s+([\d.]+\w+)", said)[1]) for each in (50, 99))  # type: ignore[index]
    return count, rate, half, last


def _milliseconds(told: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", told).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def _load_by_hand(port: int, path: str, headers: dict[str, str]) -> tuple[int, float, float, float]:
    times: list[float] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        until = perf_counter() + SECONDS
        while (begun := perf_counter()) < until:
            assert client.get(path).status_code == 200, path
            times.append((perf_counter() - begun) * 1000)
    times.sort()
    return len(times), len(times) / SECONDS, times[len(times) // 2], times[int(len(times) * 0.99)]


async def _bare_rows(url: str, seconds: float) -> float:
    """How often a second asyncpg alone reads the rows of a list, by one connection and without row security."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    count, until = 0, perf_counter() + seconds
    while perf_counter() < until:
        await connection.fetch(_BARE_ROWS)
        count += 1
    await connection.close()
    return count / seconds


@dataclass(slots=True)
class Sum:
    answers: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    half: float = 0.0
    last: float = 0.0


def measure() -> Iterator[tuple[str, float, str]]:
    """For each address the CPU milliseconds of an answer of both releases, and the answers a second of both."""
    with ExitStack() as stack:
        port = _free_port()
        command = [
            "uvicorn",
            "benchmarks.pages:bare",
            "--port",
            str(port),
            "--log-level",
            "warning",
            "--loop",
            "uvloop",
        ]
        with _serving(command, port, {}):
            yield "a bare Litestar handler", _load(port, "/", "")[1], "per second"
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rti-benchmark-")))
        running = stack.enter_context(embedded_postgres.server(folder / "postgres"))
        keys = keyring.kept(folder / "keys" / "wrapping")
        tree, hidden = stack.enter_context(_previous())
        releases = [
            stack.enter_context(_release("previous", running, tree, hidden, keys)),
            stack.enter_context(_release("present", running, ROOT, {}, keys)),
        ]
        rows = asyncio.run(_bare_rows(embedded_postgres.url_of(running, "present"), SECONDS))
        yield "asyncpg alone, the rows of a list", rows, "per second"
        wanted = os.environ.get("BENCH_ONLY", "")
        for asked in ASKED:
            if wanted not in asked.what:
                continue
            found = {release.name: Sum() for release in releases}
            for _ in range(ROUNDS):
                for release in releases:
                    _one_round(release, asked, found[release.name])
            for name, each in found.items():
                yield f"{asked.what}: CPU, {name}", each.seconds / each.answers * 1000, "ms"
            before, after = found["previous"], found["present"]
            yield (
                "  of the previous release",
                before.seconds / before.answers / (after.seconds / after.answers),
                "times less",
            )
            for name, each in found.items():
                yield (
                    f"  answers, {name}",
                    each.rate / ROUNDS,
                    f"a second ({each.half:.1f} ms, p99 {each.last:.0f} ms)",
                )
            yield "  of the previous release", after.rate / before.rate, "times as many"


def _one_round(release: Release, asked: Asked, found: Sum) -> None:
    token, request_id = release.visitors[asked.who]
    path = asked.path.format(id=request_id, body=release.visitors["body"][1])
    if not found.answers:
        _load_by_hand(release.port, path, {"Cookie": f"session={token}", "Authorization": f"Bearer {token}"})
    before = release.seconds()
    count, rate, half, last = _load(release.port, path, token)
    found.seconds += release.seconds() - before
    found.answers += count
    found.rate += rate
    found.half, found.last = half, last


if __name__ == "__main__":
    for name, figure, unit in measure():
        print(f"{name:<56} {figure:>14,.2f} {unit}", flush=True)
