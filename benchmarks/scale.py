"""What grows with the requests that are stored: the same pages with few and with many, and the file of all of them.

Both servers are of this release and are asked in turn, out of one PostgreSQL.
"""

import os
import threading
from collections.abc import Iterator
from time import perf_counter

import httpx

from benchmarks.load import asked
from benchmarks.pages import ALL, LISTS, PAGES, SECONDS, STAFF, Asked, Figure, compared
from benchmarks.serving import Release, house, release

FEW = int(os.environ.get("BENCH_FEW", "10000"))
MANY = int(os.environ.get("BENCH_REQUESTS", "1000000"))
_FILE_SECONDS = 300


_NEEDING = (
    Asked("list, due soon", "/requests?due_soon=1", ALL),
    Asked("list, stalled", "/requests?stalled=1", ALL),
    Asked("list, an organisation", "/requests?cbo=CBO7", STAFF),
    Asked("what needs attention by province", "/requests/counts?by=province", ALL),
    Asked("what needs attention by body", "/requests/counts?by=body_id", ALL),
)
"""What the previous release had not got."""


def _growth() -> tuple[Asked, ...]:
    grows = {"list, page", "list, JSON", "detail, page", "first page"}
    return (*(page for page in PAGES if page.what in grows), *LISTS, *_NEEDING)


def _export(many: Release) -> Iterator[Figure]:
    """The CSV file of all requests, how much memory it takes, and how long a page takes meanwhile."""
    staff = many.visitors["staff"]
    page = PAGES[0].calls(staff)
    alone = asked(many.port, page, SECONDS, connections=1)
    taken: list[float] = []

    def fetch() -> None:
        begun = perf_counter()
        with httpx.stream(
            "GET",
            f"http://127.0.0.1:{many.port}/requests.csv",
            headers=page[0].headers,
            timeout=_FILE_SECONDS,
        ) as answer:
            lines = sum(piece.count(b"\n") for piece in answer.iter_bytes())
        taken.append(perf_counter() - begun)
        assert lines == MANY + 1, (lines, answer.status_code)

    before, cpu = _memory(many), many.seconds()
    thread = threading.Thread(target=fetch)
    thread.start()
    meanwhile = asked(many.port, page, SECONDS, connections=1)
    most = before
    while thread.is_alive():
        most = max(most, _memory(many))
        thread.join(0.2)
    yield f"CSV of {MANY:,} requests", MANY / taken[0], "rows a second"
    yield (
        "  CPU for each 100,000 rows, with the pages meanwhile",
        (many.seconds() - cpu) / MANY * 100_000,
        "s",
    )
    yield "  memory of the workers beside what they had", most - before, "MB (PSS)"
    yield "  a list page meanwhile", meanwhile.half / alone.half, f"times as long ({meanwhile.half:.1f} ms)"


def _memory(many: Release) -> float:
    return sum(each.memory_full_info().pss / 1e6 for each in many.workers())


def measure() -> Iterator[Figure]:
    with house() as place, release("few", place, FEW) as few, release("many", place, MANY) as many:
        worst = ""
        ratio = 0.0
        for what, (with_few, with_many) in compared([few, many], _growth()):
            grown = with_many.milliseconds / with_few.milliseconds
            yield (
                f"{what}: {MANY:,} against {FEW:,}",
                grown,
                f"times the CPU ({with_many.milliseconds:.2f} ms)",
            )
            if grown > ratio:
                worst, ratio = what, grown
        yield "the worst of them", ratio, f"times the CPU: {worst}"
        yield from _export(many)
