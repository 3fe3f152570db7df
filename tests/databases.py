"""A clean database for each test: that of the test before, put back to what the template holds, or else a new copy of it.

Putting it back takes a fraction of the time of copying, and connections and prepared statements are used again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database

_CATALOGS = (
    *("pg_class", "pg_attribute", "pg_type", "pg_index", "pg_constraint", "pg_trigger", "pg_policy"),
    *("pg_rewrite", "pg_proc", "pg_namespace"),
)
_TABLES = text(
    "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'figures_version'"
)
_COUNT_ON = """INSERT INTO figures_version AS v VALUES (0, 1)
    ON CONFLICT (backend) DO UPDATE SET number = v.number + 1"""
"""Emptying changes figures as any change does: what a process keeps of them must not outlive its test."""
_END_UNFINISHED = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
""")
_ALONE = text("SET LOCAL max_parallel_workers_per_gather = 0")
"""Counting so many tables at once takes a millisecond of each, and starting processes for it fifty."""
_GUARDS = text("""
    SELECT format('ALTER TABLE %s %%s TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger WHERE tgenabled = 'A'
""")
"""Triggers that even a superuser who loads rows does not escape."""


@dataclass
class Copy:
    """A copy of the template; `make` drops it and copies anew, and `database` is connected to it."""

    database: Database
    make: Callable[[], None]
    _clean_since: int = 0
    """The transaction that left it clean: whatever is younger is of a test."""
    _rows: dict[str, int] = field(default_factory=dict)
    """How many there are in each table of the template."""
    _kept: dict[str, bytes] = field(default_factory=dict)
    """The tables of the template that are not empty, as COPY writes them."""

    async def clean(self) -> None:
        """Remove all that tests left and put back what they took; where one changed the schema, make the copy again."""
        if self._rows and await self._put_back():
            return
        await self.database.close()
        self.make()
        async with self.database.transaction() as session:
            self._rows = await _counted(session, await session.scalars(_TABLES))
            driver = await _driver(session)
            for table in (table for table, rows in self._rows.items() if rows and table not in self._kept):
                await driver.copy_from_table(table, output=(content := BytesIO()), format="binary")
                self._kept[table] = content.getvalue()
            self._clean_since = await _this_transaction(session)

    async def _put_back(self) -> bool:
        async with self.database.transaction() as session:
            await session.execute(_ALONE)
            await session.execute(_END_UNFINISHED)
            younger = f"age(xmin) < age('{self._clean_since}'::xid)"
            changed = " OR ".join(f"EXISTS (SELECT FROM {catalog} WHERE {younger})" for catalog in _CATALOGS)
            if await session.scalar(text(f"SELECT {changed}")):
                return False
            guards = list(await session.scalars(_GUARDS))
            deletions = [
                f"DELETE FROM {table}" + (f" WHERE {younger}" if rows else "")  # noqa: S608 -- our own tables
                for table, rows in self._rows.items()
            ]
            driver = await _driver(session)
            await driver.execute(
                "; ".join(
                    [
                        "SET LOCAL session_replication_role = replica",
                        *(g % "DISABLE" for g in guards),
                        *deletions,
                    ]
                )
            )
            left = await _counted(session, self._kept)
            for table in (table for table in self._kept if left[table] < self._rows[table]):
                await driver.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own tables
                await driver.copy_to_table(table, source=BytesIO(self._kept[table]), format="binary")
            await driver.execute("; ".join([*(guard % "ENABLE ALWAYS" for guard in guards), _COUNT_ON]))
            self._clean_since = await _this_transaction(session)
            return True


async def _driver(session: AsyncSession) -> Any:
    return (await (await session.connection()).get_raw_connection()).driver_connection


async def _counted(session: AsyncSession, tables: Iterable[str]) -> dict[str, int]:
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608 -- our own tables
    return dict((await session.execute(text(counts))).all())


async def _this_transaction(session: AsyncSession) -> int:
    return int(str(await session.scalar(text("SELECT pg_current_xact_id()::text"))))
