"""Verifying the whole audit log of a database, against itself and against checkpoints kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.chain import Check, Checkpoint, Head
from rti.audit.sealer import COLUMNS, entry_of, waiting
from rti.models.audit import AuditEntryRow

AT_ONCE = 2_000
MOST_FAULTS = 1_000
CERTAIN = timedelta(days=4 * 365)
"""Anchors of this time must lie in the log: retention keeps a year more, and nothing is anchored that late."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: `faults` are sentences, and `waiting` counts entries that are not chained yet."""

    entries: int
    waiting: int
    head: Head
    faults: Sequence[str]

    @property
    def well(self) -> bool:
        return not self.faults


async def check(session: AsyncSession, today: date, anchors: Sequence[Checkpoint] = ()) -> Checked:
    """Read every entry once, some at a time; memory does not grow with the log."""
    checking = Check(anchors, kept_since=today - CERTAIN)
    faults: list[str] = []
    query = (
        select(*COLUMNS, AuditEntryRow.position, AuditEntryRow.hash)
        .where(AuditEntryRow.position.is_not(None))
        .order_by(AuditEntryRow.position, AuditEntryRow.id)
        .execution_options(yield_per=AT_ONCE)
    )
    async for row in await session.stream(query):
        for fault in checking.take(row.position, row.hash or b"", entry_of(row)):
            if len(faults) < MOST_FAULTS:
                faults.append(fault)
    faults += checking.end()
    return Checked(checking.count, await waiting(session), checking.head, faults)
