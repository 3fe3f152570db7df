"""A clean database for each test: that of the test before, emptied, or else a new copy of the template.

Emptying takes a fraction of the time of copying, and connections and prepared statements are used again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

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
    """How many there are in each table and catalog of the template."""

    async def clean(self) -> None:
        """Remove all that tests left; where one changed what the template holds, make the copy again."""
        if self._rows and await self._emptied():
            return
        await self.database.close()
        self.make()
        async with self.database.transaction() as session:
            self._rows = await _counted(session, [*await session.scalars(_TABLES), *_CATALOGS])
            self._clean_since = await _this_transaction(session)

    async def _emptied(self) -> bool:
        async with self.database.transaction() as session:
            await session.execute(_ALONE)
            await session.execute(_END_UNFINISHED)
            younger = f"age(xmin) < age('{self._clean_since}'::xid)"
            changed = " OR ".join(f"EXISTS (SELECT FROM {catalog} WHERE {younger})" for catalog in _CATALOGS)
            if await session.scalar(text(f"SELECT {changed}")):
                return False
            guards = list(await session.scalars(_GUARDS))
            tables = {name: rows for name, rows in self._rows.items() if name not in _CATALOGS}
            statements = [
                "SET LOCAL session_replication_role = replica",
                *(guard % "DISABLE" for guard in guards),
                *(f"DELETE FROM {table} WHERE {younger}" for table, rows in tables.items() if rows),  # noqa: S608 -- our own tables
                *(f"DELETE FROM {table}" for table, rows in tables.items() if not rows),  # noqa: S608 -- our own tables
                *(guard % "ENABLE ALWAYS" for guard in guards),
                _COUNT_ON,
            ]
            connection = await (await session.connection()).get_raw_connection()
            await connection.driver_connection.execute("; ".join(statements))
            self._clean_since = await _this_transaction(session)
            kept = {table: rows for table, rows in self._rows.items() if rows}
            return await _counted(session, kept) == kept


async def _counted(session: AsyncSession, tables: Iterable[str]) -> dict[str, int]:
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608 -- our own tables
    return dict((await session.execute(text(counts))).all())


async def _this_transaction(session: AsyncSession) -> int:
    return int(str(await session.scalar(text("SELECT pg_current_xact_id()::text"))))
