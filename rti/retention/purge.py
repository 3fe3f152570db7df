"""Deleting expired data, with a report of the counts: an entry of the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.audit.sealer import cut
from rti.core import wallclock
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.messages import WITH_TEXT
from rti.retention.schedule import RULES, Kept
from rti.safety.erasure import disabled_before, forget

_ONE_AT_A_TIME = 7426_04
"""Key of the advisory lock under which the day's removal is done."""
_REMOVE: Mapping[Kept, str] = {
    Kept.SESSIONS: "DELETE FROM sign_in WHERE expires_at < :before OR last_seen_at < :before",
    Kept.TOKENS: "DELETE FROM api_token WHERE expires_at < :before",
    Kept.INVITATIONS: "DELETE FROM invitation WHERE expires_at < :before",
    Kept.RATE_LIMITS: "DELETE FROM rate_limit WHERE free_at < :before",
    Kept.SUBMISSIONS: "DELETE FROM submission WHERE sent_at < :before",
    Kept.MESSAGE_TEXTS: f"""
        UPDATE message SET subject = NULL, body = NULL, to_address = NULL, values = '{{}}', last_reply = ''
        WHERE finished_at < :before AND {WITH_TEXT}""",  # noqa: S608 -- our own words
    Kept.DISCARDED: "DELETE FROM incoming WHERE state = 'discarded' AND decided_at < :before",
    Kept.JOBS: "DELETE FROM job WHERE finished_at < :before",
}


async def remove(database: Database, now: datetime, *, dry_run: bool = False) -> dict[Kept, int]:
    """Delete expired data; returns how many of each class. A dry run only counts.

    `database` is under the login of the worker, which may change no account.
    """
    async with database.transaction() as session:
        return await _remove_all(database, session, now, dry_run=dry_run)


async def _remove_all(
    database: Database, session: AsyncSession, now: datetime, *, dry_run: bool = False
) -> dict[Kept, int]:
    gone = {Kept.ACCOUNTS: await _forget_accounts(database, now, dry_run=dry_run)}
    async with session.begin_nested() as savepoint:
        gone |= {kept: await _remove(session, kept, now) for kept in RULES if kept not in gone}
        if dry_run:
            await savepoint.rollback()
        else:
            counts: dict[str, Any] = {kept.value: count for kept, count in gone.items()}
            record(session, AuditAction.RETENTION_RUN, now, **counts)
    return {kept: gone[kept] for kept in RULES}


async def _forget_accounts(database: Database, now: datetime, *, dry_run: bool) -> int:
    async with database.under(Login.ERASURE).transaction() as session:
        people = await disabled_before(session, now - RULES[Kept.ACCOUNTS].keeps)
        if not dry_run:
            await forget(session, people, now)
    return len(people)


async def _remove(session: AsyncSession, kept: Kept, now: datetime) -> int:
    before = now - RULES[kept].keeps
    if kept is Kept.AUDIT_ENTRIES:
        return await cut(session, before, now)
    counted = text(f"WITH gone AS ({_REMOVE[kept]} RETURNING 1) SELECT count(*) FROM gone")  # noqa: S608 -- our own words
    return await session.scalar(counted, {"before": before}) or 0


async def remove_once_a_day(database: Database, settings: Settings, now: datetime) -> dict[Kept, int]:
    """The same, unless it was done today; a second process waits and then finds it done."""
    async with database.transaction() as session:
        await session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        last = await last_run(session)
        if last and wallclock.day_of(last.happened_at, settings.timezone) >= wallclock.day_of(
            now, settings.timezone
        ):
            return {}
        return await _remove_all(database, session, now)


async def last_run(session: AsyncSession) -> AuditEntryRow | None:
    """The report of the last removal."""
    query = select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.RETENTION_RUN)
    return await session.scalar(query.order_by(AuditEntryRow.happened_at.desc()).limit(1))
