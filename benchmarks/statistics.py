"""Statistics over 100,000 requests, beside the same SQL written by hand and run by asyncpg alone."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import asyncpg

from benchmarks.data import COUNTED, TODAY, filled
from rti.core.db import Database
from rti.statistics import queries
from rti.statistics.commands import Dimension, StatisticsQuery
from rti.statistics.measures import State

REQUESTS = 1_000_000
ROUNDS = 5
WANTED = StatisticsQuery(by=Dimension.BODY_KIND, then_by=Dimension.QUARTER)
OUTCOMES = ("full", "partial", "refused", "not_held")
BY_CLOCKS = """
    WHEN status = 'not_submitted' THEN 'not_submitted'
    WHEN answered THEN CASE
        WHEN due_on IS NULL OR undated THEN 'no_date'
        WHEN met_on > due_on THEN 'late'
        WHEN due_on >= $1 THEN 'early'
        ELSE 'in_time'
    END
    WHEN coalesce(least(submitted_on, received_on) > $1, status = 'draft') THEN 'draft'
    WHEN ended_on <= $1 AND (due_on IS NULL OR ended_on <= due_on OR met_on <= least(due_on, $1)) THEN 'withdrawn'
    WHEN due_on IS NULL THEN CASE WHEN status = 'paused' THEN 'paused' ELSE 'no_date' END
    WHEN met_on <= least(due_on, $1) THEN 'replied'
    WHEN due_on >= $1 THEN 'not_yet_due'
    WHEN met_on <= $1 OR ended_on <= $1 THEN 'lapsed'
    ELSE 'silent'
"""
BY_DATES = """
    WHEN status = 'not_submitted' THEN 'not_submitted'
    WHEN NOT answered AND (coalesce(least(submitted_on, received_on), 'infinity') > $1) THEN 'draft'
    WHEN NOT answered AND ended_on <= $1 AND (due_on IS NULL OR ended_on <= due_on) THEN 'withdrawn'
    WHEN due_on IS NULL AND status = 'paused' THEN 'paused'
    WHEN due_on IS NULL THEN 'no_date'
    WHEN NOT answered AND due_on < $1 THEN 'silent'
    WHEN NOT answered THEN 'not_yet_due'
    WHEN answered_on > due_on THEN 'late'
    WHEN due_on >= $1 THEN 'early'
    ELSE 'in_time'
"""
"""What the first version of the definitions asked: one due day and one answered day."""


def by_hand_sql(keys: str = "kind", verdict: str = BY_CLOCKS) -> str:
    """The counts of all states and outcomes by some columns of a body, and by quarter, with all sums."""
    counts = [
        *(f"state = '{state}') AS \"{state}\"" for state in State),
        *(f"outcome = '{each}') AS \"{each}\"" for each in OUTCOMES),
    ]
    columns = keys.split(", ")
    of_body = ", ".join(f"public_body.{column}" for column in columns)
    sets = ", ".join(f"({', '.join(columns[:length])})" for length in range(len(columns), -1, -1))
    return f"""
    WITH judged AS (
        SELECT {of_body}, to_char(day, 'YYYY"-Q"Q') AS quarter, outcome, answered_on - received_on AS days, binding,
            CASE {verdict} END AS state
        FROM request JOIN public_body ON public_body.id = request.body_id,
            LATERAL (SELECT coalesce(received_on, submitted_on, drafted_on, answered_on) AS day,
                coalesce(answered_on <= $1 AND (ended_on IS NULL OR answered_on <= ended_on), false) AS answered)
        WHERE day <= $1
    )
    SELECT {keys}, quarter, {", ".join(f"count(*) FILTER (WHERE {each}" for each in counts)},
        count(*) FILTER (WHERE binding AND state IN ('in_time', 'late', 'silent', 'lapsed')) AS binding,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days, max(days) AS longest_days
    FROM judged GROUP BY GROUPING SETS (({keys}, quarter), {sets})
    """


Counted = dict[tuple[str | None, ...], tuple[object, ...]]


async def _by_us(database: Database) -> Counted:
    queries._kept.clear()  # noqa: SLF001 -- as in a process that has just begun
    async with database.transaction() as session:
        found = await queries.table(session, None, WANTED, TODAY)
    return {
        line.keys: (
            *(line.figures.counts[state] for state in State),
            line.figures.median_days,
            line.figures.longest_days,
        )
        for line in (*found.lines, found.total)
    }


async def _by_hand(connection: asyncpg.Connection, verdict: str = BY_CLOCKS) -> Counted:
    async with connection.transaction():
        rows = await connection.fetch(by_hand_sql(verdict=verdict), TODAY)
    return {
        tuple(key for key in (row["kind"], row["quarter"]) if key): (
            *(row[state.value] for state in State),
            row["median_days"],
            row["longest_days"],
        )
        for row in rows
    }


async def _seconds(count: Callable[[], Awaitable[Counted]]) -> float:
    begun = perf_counter()
    await count()
    return perf_counter() - begun


async def _compare(url: str) -> list[float]:
    """The best time of each, taken in turns, after the first two have been found equal."""
    database = Database(url)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    ours, by_hand = await _by_us(database), await _by_hand(connection)
    assert ours == by_hand, "the two count differently"
    assert sum(ours[()][: len(State)]) == REQUESTS  # type: ignore[arg-type]
    each: list[Callable[[], Awaitable[Counted]]] = [
        lambda: _by_us(database),
        lambda: _by_hand(connection),
        lambda: _by_hand(connection, BY_DATES),
    ]
    times = [[await _seconds(count) for count in each] for _ in range(ROUNDS)]
    await connection.close()
    await database.close()
    return [min(of_one) for of_one in zip(*times, strict=True)]


def measure() -> list[tuple[str, float, str]]:
    """Milliseconds of each, and how many times as long ours takes."""
    with filled(REQUESTS, statements=COUNTED) as url:
        ours, by_hand, by_dates = asyncio.run(_compare(url))
    return [
        (f"statistics over {REQUESTS:,} requests, kind by quarter", ours * 1000, "ms"),
        ("the same SQL by hand through asyncpg", by_hand * 1000, "ms"),
        ("statistics against SQL by hand", ours / by_hand, "times as long"),
        ("judging by clocks against judging by two dates", by_hand / by_dates, "times as long"),
    ]


if __name__ == "__main__":
    for what, figure, unit in measure():
        print(f"{what:<56} {figure:>14,.2f} {unit}")
