"""Filling an empty database with a backup, in one transaction: everything is verified and there, or nothing is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from asyncpg import PostgresError
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rti.audit.record import record
from rti.backups.archive import Manifest, opened, quoted
from rti.backups.rows import APART, counted, hold_still
from rti.core.cipher import Unreadable
from rti.core.db import Database
from rti.core.errors import BackupFailed, Conflict, say
from rti.encryption.data_keys import unwrapped
from rti.models.accounts import SignInRow
from rti.models.audit import AuditAction
from rti.models.keys import DataKeyRow
from rti.row_security.apply import apply
from rti.safety.lock_and_shred import shred_again
from rti.upgrade import load_reference_data, upgrade_within

_TABLES = text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
_NUMBERED = text(
    """SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attidentity <> '' AND c.relnamespace = 'public'::regnamespace"""
)
_TRIGGERS = text("""
    SELECT tgrelid::regclass::text, quote_ident(tgname), CASE tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END
    FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND tgenabled <> 'D' AND c.relnamespace = 'public'::regnamespace
""")
_JOINING = "joining_key"
_JOIN = """
    INSERT INTO data_key ({columns})
    SELECT {values} FROM joining_key new
    WHERE EXISTS (SELECT FROM cbo WHERE cbo.id = new.cbo_id)
      AND NOT EXISTS (SELECT FROM data_key k WHERE k.cbo_id = new.cbo_id AND k.state = 'destroyed')
    ON CONFLICT DO NOTHING
"""
_STATE = """CASE WHEN new.state = 'current'
    AND EXISTS (SELECT FROM data_key k WHERE k.cbo_id = new.cbo_id AND k.state = 'current')
    THEN 'old' ELSE new.state END"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in the database now; `keys` are wrapped data keys, of which the key file opens `opening`.

    `shredded` counts organisations that were shredded after the backup, and now again.
    """

    manifest: Manifest
    keys: int
    opening: int
    shredded: int


async def restore(
    database: Database, path: Path, key_files: Sequence[Path], identity: Path, now: datetime
) -> Restored:
    """Fill the database, whose user is a superuser, with the rows of one file and the keys of the others.

    Of the files of keys the first decides: an organisation that is shredded there stays so. Raises Conflict
    for a database that is not empty, and BackupFailed for files that are not whole, or not for this identity.
    """
    async with database.transaction() as session:
        connection = await session.connection()
        if (await connection.execute(_TABLES)).scalar_one():
            raise Conflict(say("This database is not empty. Restore the backup into an empty database"))
        manifest = await _filled(connection, database, path, identity)
        for each in key_files:
            await _join_keys(connection, each, identity)
        await connection.run_sync(upgrade_within, "head", database.keyring)
        shredded = await shred_again(session, now)
        # Some were ended since, and nobody knows which.
        await session.execute(delete(SignInRow))
        record(session, AuditAction.RESTORED, now, about=path.name)
        keys, opening = await _keys_that_open(session, database)
        await connection.run_sync(apply, database.secret)
    await load_reference_data(database, now)
    return Restored(manifest, keys, opening, shredded)


async def _filled(connection: AsyncConnection, database: Database, path: Path, identity: Path) -> Manifest:
    """Make the tables as they were at the backup, fill them, and compare them with its manifest."""
    with opened(path, identity) as archive:
        manifest = archive.manifest
        try:
            await connection.run_sync(upgrade_within, manifest.schema, database.keyring)
        except CommandError:
            raise BackupFailed(
                say("This backup was made by a newer version, with schema {schema}", schema=manifest.schema)
            ) from None
        async with _guards_off(connection):
            # What migrations have written on their way is not of the backup.
            names = ", ".join(table.name for table in manifest.tables)
            await connection.execute(text(f"TRUNCATE {names} CASCADE"))
            for table, parts in archive.tables():
                await _copy(connection, table.name, table.columns, parts)
    await _count_on(connection)
    await hold_still(connection)
    for table in manifest.tables:
        if await counted(connection, table.name, table.columns) != table:
            raise BackupFailed(say("Table {table} differs from the backup", table=table.name))
    return manifest


async def _count_on(connection: AsyncConnection) -> None:
    """Set the sequences of the database past the restored numbers."""
    for table, column in (await connection.execute(_NUMBERED)).all():
        highest = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608 -- names of the catalogue
        sequence = f"pg_get_serial_sequence('{table}', '{column}')"
        await connection.execute(text(f"SELECT setval({sequence}, ({highest}), false)"))


@asynccontextmanager
async def _guards_off(connection: AsyncConnection) -> AsyncIterator[None]:
    """Disable triggers, so that rows are restored unchanged; that of the audit log refuses rows that are already chained."""
    triggers = (await connection.execute(_TRIGGERS)).all()
    for table, name, _ in triggers:
        await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {name}"))
    yield
    for table, name, mode in triggers:
        await connection.execute(text(f"ALTER TABLE {table} ENABLE {mode} TRIGGER {name}"))


async def _join_keys(connection: AsyncConnection, path: Path, identity: Path) -> None:
    await connection.execute(text(f"CREATE TEMPORARY TABLE {_JOINING} (LIKE data_key) ON COMMIT DROP"))
    with opened(path, identity) as archive:
        if [each.name for each in archive.manifest.tables] != [APART]:
            raise BackupFailed(say("{file} contains no keys", file=path.name))
        (table,) = archive.manifest.tables
        for _, parts in archive.tables():
            await _copy(connection, _JOINING, table.columns, parts)
    found = await counted(connection, _JOINING, table.columns)
    if (found.rows, found.digest) != (table.rows, table.digest):
        raise BackupFailed(say("Table {table} differs from the backup", table=table.name))
    columns = quoted(table.columns)
    values = columns.replace('"state"', _STATE)
    await connection.execute(text(_JOIN.format(columns=columns, values=values)))
    await connection.execute(text(f"DROP TABLE {_JOINING}"))


async def _copy(
    connection: AsyncConnection, table: str, columns: tuple[str, ...], parts: AsyncIterator[bytes]
) -> None:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await driver.copy_to_table(table, columns=columns, source=parts)
    except PostgresError as fault:
        reason = str(fault).partition("\n")[0]
        raise BackupFailed(
            say("Table {table} cannot be filled: {reason}", table=table, reason=reason)
        ) from None


async def _keys_that_open(session: AsyncSession, database: Database) -> tuple[int, int]:
    """How many wrapped data keys there are, and how many of them the key file opens."""
    rows = await session.scalars(select(DataKeyRow).where(DataKeyRow.wrapped.is_not(None)))
    opened_by_file = []
    for row in rows:
        try:
            unwrapped(database.keyring, row.cbo_id, row.epoch, row.wrapped or b"")
            opened_by_file.append(True)
        except Unreadable:
            opened_by_file.append(False)
    return len(opened_by_file), sum(opened_by_file)
