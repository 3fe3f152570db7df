"""Removing what is kept no longer, with a report of how much went: an entry of the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti import wallclock
from rti.audit.chaining import cut
from rti.audit.kinds import What
from rti.audit.tables import AuditEntryRow
from rti.audit.telling import tell
from rti.retention.classes import RULES, Kept
from rti.settings import Settings

_ONE_AT_A_TIME = 7426_04
"""Key of the advisory lock under which the day's removal is done."""
_REMOVE: Mapping[Kept, str] = {
    Kept.SESSIONS: "DELETE FROM sign_in WHERE expires_at < :before OR last_seen_at < :before",
    Kept.TOKENS: "DELETE FROM api_token WHERE expires_at < :before",
    Kept.INVITATIONS: "DELETE FROM invitation WHERE expires_at < :before",
    Kept.ALLOWANCES: "DELETE FROM allowance WHERE free_at < :before",
    # One of which nobody knows whether it arrived may still be sent again.
    Kept.MESSAGE_TEXTS: """
        UPDATE message SET subject = NULL, body = NULL, to_address = NULL, values = '{}', last_reply = ''
        WHERE finished_at < :before AND state IN ('accepted', 'failed', 'kept', 'dropped')
          AND (to_address IS NOT NULL OR subject IS NOT NULL OR values <> '{}')""",
}


async def remove(session: AsyncSession, now: datetime, *, dry_run: bool = False) -> dict[Kept, int]:
    """Remove all that was kept long enough; how many of each class. A dry run counts, and leaves all there."""
    async with session.begin_nested() as savepoint:
        gone = {kept: await _remove(session, kept, now) for kept in RULES}
        if dry_run:
            await savepoint.rollback()
        else:
            counts: dict[str, Any] = {kept.value: count for kept, count in gone.items()}
            tell(session, What.RETENTION_RUN, now, **counts)
    return gone


async def _remove(session: AsyncSession, kept: Kept, now: datetime) -> int:
    before = now - RULES[kept].keeps
    if kept is Kept.AUDIT_ENTRIES:
        return await cut(session, before, now)
    counted = text(f"WITH gone AS ({_REMOVE[kept]} RETURNING 1) SELECT count(*) FROM gone")  # noqa: S608 -- our own words
    return await session.scalar(counted, {"before": before}) or 0


async def remove_once_a_day(session: AsyncSession, settings: Settings, now: datetime) -> dict[Kept, int]:
    """The same, unless it was done today; whoever comes second waits and then finds it done."""
    await session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    last = await last_run(session)
    if last and wallclock.day_of(last.happened_at, settings.timezone) >= wallclock.day_of(
        now, settings.timezone
    ):
        return {}
    return await remove(session, now)


async def last_run(session: AsyncSession) -> AuditEntryRow | None:
    """The report of the last removal."""
    query = select(AuditEntryRow).where(AuditEntryRow.what == What.RETENTION_RUN)
    return await session.scalar(query.order_by(AuditEntryRow.happened_at.desc()).limit(1))
