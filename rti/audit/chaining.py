"""The sealer: adds entries to the chain once they are committed, so that no write waits for a digest.

It runs each minute, one at a time. An entry of a transaction that is still open is not seen, and gets
its place in the next round.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.chain import BEGINNING, Entry, Head, linked
from rti.audit.tables import AuditEntryRow

AT_ONCE = 5_000
_ONE_AT_A_TIME = 7426_03
"""Key of the advisory lock under which entries are chained."""
COLUMNS = tuple(getattr(AuditEntryRow, name) for name in Entry.__dataclass_fields__)
_CHAINED = text("""
    UPDATE audit_entry e SET position = c.position, hash = c.hash
    FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS bigint[]), CAST(:hashes AS bytea[])) AS c (id, position, hash)
    WHERE e.id = c.id
""")


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry out of a row that begins with `COLUMNS`."""
    return Entry(*row[: len(COLUMNS)])


async def head(session: AsyncSession) -> Head:
    """How far the chain goes; position 0 where there is none yet."""
    last = (
        select(AuditEntryRow.position, AuditEntryRow.hash)
        .where(AuditEntryRow.position.is_not(None))
        .order_by(AuditEntryRow.position.desc())
        .limit(1)
    )
    found = (await session.execute(last)).one_or_none()
    return Head(found[0] or 0, found[1] or b"") if found else Head(0, BEGINNING)


async def unchained(session: AsyncSession) -> int:
    """How many entries wait for their place."""
    query = select(func.count()).select_from(AuditEntryRow).where(AuditEntryRow.position.is_(None))
    return await session.scalar(query) or 0


async def chain(session: AsyncSession, size: int = AT_ONCE) -> int:
    """Chain up to `size` entries, the oldest first; returns how many. Nothing where another does it."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
        return 0
    waiting = select(*COLUMNS).where(AuditEntryRow.position.is_(None)).order_by(AuditEntryRow.id).limit(size)
    rows = (await session.execute(waiting)).all()
    if not rows:
        return 0
    reached = await head(session)
    links = []
    for row in rows:
        entry = entry_of(row)
        position = reached.position + 1
        reached = Head(position, linked(reached.hash, position, entry))
        links.append((entry.id, reached))
    values = {
        "ids": [each for each, _ in links],
        "positions": [link.position for _, link in links],
        "hashes": [link.hash for _, link in links],
    }
    await session.execute(_CHAINED, values)
    return len(links)
