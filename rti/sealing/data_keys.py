"""The data keys of an organisation, read and unwrapped in the transaction that uses them.

Unwrapping a key takes microseconds, less than reading its row, and the row has to be read anyway to see
that nobody has locked or shredded the organisation. So no process keeps an unwrapped key: there is no
cache that would have to forget.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.cbos.tables import CboRow
from rti.errors import Conflict, say
from rti.sealing.cipher import Cell, Key, Unreadable, new_key, padded, seal, unpadded, unseal
from rti.sealing.columns import SealedColumn
from rti.sealing.keys import Keyring
from rti.sealing.kinds import KeyState
from rti.sealing.tables import DataKeyRow

FIRST_EPOCH = 1
log = structlog.get_logger()


class DataKeys:
    """The keys of one organisation that can be used; none while it is locked, and none after shredding."""

    def __init__(self, cbo_id: UUID, keys: Mapping[int, Key], current: int | None = None) -> None:
        self._cbo_id = cbo_id
        self._keys = keys
        self._current = current

    def __repr__(self) -> str:
        return f"DataKeys({self._cbo_id}, {sorted(self._keys)})"

    @property
    def can_seal(self) -> bool:
        return self._current in self._keys

    def seal(self, column: SealedColumn, row: UUID, plain: bytes) -> bytes:
        if self._current is None:
            raise Unreadable
        return seal(self._keys[self._current], self._cell(column, row), plain)

    def unseal(self, column: SealedColumn, row: UUID, sealed: bytes) -> bytes:
        """The bytes that were sealed for this column and row, or Unreadable."""
        return unseal(self._keys, self._cell(column, row), sealed)

    def seal_text(self, column: SealedColumn, row: UUID, text: str | None) -> bytes | None:
        """The text, padded and sealed; no text is no cell."""
        return self.seal(column, row, padded(text)) if text else None

    def text(self, column: SealedColumn, row: UUID, sealed: bytes | None) -> str | None:
        """The text of a cell, or None where there is none or it cannot be opened; the latter is logged."""
        if sealed is None:
            return None
        try:
            return unpadded(self.unseal(column, row, sealed))
        except Unreadable:
            if self._keys:
                log.exception("sealed_cell_unreadable", table=column.class_.__tablename__, column=column.key)
            return None

    def _cell(self, column: SealedColumn, row: UUID) -> Cell:
        return Cell(column.class_.__tablename__, column.key, self._cbo_id, str(row))


async def keys_to_read(session: AsyncSession, cbo_id: UUID) -> DataKeys:
    """What can be opened of an organisation now."""
    rows = await session.scalars(
        select(DataKeyRow)
        .join(CboRow, CboRow.id == DataKeyRow.cbo_id)
        .where(DataKeyRow.cbo_id == cbo_id, DataKeyRow.wrapped.is_not(None), CboRow.locked_at.is_(None))
        .execution_options(populate_existing=True)
    )
    ring = keyring(session)
    found = {row.epoch: (row.state, key) for row in rows if (key := _unwrapped(ring, row))}
    current = next((epoch for epoch, (state, _) in found.items() if state is KeyState.CURRENT), None)
    return DataKeys(cbo_id, {epoch: key for epoch, (_, key) in found.items()}, current)


async def keys_to_seal(session: AsyncSession, cbo_id: UUID, now: datetime) -> DataKeys:
    """The same with a current key, made if the organisation has none yet; raises Conflict for a locked one.

    Until the transaction ends nobody retires or destroys the key that it seals with.
    """
    await session.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(cbo_id))))
    keys = await keys_to_read(session, cbo_id)
    if keys.can_seal:
        return keys
    if await session.scalar(select(CboRow.id).where(CboRow.id == cbo_id, CboRow.locked_at.is_(None))):
        first = {"state": KeyState.CURRENT, **wrapping(session, cbo_id, FIRST_EPOCH)}
        row = insert(DataKeyRow).values(cbo_id=cbo_id, epoch=FIRST_EPOCH, created_at=now, **first)
        await session.execute(row.on_conflict_do_nothing())
        keys = await keys_to_read(session, cbo_id)
    if not keys.can_seal:
        raise Conflict(say("This organisation is locked, or its keys are missing; nothing can be added"))
    return keys


async def alone_with_keys(session: AsyncSession, cbo_id: UUID) -> None:
    """Wait for whoever seals for this organisation, and let nobody seal until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(_lock_of(cbo_id))))


def keyring(session: AsyncSession) -> Keyring:
    """The keys of the key file, which came with the database that the session belongs to."""
    found: Keyring = session.info["keyring"]
    return found


def wrapping(session: AsyncSession, cbo_id: UUID, epoch: int, key: Key | None = None) -> dict[str, object]:
    """The columns of a wrapped data key, of a new one where none is given."""
    wrapper = keyring(session).current
    secret = (key or new_key(epoch)).secret
    return {
        "key_number": f"{wrapper.number:08x}",
        "wrapped": seal(wrapper, _wrapped_cell(cbo_id, epoch), secret),
    }


def unwrapped(ring: Keyring, cbo_id: UUID, epoch: int, wrapped: bytes) -> Key:
    """The data key, or Unreadable."""
    return Key(epoch, unseal(ring.by_number, _wrapped_cell(cbo_id, epoch), wrapped))


def _unwrapped(ring: Keyring, row: DataKeyRow) -> Key | None:
    try:
        return unwrapped(ring, row.cbo_id, row.epoch, row.wrapped or b"")
    except Unreadable:
        log.exception("data_key_unreadable", epoch=row.epoch, key_number=row.key_number)
        return None


def _wrapped_cell(cbo_id: UUID, epoch: int) -> Cell:
    return Cell(DataKeyRow.__tablename__, "wrapped", cbo_id, str(epoch))


def _lock_of(cbo_id: UUID) -> int:
    """A 63-bit name for the advisory lock of an organisation's keys."""
    return cbo_id.int >> 65
