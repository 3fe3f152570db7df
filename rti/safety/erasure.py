"""Erasing people: their actions stay attributed to one person, by a number, and nothing names them any more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.db import Base
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction

_PERSON = PersonRow.__table__
_ID = cast(PersonRow.id, Text)
NUMBERED = literal("#").concat(func.right(_ID, 8))
"""The name of somebody who was forgotten: the end of the identifier, which is random."""


async def forget(session: AsyncSession, people: Sequence[UUID], now: datetime) -> None:
    """Blank the accounts, and delete what belongs to one person alone: rows that would go with the account."""
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column.table is _PERSON and key.ondelete == "CASCADE":
                await session.execute(delete(table).where(key.parent.in_(people)))
    blank = {
        "name": NUMBERED,
        "email": _ID.concat(literal("@removed.invalid")),
        "password_hash": "",
        "language": "km",
        "wants_reminders": False,
        "wants_digest": False,
        "wants_detail": False,
        "hours_from": 7,
        "hours_to": 20,
        "disabled_at": func.coalesce(PersonRow.disabled_at, now),
    }
    blanked = update(PersonRow).where(PersonRow.id.in_(people)).values(blank)
    await session.execute(blanked.execution_options(synchronize_session=False))
    for person_id in people:
        record(session, AuditAction.PERSON_FORGOTTEN, now, about=person_id)


async def disabled_before(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Whose account was disabled before a moment and still names somebody."""
    query = select(PersonRow.id).where(PersonRow.disabled_at < before, PersonRow.name != NUMBERED)
    return (await session.scalars(query)).all()
