"""The sealer: adds entries to the chain once they are committed, so that no write waits for a digest.

It runs each minute, one at a time. An entry gets its position when its turn comes and not when it is
written, so the entry of a transaction that is still open leaves no gap: it comes in the next round.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, delete, func, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.chain import BEGINNING, Checkpoint, Entry, Head, linked
from rti.audit.record import record
from rti.models.audit import AuditAction, AuditEntryRow

AT_ONCE = 5_000
_ONE_AT_A_TIME = 7426_03
"""Key of the advisory lock under which the chain grows or is cut."""
COLUMNS = tuple(
    # Of a kind that this program does not know, too.
    type_coerce(AuditEntryRow.what, Text) if name == "what" else getattr(AuditEntryRow, name)
    for name in Entry.__dataclass_fields__
)
_CHAINED = text("""
    UPDATE audit_entry e SET position = c.position, hash = c.hash
    FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS bigint[]), CAST(:hashes AS bytea[])) AS c (id, position, hash)
    WHERE e.id = c.id
""")


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry from a row that begins with `COLUMNS`."""
    return Entry(*row[: len(COLUMNS)])


async def head(session: AsyncSession) -> Head:
    """The head of the chain; position 0 if there is none yet."""
    last = (
        select(AuditEntryRow.position, AuditEntryRow.hash)
        .where(AuditEntryRow.position.is_not(None))
        .order_by(AuditEntryRow.position.desc())
        .limit(1)
    )
    found = (await session.execute(last)).one_or_none()
    return Head(found[0] or 0, found[1] or b"") if found else Head(0, BEGINNING)


async def waiting(session: AsyncSession) -> int:
    """How many entries are not chained yet."""
    query = select(func.count(AuditEntryRow.what)).where(AuditEntryRow.position.is_(None))
    return await session.scalar(query) or 0


async def anchor(session: AsyncSession, day: date) -> Checkpoint:
    """The head of the chain, to be kept elsewhere."""
    return Checkpoint(day, await head(session))


async def chain(session: AsyncSession) -> int:
    """Chain every entry that is committed, the oldest first; returns how many.

    Nobody else chains or cuts until this transaction ends.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    unchained = select(*COLUMNS).where(AuditEntryRow.position.is_(None)).order_by(AuditEntryRow.id)
    reached, count = await head(session), 0
    while rows := (await session.execute(unchained.limit(AT_ONCE))).all():
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
        count += len(links)
    return count


async def cut(session: AsyncSession, before: datetime, now: datetime) -> int:
    """Delete entries older than a moment, from the beginning of the chain; returns how many.

    An entry records the remaining head and is chained at once, so that the rest can be verified.
    The database itself lets nobody delete what is younger than five years.
    """
    await chain(session)
    kept = select(func.min(AuditEntryRow.position)).where(AuditEntryRow.happened_at >= before)
    first_kept = await session.scalar(kept) or (await head(session)).position + 1
    last = select(AuditEntryRow.hash).where(AuditEntryRow.position == first_kept - 1)
    digest = await session.scalar(last)
    if digest is None:
        return 0
    gone = delete(AuditEntryRow).where(AuditEntryRow.position < first_kept).returning(AuditEntryRow.id)
    count = len((await session.scalars(gone)).all())
    record(session, AuditAction.LOG_CUT, now, position=first_kept - 1, hash=digest.hex(), entries=count)
    await session.flush()
    await chain(session)
    return count
