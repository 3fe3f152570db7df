"""Making a backup: one snapshot of the database, two encrypted files."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rti.backups import folder as folders
from rti.backups.archive import Manifest, Table, written
from rti.backups.rows import APART, hold_still, schema_version, tables
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import BackupFailed, say

_ONE_AT_A_TIME = 7426_05
"""Key of the advisory lock that a backup holds."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is whole and on the disk; `size` is in bytes, of both files."""

    path: Path
    rows: int
    size: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows, {self.size / 1_000_000:,.1f} MB"


async def make(database: Database, folder: Path, recipients: str, now: datetime) -> Made:
    """Back up everything committed before now, while everybody goes on working.

    Raises BackupFailed; then no file is there that looks whole.
    """
    place = folders.place(folder, now)
    folders.prepare(folder)
    async with database.under(Login.BACKUP).snapshot() as connection:
        alone = await connection.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME)))
        if not alone or place.rows.exists():
            raise BackupFailed(say("Another backup is in progress"))
        folders.clean(folder)
        try:
            await hold_still(connection)
            schema, found = await schema_version(connection), await tables(connection)
            everything = [table for table in found if table.name != APART]
            keys = [table for table in found if table.name == APART]
            for path, content in ((place.keys, keys), (place.rows, everything)):
                manifest = Manifest(schema, place.made_at.isoformat(), tuple(content))
                await _write(connection, folders.part(path), recipients, manifest)
            # The rows come last: where they are, their keys are too.
            folders.publish(place.keys, place.rows)
        finally:
            folders.clean(folder)
    folders.prune(folder, now)
    size = place.rows.stat().st_size + place.keys.stat().st_size
    return Made(place.rows, sum(table.rows for table in found), size)


async def _write(connection: AsyncConnection, path: Path, recipients: str, manifest: Manifest) -> None:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    with written(path, recipients, manifest) as writer:
        for table in manifest.tables:
            with writer.table(table.name) as rows:
                status = await driver.copy_from_table(table.name, columns=table.columns, output=rows.take)
            _expect(table, status)


def _expect(table: Table, status: str) -> None:
    if status != f"COPY {table.rows}":
        raise BackupFailed(
            say(
                "Table {table} returned {status}, which is not all of its rows",
                table=table.name,
                status=status,
            )
        )
