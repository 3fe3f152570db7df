"""Figures, files and what if over 1,000,000 requests of three years with some 3,800,000 events.

`python -m benchmarks.figures [REQUESTS]`. Beside each figure of SQL stands the same SQL by hand (`benchmarks.statistics`),
beside the workbook a loop over xlsxwriter alone. CPU is that of this process, its children and PostgreSQL.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import asyncpg
import xlsxwriter
from msgspec.structs import replace
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.data import COUNTED, TODAY, filled
from benchmarks.statistics import by_hand_sql
from rti.core.db import Database
from rti.law.events import Outcome
from rti.models.requests import RequestRow
from rti.statistics import queries
from rti.statistics.commands import Dimension, StatisticsQuery
from rti.statistics.disclosure import coarse
from rti.statistics.export import ExportForm, rows_of, write_csv, write_workbook
from rti.statistics.figures import Figures
from rti.statistics.measures import State
from rti.statistics.method import Kind
from rti.statistics.methods import METHODS
from rti.statistics.methods.own import OWN
from rti.statistics.suppression import Counts, protect
from rti.statistics.what_if import WhatIf, what_if

Figure = tuple[str, float, str]
REQUESTS = 1_000_000
IN_WORKBOOK = 100_000
PAST = TODAY - timedelta(days=200)
WANTED = StatisticsQuery(by=Dimension.PROVINCE, then_by=Dimension.BODY_KIND, and_by=Dimension.QUARTER)
_CHANGED = """
    UPDATE request SET due_on = due_on + 1, known_from = CAST(:day AS date)
    WHERE abs(hashtext(reference)) % 10 = 0 AND known_from < :day
