"""What the tables of a database hold, asked of PostgreSQL in the same words at a backup and at a restore."""

from graphlib import TopologicalSorter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from rti.backups.archive import Table, quoted
from rti.models.keys import DataKeyRow

APART = DataKeyRow.__tablename__
"""The table of wrapped keys, which goes into a file of its own with a shorter life."""
_MIGRATED = "alembic_version"
_STEADY = text(
    """SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),
    set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true)"""
)
_COLUMNS = text(
    """SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname"""
)
_POINTS_TO = text(
    """SELECT a.relname, b.relname FROM pg_constraint k
    JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
    WHERE k.contype = 'f' AND a.oid <> b.oid AND a.relnamespace = 'public'::regnamespace"""
)


async def hold_still(connection: AsyncConnection) -> None:
    """Write values the same way everywhere, until the transaction ends."""
    await connection.execute(_STEADY)


async def tables(connection: AsyncConnection) -> list[Table]:
    """Every table and what it holds, those that others point to first; raises CycleError where there is no order."""
    columns = {name: tuple(found) for name, found in await connection.execute(_COLUMNS)}
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in sorted(columns)})
    for name, other in await connection.execute(_POINTS_TO):
        order.add(name, other)
    return [
        await counted(connection, name, columns[name]) for name in order.static_order() if name != _MIGRATED
    ]


async def counted(connection: AsyncConnection, name: str, columns: tuple[str, ...]) -> Table:
    """The number of rows, and the sum of the first 64 bits of the SHA-256 of each as text."""
    query = f"""SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(
        ROW({quoted(columns)})::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint), 0)::text FROM "{name}" """  # noqa: S608 -- names of the catalogue, or held to plain letters
    rows, digest = (await connection.execute(text(query))).one()
    return Table(name, columns, rows, digest)


async def schema_version(connection: AsyncConnection) -> str:
    found: str = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    return found
