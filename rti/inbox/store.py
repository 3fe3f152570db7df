"""Storing incoming messages before anybody reads them: the bytes, their digest and the envelope.

Whoever receives may only add rows here, and reads none. Until its organisation is known a row is sealed by the key file
itself, for nobody's data key would do.
"""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.cipher import Unreadable, padded, unpadded
from rti.core.db import new_id
from rti.encryption.data_keys import DataKeys, keyring, keys_to_decrypt, keys_to_encrypt, nobodys_keys
from rti.models.inbox import IncomingRow, IncomingState, Nature


class Summary(msgspec.Struct, frozen=True):
    """The envelope, and what a list shows of the rest; of a scan its file name stands for the subject."""

    envelope_from: str = ""
    envelope_to: str = ""
    author: str = ""
    subject: str = ""
    files: tuple[str, ...] = ()
    reason: str = ""


async def receive(
    session: AsyncSession, raw: bytes, *, envelope_from: str, envelope_to: str, now: datetime
) -> IncomingRow:
    """Keep a message as it arrived; it is read later."""
    row = IncomingRow(
        id=new_id(),
        state=IncomingState.ARRIVED,
        received_at=now,
        size=len(raw),
        sha256=hashlib.sha256(raw).digest(),
        next_attempt_at=now,
    )
    seal(session, row, Summary(envelope_from, envelope_to), raw)
    session.add(row)
    await session.flush()
    return row


async def hold(
    session: AsyncSession,
    content: bytes,
    file_name: str,
    *,
    added_by: UUID,
    cbo_id: UUID | None,
    reason: str,
    now: datetime,
) -> IncomingRow:
    """Keep a scan of which nobody knows the request, with a key of the organisation whose people brought it."""
    keys = await keys_to_encrypt(session, cbo_id, now) if cbo_id else None
    row = IncomingRow(
        id=new_id(),
        state=IncomingState.HELD,
        nature=Nature.SCAN,
        cbo_id=cbo_id,
        received_at=now,
        added_by=added_by,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
    )
    seal(session, row, Summary(subject=file_name, reason=reason), content, keys)
    session.add(row)
    await session.flush()
    return row


def seal(
    session: AsyncSession,
    row: IncomingRow,
    summary: Summary,
    content: bytes | None,
    keys: DataKeys | None = None,
) -> None:
    """Seal a row with the `keys` of its organisation, or without them by the key file."""
    row.key_number = None if keys else f"{keyring(session).current.number:08x}"
    keys = keys or nobodys_keys(session)
    row.summary = keys.encrypt(IncomingRow.summary, row.id, padded(msgspec.json.encode(summary).decode()))
    row.content = None if content is None else keys.encrypt(IncomingRow.content, row.id, content)


async def keys_of(session: AsyncSession, row: IncomingRow) -> DataKeys:
    return await keys_to_decrypt(session, row.cbo_id) if row.cbo_id else nobodys_keys(session)


def summary_of(row: IncomingRow, keys: DataKeys) -> Summary:
    """What is known of it; empty where it cannot be opened."""
    try:
        plain = unpadded(keys.decrypt(IncomingRow.summary, row.id, row.summary or b""))
    except Unreadable:
        return Summary()
    return msgspec.json.decode(plain, type=Summary)


async def read_again(session: AsyncSession, now: datetime) -> int:
    """Have all held messages read again, for example after an update; returns how many."""
    held = (IncomingRow.state == IncomingState.HELD, IncomingRow.nature != Nature.SCAN)
    again = update(IncomingRow).where(*held).values(state=IncomingState.ARRIVED, next_attempt_at=now)
    return len((await session.execute(again.returning(IncomingRow.id))).all())
