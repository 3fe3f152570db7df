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
_TABLES = """
    SELECT format('%I', tablename) AS name, array_remove(array_agg(quote_ident(tgname)), NULL) AS guards FROM pg_tables
    LEFT JOIN pg_trigger ON tgrelid = format('public.%I', tablename)::regclass AND tgenabled = 'A'
    WHERE schemaname = 'public' AND tablename <> 'figures_version' GROUP BY tablename
"""
"""Our tables, and of each the triggers that even a superuser who loads rows does not escape."""
_COUNT_ON = """INSERT INTO figures_version AS v VALUES (0, 1)
    ON CONFLICT (backend) DO UPDATE SET number = v.number + 1"""
"""Emptying changes figures as any change does: what a process keeps of them must not outlive its test."""
_END_UNFINISHED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_LOADING = text("""
    SELECT set_config('session_replication_role', 'replica', true), set_config('max_parallel_workers_per_gather', '0', true)
""")
"""No other trigger runs; and counting so many tables at once takes a millisecond, starting processes for it fifty."""
_YOUNGER = "age(xmin) < age($1::xid)"
_CHANGED = "SELECT " + " OR ".join(f"EXISTS (SELECT FROM {each} WHERE {_YOUNGER})" for each in _CATALOGS)  # noqa: S608 -- PostgreSQL's own tables
_THIS_TRANSACTION = "SELECT pg_current_xact_id()::text"


@dataclass
class Copy:
    """A copy of the template; `make` drops it and copies anew, and `database` is connected to it."""

    database: Database
    make: Callable[[], None]
    _clean_since: int = 0
    """The transaction that left it clean: whatever is younger is of a test."""
    _empty: dict[str, list[str]] = field(default_factory=dict)
    """The tables that are empty in the template, with their guards."""
    _kept: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Of its other tables, how many rows there are, and these as COPY writes them."""

    async def clean(self) -> None:
        """Remove all that tests left and put back what they took; where one changed the schema, make the copy again."""
        if self._kept and await self._put_back():
            return
        await self.database.close()
        self.make()
        async with self.database.transaction() as session:
            driver = await _loading(session)
            if not self._kept:
                await self._look(driver)
            self._clean_since = int(await driver.fetchval(_THIS_TRANSACTION))

    async def _look(self, driver: Any) -> None:
        """What the template holds."""
        for table, guards in await driver.fetch(_TABLES):
            await driver.copy_from_table(table, output=(rows := BytesIO()), format="binary")
            if count := await driver.fetchval(f"SELECT count(*) FROM {table}"):  # noqa: S608 -- our own tables
                self._kept[table] = count, rows.getvalue()
            else:
                self._empty[table] = guards

    async def _put_back(self) -> bool:
        async with self.database.transaction() as session:
            driver = await _loading(session)
            await driver.fetch(_END_UNFINISHED)
            if await driver.fetchval(_CHANGED, self._clean_since):
                return False
            # To switch a guard off lets PostgreSQL plan anew whatever reads its table, and so that is asked for by itself.
            free = [table for table, guards in self._empty.items() if not guards]
            filled = await driver.fetchval(_filled(free))
            filled += await driver.fetchval(_filled([table for table in self._empty if table not in free]))
            guards = [
                f"ALTER TABLE {each} %s TRIGGER {guard}" for each in filled for guard in self._empty[each]
            ]
            await driver.execute(
                "; ".join(
                    [
                        *(guard % "DISABLE" for guard in guards),
                        *(f"DELETE FROM {table}" for table in filled),  # noqa: S608 -- our own tables
                        *(guard % "ENABLE ALWAYS" for guard in guards),
                        _COUNT_ON,
                    ]
                )
            )
            for table, count, younger in await driver.fetch(_counts(self._kept), self._clean_since):
                if younger:
                    await driver.execute(f"DELETE FROM {table} WHERE {_YOUNGER}", self._clean_since)  # noqa: S608 -- our own tables
                rows, content = self._kept[table]
                if count - younger < rows:
                    await driver.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own tables
                    await driver.copy_to_table(table, source=BytesIO(content), format="binary")
            self._clean_since = int(await driver.fetchval(_THIS_TRANSACTION))
            return True


async def _loading(session: AsyncSession) -> Any:
    """The driver's connection, in a transaction that loads rows: its statements are prepared once."""
    await session.execute(_LOADING)
    return (await (await session.connection()).get_raw_connection()).driver_connection


def _filled(tables: Iterable[str]) -> str:
    """Those of some tables that hold a row."""
    each = (f"CASE WHEN EXISTS (SELECT FROM {table}) THEN '{table}' END" for table in tables)
    return f"SELECT array_remove(ARRAY[{', '.join(each)}], NULL)"


def _counts(tables: Iterable[str]) -> str:
    """How many rows there are in each of some tables, and how many of these are younger than a transaction."""
    each = (
        f"SELECT '{table}', count(*), count(*) FILTER (WHERE {_YOUNGER}) FROM {table}"  # noqa: S608 -- our own tables
        for table in tables
    )
    return " UNION ALL ".join(each)
