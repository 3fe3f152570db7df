"""The one way in which an action writes down that it happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.kinds import What
from rti.audit.tables import AuditEntryRow
from rti.db import new_id


def plain(details: Mapping[str, Any]) -> dict[str, int | str]:
    """Details as an entry keeps them."""
    return {name: value if isinstance(value, int) else str(value) for name, value in details.items()}


def tell(
    session: AsyncSession,
    what: What,
    now: datetime,
    *,
    about: object = "",
    cbo_id: UUID | None = None,
    by: UUID | None = None,
    **details: Any,
) -> None:
    """Add an entry to the transaction of what it tells, so that both are kept or neither.

    Who did it is whoever the transaction is for, unless `by` says so; nobody is the server's own console.
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
