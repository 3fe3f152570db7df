"""Recording actions; frequent ones are tallied and recorded once an hour with their count.

So nobody can flood the log, neither visitors nor a program of somebody who is signed in.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import new_id
from rti.core.roles import Person
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction, AuditCountRow, AuditEntryRow


def plain(details: Mapping[str, Any]) -> dict[str, int | str]:
    """Details as an entry stores them."""
    return {name: value if isinstance(value, int) else str(value) for name, value in details.items()}


def record(
    session: AsyncSession,
    what: AuditAction,
    now: datetime,
    *,
    about: object = "",
    cbo_id: UUID | None = None,
    by: UUID | None = None,
    **details: Any,
) -> None:
    """Add an entry to the transaction of the action, so that both are stored or neither.

    The actor is the person of the transaction unless `by` is given; None is the server's own console.
    `about` is the identifier of a thing, and `details` hold identifiers, codes and counts only.
    """
    session.add(
        AuditEntryRow(
            id=new_id(),
            happened_at=now,
            what=what,
            person_id=by or session.info.get("person"),
            cbo_id=cbo_id,
            about=str(about),
            details=plain(details),
        )
    )


HOUR = timedelta(hours=1)


async def count_refusal(
    session: AsyncSession, what: AuditAction, now: datetime, *, of: Person | PersonRow | None, **details: Any
) -> None:
    """Count something for the entry of this hour; `details` are few different ones, `of` is None for visitors."""
    begun = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    row = insert(AuditCountRow).values(
        hour=begun,
        what=what,
        person_id=of.id if of else None,
        cbo_id=of.cbo_id if of else None,
        details=plain(details),
        times=1,
    )
    more = {"times": AuditCountRow.times + 1}
    await session.execute(row.on_conflict_do_update(constraint="uq_audit_count", set_=more))


async def record_counts(session: AsyncSession, now: datetime) -> None:
    """For each hour that is over, write an entry for what was counted, dated at the end of the hour."""
    over = delete(AuditCountRow).where(AuditCountRow.hour <= now - HOUR).returning(AuditCountRow)
    for row in (await session.scalars(over)).all():
        counted = {**row.details, "times": row.times}
        record(session, row.what, row.hour + HOUR, cbo_id=row.cbo_id, by=row.person_id, **counted)
