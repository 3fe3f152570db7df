"""A second database for reading: a streaming replica, asked once it has all that was committed before the question.

So people see what they have just written, and no answer is older than the question. If the replica is
unreachable, or needs longer than `PATIENCE` to catch up, the main database answers instead.
"""

import asyncio
import time
from dataclasses import dataclass

import structlog

from rti.core.db import Database

PATIENCE = 1.0
"""Seconds that a query waits for the replica."""
LOOK_EVERY = 0.02
LEFT_ALONE = 10.0
"""Seconds for which a replica that did not catch up, or is unreachable, is not used again."""
LONGEST_LAG = 60.0
"""Seconds; a replica that is further behind is reported."""
_WRITTEN = "SELECT CAST(pg_current_wal_flush_lsn() AS text)"
_STANDS = """
    SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= CAST(CAST($1 AS text) AS pg_lsn),
        CAST(extract(epoch FROM now() - pg_last_xact_replay_timestamp()) AS float), pg_is_in_recovery()
"""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """How many seconds a replica is behind; None if it is unreachable, or is no replica."""

    seconds: float | None

    @property
    def well(self) -> bool:
        return self.seconds is not None and self.seconds < LONGEST_LAG


async def for_reading(database: Database) -> Database:
    """The replica under the same login if it has everything, else the database itself."""
    replica = database.replica
    if replica is None or time.monotonic() < replica.left_alone_until:
        return database
    try:
        async with asyncio.timeout(PATIENCE):
            written = (await database.ask(_WRITTEN))[0]
            while not (await replica.ask(_STANDS, written))[0]:  # noqa: ASYNC110 -- in another process
                await asyncio.sleep(LOOK_EVERY)
    except Exception as fault:  # noqa: BLE001 -- whatever it is, the main database is there
        log.warning("replica_not_asked", fault=type(fault).__name__)
        replica.left_alone_until = time.monotonic() + LEFT_ALONE
        return database
    return replica


async def lag(database: Database) -> Lag | None:
    """How far behind the replica is; None where there is none."""
    if database.replica is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            written = (await database.ask(_WRITTEN))[0]
            complete, seconds, replays = await database.replica.ask(_STANDS, written)
    except Exception as fault:  # noqa: BLE001 -- it is away, which is told
        log.warning("replica_away", fault=type(fault).__name__)
        return Lag(None)
    return Lag((0.0 if complete else seconds) if replays else None)
