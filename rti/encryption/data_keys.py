"""The data keys of an organisation, read and unwrapped in the transaction that uses them.

Unwrapping a key takes microseconds, less than reading its row, and the row has to be read anyway to see
that nobody has locked or shredded the organisation. So no process keeps an unwrapped key: there is no
cache that would have to forget.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ScalarSelect, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.cipher import Cell, Key, Unreadable, decrypt, encrypt, new_key, padded, unpadded
from rti.core.errors import Conflict, NotReady, say
from rti.core.keyring import Keyring
from rti.models.cbos import CboRow
from rti.models.inbox import IncomingRow
from rti.models.keys import DataKeyRow, EncryptedColumn, KeyState

FIRST_EPOCH = 1
NUMBERS_IN_USE = select(DataKeyRow.key_number).where(DataKeyRow.state != KeyState.DESTROYED).distinct()
"""Of the keys that wrap data keys; fits every schema that has them."""
NOBODY = UUID(int=0)
"""The organisation of cells that belong to none yet (`nobodys_keys`)."""
READER_OPENS = "reader_opens"
"""In the `info` of a session: False where it serves a program with a token, to which nothing encrypted is told."""
log = structlog.get_logger()


class DataKeys:
    """The usable keys of one organisation; none while it is locked or after shredding.

    Those of a session that does not open only encrypt.
    """

    def __init__(
        self, cbo_id: UUID, keys: Mapping[int, Key], current: int | None = None, *, opens: bool = True
    ) -> None:
        self._cbo_id = cbo_id
        self._keys = keys
        self._current = current
        self.opens = opens

    def __repr__(self) -> str:
        return f"DataKeys({self._cbo_id}, {sorted(self._keys)})"

    @property
    def can_encrypt(self) -> bool:
        return self._current in self._keys

    def encrypt(self, column: EncryptedColumn, row: UUID, plain: bytes) -> bytes:
        if self._current is None:
            raise Unreadable
        return encrypt(self._keys[self._current], self._cell(column, row), plain)

    def decrypt(self, column: EncryptedColumn, row: UUID, encrypted: bytes) -> bytes:
        """The bytes that were encrypted for this column and row, or Unreadable."""
        if not self.opens:
            raise Unreadable
        return decrypt(self._keys, self._cell(column, row), encrypted)

    def encrypt_text(self, column: EncryptedColumn, row: UUID, text: str | None) -> bytes | None:
        """The text, padded and encrypted; no text is no cell."""
        return self.encrypt(column, row, padded(text)) if text else None

    def text(self, column: EncryptedColumn, row: UUID, encrypted: bytes | None) -> str | None:
        """The text of a cell, or None where there is none or it cannot be opened; the latter is logged."""
        if encrypted is None:
            return None
        try:
            return unpadded(self.decrypt(column, row, encrypted))
        except Unreadable:
            if self._keys and self.opens:
                log.exception("sealed_cell_unreadable", table=column.class_.__tablename__, column=column.key)
            return None

    def _cell(self, column: EncryptedColumn, row: UUID) -> Cell:
        return Cell(column.class_.__tablename__, column.key, self._cbo_id, str(row))


def kept_keys(cbo_id: Any) -> ScalarSelect[Any]:
    """The wrapped keys of an organisation that nobody locked, as one column, for `opened_keys`.

    A column, so that a query of what is encrypted brings the keys along.
    """
    row = func.json_build_array(
        DataKeyRow.epoch, DataKeyRow.state, DataKeyRow.key_number, func.encode(DataKeyRow.wrapped, "base64")
    )
    unlocked = exists(CboRow.id).where(CboRow.id == DataKeyRow.cbo_id, CboRow.locked_at.is_(None))
    usable = (DataKeyRow.cbo_id == cbo_id, DataKeyRow.wrapped.is_not(None), unlocked)
    return select(func.json_agg(row)).where(*usable).scalar_subquery()


def opened_keys(
    ring: Keyring, cbo_id: UUID, kept: Sequence[Sequence[Any]] | None, *, opens: bool = True
) -> DataKeys:
    """What can be opened with the keys in a column of `kept_keys`."""
    found: dict[int, Key] = {}
    current = None
    for epoch, state, key_number, wrapped in kept or ():
        try:
            found[epoch] = unwrapped(ring, cbo_id, epoch, b64decode(wrapped))
        except Unreadable:
            log.exception("data_key_unreadable", epoch=epoch, key_number=key_number)
        else:
            current = epoch if state == KeyState.CURRENT else current
    return DataKeys(cbo_id, found, current, opens=opens)


def nobodys_keys(session: AsyncSession) -> DataKeys:
    """The key file itself, for what belongs to no organisation yet."""
    ring = keyring(session)
    opens = session.info.get(READER_OPENS, True)
    return DataKeys(NOBODY, ring.by_number, ring.current.number, opens=opens)


async def keys_to_decrypt(session: AsyncSession, cbo_id: UUID) -> DataKeys:
    """The keys for decrypting cells of an organisation now."""
    kept = await session.scalar(select(kept_keys(cbo_id)))
    return opened_keys(keyring(session), cbo_id, kept, opens=session.info.get(READER_OPENS, True))


async def keys_to_encrypt(session: AsyncSession, cbo_id: UUID, now: datetime) -> DataKeys:
    """The same with a current key, made if the organisation has none yet; raises Conflict for a locked one.

    Until the transaction ends nobody retires or destroys the key that it seals with.
    """
    await session.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(cbo_id))))
    keys = await keys_to_decrypt(session, cbo_id)
    if keys.can_encrypt:
        return keys
    if await session.scalar(select(CboRow.id).where(CboRow.id == cbo_id, CboRow.locked_at.is_(None))):
        first = {"state": KeyState.CURRENT, **wrapping(session, cbo_id, FIRST_EPOCH)}
        row = insert(DataKeyRow).values(cbo_id=cbo_id, epoch=FIRST_EPOCH, created_at=now, **first)
        await session.execute(row.on_conflict_do_nothing())
        keys = await keys_to_decrypt(session, cbo_id)
    if not keys.can_encrypt:
        raise Conflict(say("This organisation is locked or its keys are missing, so nothing can be added"))
    return keys


async def require_keys(session: AsyncSession) -> None:
    """Refuse to work without a key file, or with one that lacks keys in use.

    Without them letters would look as if nobody had asked, and new ones would be under other keys. Raises
    SettingsFault, or NotReady with the numbers of the keys.
    """
    held = select(IncomingRow.key_number).where(IncomingRow.key_number.is_not(None)).distinct()
    used = [*await session.scalars(NUMBERS_IN_USE), *await session.scalars(held)]
    require_numbers(keyring(session), used)


def require_numbers(ring: Keyring, used: Iterable[str]) -> None:
    """The same for numbers that were read."""
    missing = sorted({*used} - {f"{key.number:08x}" for key in (ring.current, *ring.keys)})
    if missing:
        raise NotReady(
            say(
                "The key file (RTI_KEY_FILE) lacks keys that wrap data keys in use: {keys}",
                keys=", ".join(missing),
            )
        )


async def alone_with_keys(session: AsyncSession, cbo_id: UUID) -> None:
    """Wait for writers that encrypt for this organisation, and block new ones until this transaction ends.

    Nobody who locks an organisation is sent away because a document is being read.
    """
    await session.execute(text("SET LOCAL lock_timeout = '1min'"))
    await session.execute(select(func.pg_advisory_xact_lock(_lock_of(cbo_id))))
    await session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


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
        "wrapped": encrypt(wrapper, _wrapped_cell(cbo_id, epoch), secret),
    }


def unwrapped(ring: Keyring, cbo_id: UUID, epoch: int, wrapped: bytes) -> Key:
    """The data key, or Unreadable."""
    return Key(epoch, decrypt(ring.by_number, _wrapped_cell(cbo_id, epoch), wrapped))


def _wrapped_cell(cbo_id: UUID, epoch: int) -> Cell:
    return Cell(DataKeyRow.__tablename__, "wrapped", cbo_id, str(epoch))


def _lock_of(cbo_id: UUID) -> int:
    """A 63-bit name for the advisory lock of an organisation's keys."""
    return cbo_id.int >> 65
