"""A new day off with many open requests, and the same requests judged by another rule.

`python -m benchmarks.days_off [REQUESTS [DAYS]]` prints the figures. The requests were received on DAYS
working days up to today, 15 working days are expected, and every tenth was extended by 10. With DAYS = 250
the day off touches the newest of them, with DAYS = 14 all. The yardstick folds one request after the other.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from time import perf_counter

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.data import TODAY, filled
from rti.accounts.sessions import person_of
from rti.calendars.commands import DeclareDay
from rti.calendars.queries import HOME
from rti.core import wallclock
from rti.core.db import Database
from rti.core.roles import Person
from rti.law.limits import parse_limit
from rti.models.accounts import PersonRow
from rti.models.requests import RequestRow
from rti.requests.actions import reproject
from rti.requests.commands import RequestFilter
from rti.requests.date_changes import change, preview
from rti.requests.listing import worklist
from rti.requests.queries import events_of
from rti.requests.recalculation import recompute, touched
from rti.statistics.what_if import WhatIf, what_if
from rti.statutes.actions import declare_standard

Figure = tuple[str, float, str]
REQUESTS = 200_000
DAYS = 250
SAMPLE = 2_000
DAY_OFF = DeclareDay(
    day=TODAY + timedelta(days=3), name_km="ថ្ងៃឈប់បន្ថែម", name_en="Added day", source="A benchmark"
)

_FILL = (
    """
    CREATE TEMP TABLE told ON COMMIT DROP AS
    SELECT gen_random_uuid() AS id, n, cbos.id AS cbo_id, bodies.id AS body_id, received_on
    FROM generate_series(0, CAST(:requests AS integer) - 1) AS n
    JOIN (SELECT id, row_number() OVER () - 1 AS place, count(*) OVER () AS number FROM cbo) AS cbos
        ON cbos.place = n % cbos.number
    JOIN (SELECT id, row_number() OVER () - 1 AS place, count(*) OVER () AS number FROM public_body) AS bodies
        ON bodies.place = n % bodies.number
    JOIN (
        SELECT day AS received_on, row_number() OVER (ORDER BY day DESC) - 1 AS place
        FROM (SELECT CAST(:today AS date) - back AS day FROM generate_series(0, 2000) AS back) AS days
        WHERE extract(isodow FROM day) < 6
    ) AS working ON working.place = n % CAST(:days AS integer)
    """,
    """
    INSERT INTO request (
        id, cbo_id, first_body_id, body_id, reference, title, question, topic, channel, filing, statute_id, statute_version, created_at,
        status, drafted_on, submitted_on, received_on, binding, soft, provisional, confirmed, next_due_on, story
    )
    SELECT id, cbo_id, body_id, body_id, 'R-' || n, 'Budget', '', 'budget', 'counter', 'itself', :statute, 1, now(),
        'open', received_on, received_on, received_on, false, false, false, false, '9999-12-31',
        decode(md5(concat_ws(' ', received_on, n % 10 = 0)), 'hex')
    FROM told
    """,
    """
    INSERT INTO event (id, cbo_id, request_id, kind, happened_on, recorded_at, note, details)
    SELECT gen_random_uuid(), cbo_id, id, kind, received_on, now(), '',
        CAST(CASE kind WHEN 'extended' THEN '{"days": "10 working"}' ELSE '{}' END AS jsonb)
    FROM told, LATERAL (VALUES ('submitted'), ('received'), ('extended')) AS happened (kind)
    WHERE kind <> 'extended' OR n % 10 = 0
    """,
    """
    INSERT INTO deadline (
        request_id, kind, epoch, cbo_id, state, starts_on, due_on, binding, soft, provisional, confirmed, steps
    )
    SELECT id, 'reply', 0, cbo_id, 'running', received_on, '9999-12-31', false, false, false, false, '[]' FROM told
    """,
)


async def _fill(database: Database, requests: int, days: int) -> None:
    """Store requests without their dates, and have these computed as after any change of a calendar."""
    async with database.transaction() as session:
        standard = await declare_standard(
            session, parse_limit("15 working"), wallclock.now(), countries=[HOME]
        )
        values = {"requests": requests, "today": TODAY, "days": days, "statute": standard.id}
        for statement in map(text, _FILL):
            await session.execute(statement, {name: values[name] for name in statement.compile().params})
    async with database.transaction() as session:
        await recompute(session, HOME, date.min, date.max, now=wallclock.now(), write=True)
        await session.execute(text("TRUNCATE date_change"))
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for command in ("VACUUM FULL request, deadline", "VACUUM ANALYZE", "CHECKPOINT"):
            await autocommit.exec_driver_sql(command)


async def _one_by_one(database: Database) -> tuple[int, float]:
    """How many requests of a sample are folded one after the other, and in how many seconds; nothing is kept."""
    async with database.transaction() as session:
        row = (await session.scalars(select(RequestRow).limit(1))).one()
        law = [(row.statute_id, row.statute_version)]
        sample = (await session.scalars(touched(law, DAY_OFF.day, DAY_OFF.day).limit(SAMPLE))).all()
        begun = perf_counter()
        for request_id in sample:
            request = await session.get_one(RequestRow, request_id)
            events = await events_of(session, request_id)
            await reproject(session, request, events, wallclock.now(), "benchmark")
        taken = perf_counter() - begun
        await session.rollback()
    return len(sample), taken


@asynccontextmanager
async def _reading(database: Database, staff: Person) -> AsyncIterator[list[float]]:
    """Read the list of overdue requests again and again until the block ends; seconds of each time."""
    times: list[float] = []

    async def read() -> None:
        while True:
            begun = perf_counter()
            async with database.transaction() as session:
                await worklist(session, staff, RequestFilter(overdue=True), TODAY)
            times.append(perf_counter() - begun)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(read())
    yield times
    task.cancel()


async def _seconds_of_judging(session: AsyncSession, wanted: WhatIf, requests: int) -> float:
    begun = perf_counter()
    found = await what_if(session, None, wanted, TODAY)
    assert sum(found.states.values()) == requests
    return perf_counter() - begun


async def _measured(url: str, requests: int, days: int) -> list[Figure]:
    database = Database(url)
    await _fill(database, requests, days)
    async with database.transaction() as session:
        by_limit = await _seconds_of_judging(session, WhatIf(limit="5 working"), requests)
        by_statute = await _seconds_of_judging(session, WhatIf(statute_id="UK-FOIA-2000"), requests)
        staff = person_of(
            (await session.scalars(select(PersonRow).where(PersonRow.email == "staff@test.example"))).one()
        )
    folded, folding = await _one_by_one(database)
    begun = perf_counter()
    async with database.transaction() as session:
        foreseen = await preview(session, DAY_OFF, wallclock.now())
    previewing = perf_counter() - begun
    async with _reading(database, staff) as idle:
        await asyncio.sleep(2)
    async with _reading(database, staff) as meanwhile:
        begun = perf_counter()
        async with database.transaction() as session:
            moves = await change(session, DAY_OFF, None, wallclock.now())
        changing = perf_counter() - begun
    assert foreseen.tally == moves.tally
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(text("date_change"))) == moves.requests
    await database.close()
    naive = folding / folded * moves.looked_at
    return [
        (f"a day off, {requests:,} open requests on {days} days", changing, "seconds"),
        ("  looked at", moves.looked_at, "requests"),
        ("  of which a date moved", moves.requests, "requests"),
        ("  one request after the other, out of a sample", naive, "seconds"),
        ("  against one after the other", naive / changing, "times as fast"),
        ("  its preview", previewing, "seconds"),
        ("  a list meanwhile, the slowest time", max(meanwhile) * 1000, "ms"),
        ("  the same before, the slowest time", max(idle) * 1000, "ms"),
        (f"{requests:,} requests judged by another limit", by_limit, "seconds"),
        (f"{requests:,} requests judged by another statute", by_statute, "seconds"),
    ]


def measure(requests: int = REQUESTS, days: int = DAYS) -> list[Figure]:
    """Seconds of a change of the calendar and of what follows from it, and of two questions of what if."""
    with filled(0) as url:
        return asyncio.run(_measured(url, requests, days))


if __name__ == "__main__":
    for name, figure, unit in measure(*map(int, sys.argv[1:])):
        print(f"{name:<56} {figure:>14,.2f} {unit}")
