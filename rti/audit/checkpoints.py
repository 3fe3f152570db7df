"""The checkpoint of the chain, mailed once a day to people outside who keep it.

Whoever controls the server can rewrite the whole log, and no digest in it shows that. A checkpoint in
mailboxes elsewhere does show it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.audit.sealer import anchor
from rti.core import wallclock
from rti.core.settings import Settings
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.messages import MessageKind
from rti.outbox import queued


def recipients(settings: Settings) -> Sequence[str]:
    """The recipients of the checkpoint; none if no messages are sent."""
    return settings.anchor_to if settings.smtp_url else ()


async def last_checkpoint(session: AsyncSession) -> datetime | None:
    """When a checkpoint was last queued."""
    return await session.scalar(
        select(func.max(AuditEntryRow.happened_at)).where(AuditEntryRow.what == AuditAction.HEAD_ANCHORED)
    )


async def mail_checkpoint_once_a_day(
    session: AsyncSession, settings: Settings, now: datetime
) -> Sequence[str]:
    """Queue the checkpoint for its recipients, unless that was done today; returns these.

    The same transaction has chained before and so holds the lock: two schedulers do not both send it.
    """
    day = wallclock.day_of(now, settings.timezone)
    before = await last_checkpoint(session)
    addresses = recipients(settings)
    if not addresses or (before and wallclock.day_of(before, settings.timezone) >= day):
        return ()
    line = await anchor(session, day)
    session.add_all(
        queued(
            MessageKind.ANCHOR,
            {"anchor": str(line)},
            settings,
            now,
            to_address=address,
            language=settings.language,
        )
        for address in addresses
    )
    record(session, AuditAction.HEAD_ANCHORED, now, position=line.head.position, to=len(addresses))
    return addresses
