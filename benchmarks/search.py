"""Searching by words, for each role under its own login, beside the same search as row security alone would do it."""

import asyncio
import os
import time
from statistics import median
from uuid import UUID

from sqlalchemy import text

from benchmarks.data import filled
from rti.core import keyring
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.models.search import Findable
from rti.search import index
from rti.search.queries import find
from rti.search.words import exactly

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "1000000"))
TRIES = 15
Line = tuple[str, float, str]
QUERIES = (
    "budget",
    "Which amounts",
    "commune",
    "Takeo",
    "Samraong Takeo",
    "bugdet",
    "R-4711",
    "ថវិកា",
    "ឃុំ",
    "nothing",
)
_TITLES = """
    UPDATE request SET
        title = (ARRAY['សំណើសុំព័ត៌មានអំពីថវិកាឃុំ', 'សេវាសុខភាពនៅមណ្ឌលសុខភាព', 'Contract for the market road', 'Budget'])
            [1 + (hashtext(reference) & 3)] || ' ' || reference
"""
_ASSIGNED = """
    INSERT INTO person (id, email, name, password_hash, role, language, wants_reminders, created_at, entrusted_at)
    VALUES (gen_random_uuid(), 'takeo@test.example', 'Takeo', '', 'staff', 'en', true, now(), now());
    INSERT INTO assignment (id, person_id, province_code, assigned_at)
    SELECT gen_random_uuid(), id, '21', now() FROM person WHERE email = 'takeo@test.example'
"""
_ROLES = {
    "staff of all": (Login.STAFF, "staff@test.example"),
    "staff of one province": (Login.STAFF, "takeo@test.example"),
    "a member": (Login.CBO, "cbo7@test.example"),
}
_UNDER_ROW_SECURITY = """
    SELECT id FROM search WHERE kind = 'request' AND (words || names) @@ CAST(CAST(:words AS text) AS tsquery) LIMIT 200
"""


async def _measured(url: str) -> list[Line]:
    database = Database(url, "", keyring=keyring.NO_KEYS)
    async with database.transaction() as session:
        await session.execute(text(_TITLES))
        for statement in _ASSIGNED.split(";"):
            await session.execute(text(statement))
    begun = time.perf_counter()
    done = await index.complete(database)
    lines: list[Line] = [(f"search: {done:,} things marked", time.perf_counter() - begun, "s")]
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("VACUUM ANALYZE search")
        size = await plain.scalar(text("SELECT pg_total_relation_size('search') / 1000000"))
        lines.append(("search: table and indexes", float(size), "MB"))
        people = {email: found for found, email in await plain.execute(text("SELECT id, email FROM person"))}
    for role, (login, email) in _ROLES.items():
        times = {query: await _timed(database.under(login), people[email], query) for query in QUERIES}
        slowest = max(times, key=times.__getitem__)
        lines.append((f"search: {role}, slowest of {len(QUERIES)} ({slowest})", times[slowest], "ms"))
    async with database.under(Login.STAFF).transaction(people["takeo@test.example"]) as session:
        values = {"words": exactly("R-4711")}
        begun = time.perf_counter()
        await session.execute(text(_UNDER_ROW_SECURITY), values)
        taken = 1000 * (time.perf_counter() - begun)
        lines.append(("search: the same without rti.found", taken, "ms"))
        plan = (await session.scalars(text(f"EXPLAIN {_UNDER_ROW_SECURITY}"), values)).all()
        assert not any("Bitmap Index Scan" in step for step in plan), "then rti.found is not needed"
    await database.close()
    return lines


async def _timed(database: Database, person: UUID, query: str) -> float:
    """The median in milliseconds."""
    times = []
    for _ in range(TRIES):
        async with database.transaction(person) as session:
            await session.execute(text("SELECT 1"))
            begun = time.perf_counter()
            await find(session, query, Findable.REQUEST)
            times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def measure() -> list[Line]:
    with filled(REQUESTS) as url:
        return asyncio.run(_measured(url))
