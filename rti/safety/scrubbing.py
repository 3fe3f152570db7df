"""Scrubbing after shredding: the data is still in the files of the tables, in samples of the planner and in the write-ahead log.

PostgreSQL writes a changed row beside the old one, and keeps the old one until something else needs its place. So
the tables that held names and wrapped keys are written anew, the planner's samples too, and the write-ahead log is
turned over until no segment has anything from before. What was encrypted may stay where it is: without its key it is noise.

This needs the login that owns the database. The embedded one has it; elsewhere the scheduler tells that
`rti cbo scrub` is to be run with it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rti.core.db import Base, Database
from rti.core.errors import NotReady, Unavailable, say
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow, CboSafetyRow, CboStandingRow
from rti.models.keys import DataKeyRow
from rti.models.messages import BounceRow, LetterRow
from rti.models.requests import RequestRow, SnoozeRow
from rti.models.visits import VisitPhotoRow

_OF_PEOPLE = [
    table.name
    for table in Base.metadata.sorted_tables
    if any(
        key.column.table is PersonRow.__table__ and key.ondelete == "CASCADE" for key in table.foreign_keys
    )
]
WRITTEN_ANEW: Sequence[str] = sorted(
    {
        *_OF_PEOPLE,
        *(
            row.__tablename__
            for row in (
                PersonRow,
                CboRow,
                CboSafetyRow,
                CboStandingRow,
                DataKeyRow,
                RequestRow,
                LetterRow,
                SnoozeRow,
                BounceRow,
                VisitPhotoRow,
            )
        ),
    }
)
"""The tables from which shredding takes names, texts and wrapped keys."""
_WAITING = "shredded_at IS NOT NULL AND scrubbed_at IS NULL"
_SEEN_BY_OTHERS = text(
    f"""SELECT EXISTS (
        SELECT FROM cbo WHERE {_WAITING} AND age(cbo.xmin) <= GREATEST(
            age(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS xid)),
            (SELECT max(age(backend_xmin)) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()))
    )"""  # noqa: S608 -- our own words
)
"""Whether an earlier transaction could still read the shredded data; PostgreSQL would then keep it.

One that writes in another database of the server counts, too, because it holds back what is oldest for everybody.
"""


async def waiting(session: AsyncSession) -> int:
    """How many shredded organisations are still on the disk."""
    return await session.scalar(text(f"SELECT count(*) FROM cbo WHERE {_WAITING}")) or 0  # noqa: S608


async def scrub(owner: Database, now: datetime) -> int:
    """Remove from the disk what shredding removed from the tables; returns the number of organisations.

    `owner` is the database under the login that owns it. Raises NotReady where that may not do all of it, and
    Unavailable where others still work with what was there before: then the next try does it.
    """
    committing = owner.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with committing.connect() as connection:
        found = await connection.scalars(text(f"SELECT id FROM cbo WHERE {_WAITING}"))  # noqa: S608
        ids = found.all()
        if not ids:
            return 0
        if not await connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            raise NotReady(say("Shredded data must be removed from the disk by a superuser: rti cbo scrub"))
        if await connection.scalar(_SEEN_BY_OTHERS):
            raise Unavailable(say("Other transactions can still see the data that was shredded"))
        await connection.execute(text("SET lock_timeout = '10s'"))
        for table in (*WRITTEN_ANEW, "pg_statistic"):
            analyzed = "" if table == "pg_statistic" else ", ANALYZE"
            await connection.execute(text(f"VACUUM (FULL{analyzed}) {table}"))
        await _turn_over_log(connection)
        done = text("UPDATE cbo SET scrubbed_at = :now WHERE id = ANY(:ids)")
        await connection.execute(done, {"now": now, "ids": list(ids)})
        return len(ids)


_FURTHEST = text("SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'")
_CURRENT = text("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")


async def _turn_over_log(connection: AsyncConnection) -> None:
    """Leave no segment of the write-ahead log with anything from before.

    The first checkpoint is done with the old segments, and renames some of them for later use as they are.
    Switching through those overwrites each to its end, however far ahead they lie and whoever else writes.
    """
    await _switch(connection)
    await connection.execute(text("CHECKPOINT"))
    furthest = await connection.scalar(_FURTHEST) or ""
    while (await connection.scalar(_CURRENT) or "") <= furthest:
        await _switch(connection)
    await connection.execute(text("CHECKPOINT"))


async def _switch(connection: AsyncConnection) -> None:
    """Start a new segment; the old one must not be empty."""
    await connection.execute(text("SELECT pg_logical_emit_message(false, 'rti', '')"))
    await connection.execute(text("SELECT pg_switch_wal()"))