"""
"""A tenth of the requests stood otherwise before, so that figures of a past day are made of two tables."""
_KINDS = (
    Kind(state=State.IN_TIME, outcome=Outcome.FULL),
    Kind(state=State.LATE, outcome=Outcome.REFUSED),
    Kind(state=State.SILENT),
    Kind(state=State.NOT_YET_DUE),
)
_TICKS = os.sysconf("SC_CLK_TCK")


class Cpu:
    """Of this process, of those that it started and waited for, and of a PostgreSQL server: seconds so far."""

    def __init__(self, data: str) -> None:
        self._data = data

    def seconds(self) -> float:
        used = sum(
            sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if str((process / "cwd").readlink()) == self._data:
                    parts = (process / "stat").read_text().rpartition(")")[2].split()
                    used += sum(map(int, parts[11:15])) / _TICKS
        return used

    async def of(self, work: Callable[[], Awaitable[object]]) -> float:
        before = self.seconds()
        await work()
        return self.seconds() - before


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


async def _tables(database: Database, connection: asyncpg.Connection) -> AsyncIterator[Figure]:
    async def ours(wanted: StatisticsQuery) -> object:
        async with database.transaction() as session:
            return await queries.table(session, None, wanted, TODAY)

    async def cold(wanted: StatisticsQuery) -> float:
        queries._kept.clear()  # noqa: SLF001 -- as in a process that has just begun
        return await _seconds(lambda: ours(wanted))

    now = min([await cold(WANTED) for _ in range(2)])
    warm = await _seconds(lambda: ours(WANTED))
    hand = await _seconds(lambda: connection.fetch(by_hand_sql("province_code, kind"), TODAY))
    past = min([await cold(replace(WANTED, as_of=PAST)) for _ in range(2)])
    yield "by province, type and quarter, cold", now * 1000, "ms"
    yield "  the same SQL by hand", hand * 1000, "ms"
    yield "  against by hand", now / hand, "times as long"
    yield "  warm", warm * 1000, "ms"
    yield f"  as of {PAST}, cold", past * 1000, "ms"
    yield "  against today", past / now, "times as long"
    for method in METHODS:
        yield f"method {method}, over everything", await cold(StatisticsQuery(method=method)), "seconds"


async def _files(database: Database, cpu: Cpu) -> AsyncIterator[Figure]:
    @asynccontextmanager
    async def session() -> AsyncIterator[AsyncSession]:
        async with database.transaction() as opened:
            yield opened

    size = 0

    def count(piece: bytes) -> None:
        nonlocal size
        size += len(piece)

    async def as_csv(form: ExportForm) -> None:
        async with session() as opened:
            await write_csv(opened, rows_of(select(RequestRow), form, TODAY), count)

    for form in ExportForm:
        taken = await _seconds(lambda form=form: as_csv(form))  # type: ignore[misc]
        yield f"CSV, {form}", REQUESTS / taken, "rows a second"
    some = select(RequestRow).where(RequestRow.id.in_(select(RequestRow.id).limit(IN_WORKBOOK)))

    async def as_workbook() -> None:
        async with session() as opened:
            with tempfile.TemporaryFile() as file:
                async for _ in write_workbook(opened, rows_of(some, ExportForm.REQUESTS, TODAY), file):
                    pass

    ours = await cpu.of(as_workbook)
    yield (
        "memory of this process, at most so far",
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "MB",
    )
    async with session() as opened:
        rows = rows_of(some, ExportForm.REQUESTS, TODAY)
        cells = rows.query.with_only_columns(*rows.columns.values(), maintain_column_froms=True)
        found = [tuple(row) for row in await opened.execute(cells)]
    bare = await cpu.of(lambda: asyncio.to_thread(_bare_workbook, found))
    yield f"XLSX, {IN_WORKBOOK:,} rows", ours, "seconds of CPU"
    yield "  a loop over xlsxwriter alone", bare, "seconds of CPU"
    yield "  against it", ours / bare, "times as long"


def _bare_workbook(rows: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                elif cell is not None:
                    sheet.write_number(line, place, cell)
        book.close()


def _suppression() -> Figure:
    communes, topics = range(1_661), range(10)
    numbers: dict[object, dict[int, int]] = {c: {t: (c * 31 + t * 17) % 23 for t in topics} for c in communes}
    below = {None: [f"p{n}" for n in range(25)]} | {
        f"p{n}": [c for c in communes if c % 25 == n] for n in range(25)
    }
    for parent in (*below[None], None):
        numbers[parent] = {topic: sum(numbers[line][topic] for line in below[parent]) for topic in topics}  # type: ignore[index]
    begun = time.process_time()
    protect(Counts(columns=topics, root=None, below=below, numbers=numbers))  # type: ignore[arg-type]
    return "1,661 communes by 10 topics suppressed", time.process_time() - begun, "seconds of CPU"


def _as_told() -> Figure:
    """The same table as the working group is told it: all sections of our method, by those who asked, with the numbers."""
    chance, who = Random(1), [uuid4() for _ in range(300)]  # noqa: S311 -- the same every time
    lines: dict[tuple[str, ...], dict[Kind, dict[int | None, int]]] = {}
    askers: dict[tuple[str, ...], dict[str, set[UUID]]] = {}
    for commune, topic, kind in product(range(1_661), range(10), _KINDS):
        number = chance.randrange(9)
        some = {chance.choice(who) for _ in range(number)}
        for keys in ((), (f"{commune:06}",), (f"{commune:06}", f"topic {topic}")):
            days = lines.setdefault(keys, {}).setdefault(kind, {20: 0})
            days[20] += number
            for column in OWN.places(kind) if number else ():
                askers.setdefault(keys, {}).setdefault(column, set()).update(some)
    figures = {keys: Figures(OWN, tally) for keys, tally in lines.items()}
    begun = time.process_time()
    for told in coarse(figures, askers).values():  # type: ignore[arg-type]
        assert told.counts
    return "  as the working group is told it", time.process_time() - begun, "seconds of CPU"


async def _what_if(database: Database, cpu: Cpu) -> AsyncIterator[Figure]:
    for wanted in (WhatIf(limit="5 working"), WhatIf(statute_id="UK-FOIA-2000")):

        async def judge(wanted: WhatIf = wanted) -> None:
            async with database.transaction() as session:
                found = await what_if(session, None, wanted, TODAY)
            assert sum(number or 0 for number in found.states.values()) == REQUESTS

        begun = time.perf_counter()
        used = await cpu.of(judge)
        yield f"what if: {wanted.limit or wanted.statute_id}", time.perf_counter() - begun, "seconds"
        yield "  all processes together", used, "seconds of CPU"
    async with database.transaction() as session:
        stories = await session.scalar(text("SELECT count(DISTINCT story) FROM request"))
    yield "  stories among them", stories or 0, "stories"


async def _measured(url: str) -> list[Figure]:
    database = Database(url)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    cpu = Cpu(await connection.fetchval("SHOW data_directory"))
    found = [each async for each in _tables(database, connection)]
    found += [each async for each in _what_if(database, cpu)]
    found += [each async for each in _files(database, cpu)]
    await connection.close()
    await database.close()
    return [*found, _suppression(), _as_told()]


async def _with_a_past(url: str) -> None:
    database = Database(url)
    async with database.transaction() as session:
        await session.execute(text(_CHANGED), {"day": TODAY - timedelta(days=100)})
    async with database.engine.connect() as found:
        autocommit = await found.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.exec_driver_sql("VACUUM ANALYZE request, former_standing")
    await database.close()


def measure(requests: int = REQUESTS) -> list[Figure]:
    global REQUESTS  # noqa: PLW0603 -- a smaller run of the same
    REQUESTS = requests
    with filled(requests, statements=COUNTED) as url:
        asyncio.run(_with_a_past(url))
        return asyncio.run(_measured(url))


if __name__ == "__main__":
    for name, figure, unit in measure(*map(int, sys.argv[1:])):
        print(f"{name:<56} {figure:>14,.2f} {unit}", flush=True)
