"""Pages and JSON as visitors get them: by the real `rti serve`, from an external client, beside the previous release.

Both releases serve the same rows out of one PostgreSQL and are asked in turn; pages are asked for compressed, as browsers do.
For every address there is the CPU time of an answer, of all processes of the web server and of PostgreSQL together, which
depends least on what else the machine does; and answers a second over 8 connections with the half and the 99th percentile.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import asyncpg
from litestar import Litestar, get

from benchmarks.load import CONNECTIONS, Answers, Call, asked, once
from benchmarks.serving import Release, free_port, house, previous, release, serving
from benchmarks.visitors import Visitor

Figure = tuple[str, float, str]
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
ROUNDS, SECONDS = int(os.environ.get("BENCH_ROUNDS", "3")), int(os.environ.get("BENCH_SECONDS", "2"))
"""How often each address is asked of each release in turn, and for how long."""
WARMING = 40
"""Calls before that, which give the cookies and have to be answered well."""
ONLY = os.environ.get("BENCH_ONLY", "")
"""Measure only what has this pattern in its name."""


@get("/", sync_to_thread=False)
def _nothing() -> dict[str, str]:
    return {"state": "well"}


bare = Litestar([_nothing], openapi_config=None)
"""What `uvicorn benchmarks.pages:bare` serves: the framework alone."""
_BARE_ROWS = """SELECT r.*, b.name_km, b.name_en FROM request r JOIN public_body b ON b.id = r.body_id
    WHERE r.duplicate_of IS NULL ORDER BY r.next_due_on, r.id LIMIT 26"""


@dataclass(frozen=True)
class Asked:
    """What visitors ask for, each by a name of `visitors`; the path may have {id}, {body} and {after}."""

    what: str
    path: str
    who: Sequence[str]
    compressed: bool = True

    def calls(self, visitor: Visitor) -> list[Call]:
        paths = [
            self.path.format(id=request, body=body, after=mark)
            for request in (visitor.requests if "{id}" in self.path else [""])
            for body in (visitor.bodies if "{body}" in self.path else [""])
            for mark in (visitor.marks if "{after}" in self.path else [""])
        ]
        headers = {"Cookie": f"session={visitor.token}"}
        if self.path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {visitor.token}"}
        if self.compressed:
            headers["Accept-Encoding"] = "gzip"
        return [Call(path, headers) for path in paths]


STAFF = ("staff", "staff of two campaigns", "staff of two provinces")
ALL = (*STAFF, "member")
EVERYBODY = (*ALL, "working group", "administrator")
PAGES = (
    Asked("list, page", "/requests", ALL),
    Asked("list, page, not compressed", "/requests", ("staff",), compressed=False),
    Asked("list, JSON", "/api/requests", ALL),
    Asked("detail, page", "/requests/{id}", ALL),
    Asked("detail, page, not compressed", "/requests/{id}", ("staff",), compressed=False),
    Asked("detail, JSON", "/api/requests/{id}", ALL),
    Asked("first page", "/", EVERYBODY),
    Asked("directory", "/bodies", ("member",)),
    Asked("calendar", "/calendar", ("member",)),
    Asked("letters", "/letters", ("staff", "member")),
    Asked("filing form", "/bodies/{body}/new-request", ("staff", "member")),
)
LISTS = (
    Asked("deep page", "/requests?after={after}", ALL),
    Asked("list, answered", "/requests?status=answered", ALL),
    Asked("list, paused", "/requests?status=paused", ALL),
    Asked("list, past due", "/requests?overdue=1", ALL),
    Asked("list, a topic", "/requests?topic=land", ALL),
    Asked("list, a topic that nobody asks about", "/requests?topic=other", ALL),
    Asked("list, a province", "/requests?province=12", ALL),
    Asked("list, a reference", "/requests?reference=R-77", ALL),
)


def _written(release: Release) -> tuple[list[Call], list[Call]]:
    """Requests that members file, and messages that they record with what is there."""
    filed, recorded = [], []
    for writer in release.writers:
        headers = {"Authorization": f"Bearer {writer.token}", "Content-Type": "application/json"}
        body = {
            "body_id": str(writer.bodies[0]),
            "title": "Budget of the commune",
            "question": "Which amounts were spent on roads last year?",
            "topic": "budget",
            "channel": "counter",
            "received_on": "2026-11-02",
        }
        filed.append(Call("/api/requests", headers, "POST", json.dumps(body)))
        event = {"kind": "message", "happened_on": "2026-11-20"}
        recorded += [
            Call(f"/api/requests/{each}/events", headers, "POST", json.dumps(event))
            for each in writer.requests
        ]
    return filed, recorded


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
    """What came of all rounds; half and 99th percentile are the best of them."""

    count: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    half: float = float("inf")
    last: float = float("inf")

    def add(self, found: Answers, cpu: float) -> None:
        self.count += found.count
        self.cpu += cpu
        self.seconds += found.seconds
        self.half, self.last = min(self.half, found.half), min(self.last, found.last)

    @property
    def milliseconds(self) -> float:
        return self.cpu / self.count * 1000

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def compared(releases: Sequence[Release], pages: Sequence[Asked]) -> Iterator[tuple[str, list[Sum]]]:
    """What was asked by whom, and what came of it at each server."""
    for page in pages:
        for who in page.who:
            what = f"{page.what}, {who}"
            if re.search(ONLY, what):
                yield what, in_turn(releases, [page.calls(each.visitors[who]) for each in releases])


def in_turn(releases: Sequence[Release], calls: Sequence[Sequence[Call]]) -> list[Sum]:
    """What came of asking each release for its calls; a first round is not counted, in which every process compiles its
    templates and every connection plans its statements."""
    ready: list[list[Call]] = []
    for each, its in zip(releases, calls, strict=True):
        cookies = once(each.port, its[:WARMING])
        ready.append([call.with_cookies(cookies) for call in its])
    found = [Sum() for _ in releases]
    for each, its in zip(releases, ready, strict=True):
        asked(each.port, its, SECONDS)
    for _ in range(ROUNDS):
        for each, its, total in zip(releases, ready, found, strict=True):
            before = each.seconds()
            answers = asked(each.port, its, SECONDS)
            total.add(answers, each.seconds() - before)
    return found


def _told(what: str, before: Sum, after: Sum) -> Iterator[Figure]:
    yield f"{what}: CPU of an answer", after.milliseconds, f"ms, before {before.milliseconds:.2f}"
    yield "  of the previous release", before.milliseconds / after.milliseconds, "times less"
    waiting = f"half within {after.half:.1f} ms, 99 % within {after.last:.0f} ms"
    yield f"  over {CONNECTIONS} connections", after.rate, f"a second, before {before.rate:.1f}; {waiting}"
    yield "  of the previous release", after.rate / before.rate, "times as many"


def _memory(name: str, release: Release) -> Iterator[Figure]:
    sizes = [each.memory_full_info().pss / 1e6 for each in release.workers()]
    yield f"memory of a worker, {name}", sum(sizes) / len(sizes), f"MB (PSS), {len(sizes)} of them"


def _alone() -> Iterator[Figure]:
    """What is there to be had: the framework and the driver without us."""
    port = free_port()
    command = ["uvicorn", "benchmarks.pages:bare", "--port", str(port), "--log-level", "warning"]
    with serving([sys.executable, "-m", *command, "--loop", "uvloop"], port, dict(os.environ)):
        found = asked(port, [Call("/")], SECONDS)
    yield "a bare Litestar handler, one process", found.count / found.seconds, "a second"


def measure() -> Iterator[Figure]:
    """For each address the CPU milliseconds of an answer, and the answers a second, of both releases."""
    yield from _alone()
    with (
        house() as place,
        previous() as tree,
        release("previous", place, REQUESTS, tree) as before,
        release("present", place, REQUESTS) as after,
    ):
        rows = asyncio.run(_bare_rows(after.url, SECONDS))
        yield "asyncpg alone, the rows of a list, one connection", rows, "a second"
        for what, (was, became) in compared([before, after], (*PAGES, *LISTS)):
            yield from _told(what, was, became)
        for what, *calls in zip(
            ("filing, JSON", "recording, JSON"), _written(before), _written(after), strict=True
        ):
            if re.search(ONLY, what):
                yield from _told(what, *in_turn([before, after], calls))
        yield from _memory("previous", before)
        yield from _memory("present", after)
