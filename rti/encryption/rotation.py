"""Key rotation during normal operation: wrapping keys at once, data keys in bounded batches."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from rti.core.attributes import assign
from rti.core.cipher import NUMBER_AT, NUMBER_SIZE, Cell, Key, decrypt, encrypt
from rti.core.db import Database
from rti.encryption.data_keys import FIRST_EPOCH, NOBODY, alone_with_keys, keyring, unwrapped, wrapping
from rti.models.inbox import IncomingRow
from rti.models.keys import DataKeyRow, KeyState, encrypted_columns

KEYS_AT_ONCE = 500
CELLS_AT_ONCE, BYTES_AT_ONCE = 500, 16_000_000
"""Of one transaction: few enough that nobody waits for it, and that they fit into memory."""


async def rewrap(database: Database) -> int:
    """Wrap every data key with the first key of the key file; returns how many had another one. Raises Unreadable."""
    count = 0
    while True:
        async with database.transaction() as session:
            ring = keyring(session)
            rows = await session.scalars(
                select(DataKeyRow)
                .where(DataKeyRow.wrapped.is_not(None), DataKeyRow.key_number != f"{ring.current.number:08x}")
                .order_by(DataKeyRow.cbo_id, DataKeyRow.epoch)
                .limit(KEYS_AT_ONCE)
                .with_for_update()
            )
            found = rows.all()
            for row in found:
                key = unwrapped(ring, row.cbo_id, row.epoch, row.wrapped or b"")
                assign(row, wrapping(session, row.cbo_id, row.epoch, key))
        count += len(found)
        if len(found) < KEYS_AT_ONCE:
            return count


async def reseal_held(database: Database) -> int:
    """Encrypt again, with the first key of the key file, what belongs to no organisation yet; returns how much there was."""
    count = 0
    while True:
        async with database.transaction() as session:
            ring = keyring(session)
            number = f"{ring.current.number:08x}"
            older = (IncomingRow.key_number.is_not(None), IncomingRow.key_number != number)
            query = select(IncomingRow).where(*older).limit(1).with_for_update(skip_locked=True)
            row = await session.scalar(query.options(undefer(IncomingRow.content)))
            if row is None:
                return count
            for column in (IncomingRow.summary, IncomingRow.content):
                cell = Cell(IncomingRow.__tablename__, column.key, NOBODY, str(row.id))
                if sealed := getattr(row, column.key):
                    plain = decrypt(ring.by_number, cell, sealed)
                    setattr(row, column.key, encrypt(ring.current, cell, plain))
            row.key_number = number
        count += 1


async def renew(database: Database, cbo_id: UUID, now: datetime) -> int:
    """Give an organisation a new data key and encrypt all its cells with it; returns how many there were.

    Both keys open meanwhile. Stopped half-way, the next call goes on with a key of its own.
    """
    async with database.transaction() as session:
        if not await _begin_epoch(session, cbo_id, now):
            return 0
    count = 0
    for column in encrypted_columns():
        while done := await _re_encrypt_some(database, cbo_id, column):
            count += done
    async with database.transaction() as session:
        # Writers that encrypt with the old key are waited for, and their cells are seen here.
        await alone_with_keys(session, cbo_id)
        for column in encrypted_columns():
            while done := await _re_encrypt(session, cbo_id, column):
                count += done
        old = (DataKeyRow.cbo_id == cbo_id, DataKeyRow.state == KeyState.OLD)
        await session.execute(delete(DataKeyRow).where(*old))
    return count


async def with_data_keys(session: AsyncSession) -> list[UUID]:
    """The organisations that have a key to renew."""
    current = select(DataKeyRow.cbo_id).where(DataKeyRow.state == KeyState.CURRENT)
    return list(await session.scalars(current.order_by(DataKeyRow.cbo_id)))


async def _begin_epoch(session: AsyncSession, cbo_id: UUID, now: datetime) -> bool:
    await alone_with_keys(session, cbo_id)
    of_cbo = DataKeyRow.cbo_id == cbo_id
    newest = await session.scalar(
        select(func.max(DataKeyRow.epoch)).where(of_cbo, DataKeyRow.state != KeyState.DESTROYED)
    )
    if newest is None:
        return False
    current = (of_cbo, DataKeyRow.state == KeyState.CURRENT)
    await session.execute(update(DataKeyRow).where(*current).values(state=KeyState.OLD))
    epoch = max(newest + 1, FIRST_EPOCH)
    values = {"state": KeyState.CURRENT, "created_at": now, **wrapping(session, cbo_id, epoch)}
    await session.execute(insert(DataKeyRow).values(cbo_id=cbo_id, epoch=epoch, **values))
    return True


async def _re_encrypt_some(database: Database, cbo_id: UUID, column: Column[Any]) -> int:
    async with database.transaction() as session:
        return await _re_encrypt(session, cbo_id, column)


async def _re_encrypt(session: AsyncSession, cbo_id: UUID, column: Column[Any]) -> int:
    """Seal some cells of a column that are under an older key with the current one; returns how many."""
    keys, current = await _all_keys(session, cbo_id)
    table: Table = column.table
    (row_id,) = table.primary_key.columns
    number = func.substr(column, NUMBER_AT + 1, NUMBER_SIZE)
    old = number != current.number.to_bytes(NUMBER_SIZE, "big")
    sizes = await session.execute(
        select(row_id, func.octet_length(column))
        .where(table.c.cbo_id == cbo_id, old)
        .order_by(row_id)
        .limit(CELLS_AT_ONCE)
    )
    ids = list(_that_fit(sizes))
    if not ids:
        return 0
    cells = await session.execute(
        select(row_id, column).where(row_id.in_(ids), column.is_not(None)).with_for_update()
    )
    changed = []
    for each, encrypted in cells:
        cell = Cell(table.name, column.name, cbo_id, str(each))
        changed.append({"row": each, "encrypted": encrypt(current, cell, decrypt(keys, cell, encrypted))})
    if changed:
        anew = update(table).where(row_id == bindparam("row")).values({column: bindparam("encrypted")})
        await (await session.connection()).execute(anew, changed)
    return len(ids)


def _that_fit(sizes: Any) -> Iterator[UUID]:
    """The first ones, as many as fit into `BYTES_AT_ONCE`, and at least one."""
    total = 0
    for each, size in sizes:
        if total and total + size > BYTES_AT_ONCE:
            return
        total += size
        yield each


async def _all_keys(session: AsyncSession, cbo_id: UUID) -> tuple[dict[int, Key], Key]:
    """Every key of an organisation, locked or not, and the current one."""
    ring = keyring(session)
    keys, current = {}, FIRST_EPOCH
    found = select(DataKeyRow).where(DataKeyRow.cbo_id == cbo_id, DataKeyRow.wrapped.is_not(None))
    for row in await session.scalars(found.order_by(DataKeyRow.epoch)):
        keys[row.epoch] = unwrapped(ring, row.cbo_id, row.epoch, row.wrapped or b"")
        current = row.epoch
    return keys, keys[current]
