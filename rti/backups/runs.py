"""Backups and drills that were attempted, when, and their result."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.backups import BackupRunRow, RunKind


async def last_good(session: AsyncSession) -> Mapping[RunKind, datetime]:
    """When the newest successful backup and drill began; a kind without one is missing."""
    query = select(BackupRunRow.kind, func.max(BackupRunRow.began_at)).where(BackupRunRow.well)
    rows = await session.execute(query.group_by(BackupRunRow.kind))
    return dict(rows.all())


async def first_good_backup(session: AsyncSession) -> datetime | None:
    query = select(func.min(BackupRunRow.began_at)).where(BackupRunRow.well)
    return await session.scalar(query.where(BackupRunRow.kind == RunKind.BACKUP))


async def last(session: AsyncSession) -> Mapping[RunKind, BackupRunRow]:
    """The newest attempt of each kind, successful or not."""
    newest = select(BackupRunRow).ext(distinct_on(BackupRunRow.kind))
    rows = await session.scalars(newest.order_by(BackupRunRow.kind, BackupRunRow.began_at.desc()))
    return {row.kind: row for row in rows}
