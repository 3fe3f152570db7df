"""Data keys in the database: of one organisation each, renewed while everybody works, and destroyed for good."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import keyring as key_file
from rti.core.cipher import Unreadable
from rti.core.db import Database, new_id
from rti.core.errors import Conflict, NotReady
from rti.core.keyring import Keyring
from rti.core.settings import Settings
from rti.encryption.data_keys import keys_to_decrypt, keys_to_encrypt, require_keys
from rti.encryption.rotation import renew, rewrap
from rti.law.events import EventKind
from rti.models.cbos import CboRow
from rti.models.keys import DataKeyRow, KeyState
from rti.models.requests import EventRow
from rti.web.app import create_app
from tests import make
from tests.commands import KEY_FILE, rti
from tests.conftest import NOW, TODAY
from tests.sizes import size

ROW = UUID(int=9)


async def _two(session: AsyncSession) -> tuple[CboRow, CboRow]:
    return await make.cbo(session, NOW), await make.cbo(session, NOW)


async def test_each_organisation_has_a_key_of_its_own(session: AsyncSession) -> None:
    one, other = await _two(session)
    sealed = (await keys_to_encrypt(session, one.id, NOW)).encrypt(EventRow.note, ROW, b"x")
    foreign = await keys_to_encrypt(session, other.id, NOW)
    with pytest.raises(Unreadable):
        foreign.decrypt(EventRow.note, ROW, sealed)
    assert (await keys_to_decrypt(session, one.id)).decrypt(EventRow.note, ROW, sealed) == b"x"


async def test_the_first_key_is_made_once_however_many_need_it_at_the_same_moment(database: Database) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)

    async def sealed(number: int) -> bytes:
        async with database.transaction() as session:
            keys = await keys_to_encrypt(session, cbo.id, NOW)
            return keys.encrypt(EventRow.note, UUID(int=number), b"x")

    cells = await asyncio.gather(*map(sealed, range(5)))
    async with database.transaction() as session:
        keys = await keys_to_decrypt(session, cbo.id)
        assert [keys.decrypt(EventRow.note, UUID(int=n), cell) for n, cell in enumerate(cells)] == [b"x"] * 5


async def test_a_wrapped_key_moved_to_another_organisation_opens_nothing(session: AsyncSession) -> None:
    one, other = await _two(session)
    sealed = (await keys_to_encrypt(session, one.id, NOW)).encrypt(EventRow.note, ROW, b"x")
    await keys_to_encrypt(session, other.id, NOW)
    stolen = select(DataKeyRow.wrapped).where(DataKeyRow.cbo_id == one.id).scalar_subquery()
    await session.execute(update(DataKeyRow).where(DataKeyRow.cbo_id == other.id).values(wrapped=stolen))
    with pytest.raises(Unreadable):
        (await keys_to_decrypt(session, other.id)).decrypt(EventRow.note, ROW, sealed)


async def test_nothing_opens_without_the_key_file(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        sealed = (await keys_to_encrypt(session, cbo.id, NOW)).encrypt(EventRow.note, ROW, b"x")
    thief = Database(database_url, keyring=Keyring((replace(key_file.read(KEY_FILE).current, number=1),)))
    try:
        async with thief.transaction() as session:
            with pytest.raises(Unreadable):
                (await keys_to_decrypt(session, cbo.id)).decrypt(EventRow.note, ROW, sealed)
            with pytest.raises(Conflict):
                await keys_to_encrypt(session, cbo.id, NOW)
    finally:
        await thief.close()


async def test_a_lock_closes_at_once_and_an_unlock_opens_again(session: AsyncSession) -> None:
    cbo = await make.cbo(session, NOW)
    sealed = (await keys_to_encrypt(session, cbo.id, NOW)).encrypt(EventRow.note, ROW, b"x")
    cbo.locked_at = NOW
    await session.flush()
    with pytest.raises(Unreadable):
        (await keys_to_decrypt(session, cbo.id)).decrypt(EventRow.note, ROW, sealed)
    cbo.locked_at = None
    await session.flush()
    assert (await keys_to_decrypt(session, cbo.id)).decrypt(EventRow.note, ROW, sealed) == b"x"


async def test_a_locked_organisation_gets_no_key_and_nothing_is_sealed_without_one(
    session: AsyncSession,
) -> None:
    cbo = await make.cbo(session, NOW)
    cbo.locked_at = NOW
    await session.flush()
    with pytest.raises(Conflict):
        await keys_to_encrypt(session, cbo.id, NOW)
    assert await session.scalar(select(DataKeyRow.epoch).where(DataKeyRow.cbo_id == cbo.id)) is None
    with pytest.raises(Unreadable):
        (await keys_to_decrypt(session, cbo.id)).encrypt(EventRow.note, ROW, b"x")


async def test_no_key_in_the_key_file_is_needed_for_what_was_destroyed(session: AsyncSession) -> None:
    cbo = await make.cbo(session, NOW)
    await keys_to_encrypt(session, cbo.id, NOW)
    of_another_file = update(DataKeyRow).values(key_number="00000001")
    await session.execute(of_another_file)
    with pytest.raises(NotReady, match="00000001"):
        await require_keys(session)
    await session.execute(of_another_file.values(state=KeyState.DESTROYED, wrapped=None))
    await require_keys(session)


async def _filled(database: Database, count: int) -> tuple[UUID, UUID]:
    """A request with `count` sealed notes; returns its organisation and itself."""
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW)
        keys = await keys_to_encrypt(session, request.cbo_id, NOW)
        for start in range(0, count, 5_000):
            rows = []
            for number in range(start, min(count, start + 5_000)):
                row = new_id()
                rows.append(
                    {
                        "id": row,
                        "cbo_id": request.cbo_id,
                        "request_id": request.id,
                        "kind": EventKind.MESSAGE,
                        "happened_on": TODAY,
                        "recorded_at": NOW,
                        "details": {},
                        "note": keys.encrypt_text(EventRow.note, row, f"note {number}"),
                    }
                )
            await session.execute(insert(EventRow), rows)
    return request.cbo_id, request.id


async def _notes(database: Database, cbo_id: UUID) -> set[str | None]:
    async with database.transaction() as session:
        keys = await keys_to_decrypt(session, cbo_id)
        rows = await session.execute(
            select(EventRow.id, EventRow.note).where(EventRow.cbo_id == cbo_id, EventRow.note.is_not(None))
        )
        return {keys.text(EventRow.note, row, note) for row, note in rows}


@pytest.mark.torture
async def test_data_keys_are_renewed_under_writes_and_nothing_is_lost(database: Database) -> None:
    count = size(1_200, 100_000)
    cbo_id, request_id = await _filled(database, count)
    written: list[str] = []
    done = asyncio.Event()

    async def keep_writing() -> None:
        while not done.is_set() or len(written) < 5:
            async with database.transaction() as session:
                keys = await keys_to_encrypt(session, cbo_id, NOW)
                row, text = new_id(), f"meanwhile {len(written)}"
                session.add(
                    EventRow(
                        id=row,
                        cbo_id=cbo_id,
                        request_id=request_id,
                        kind=EventKind.MESSAGE,
                        happened_on=TODAY,
                        recorded_at=NOW,
                        details={},
                        note=keys.encrypt_text(EventRow.note, row, text),
                    )
                )
            written.append(text)

    writer = asyncio.create_task(keep_writing())
    began = time.perf_counter()
    resealed = await renew(database, cbo_id, NOW)
    print(
        f"{resealed} cells sealed anew in {time.perf_counter() - began:.1f} s, {len(written)} written meanwhile"
    )
    done.set()
    await writer
    assert resealed >= count
    assert await _notes(database, cbo_id) == {f"note {n}" for n in range(count)} | set(written)
    async with database.transaction() as session:
        epochs = select(DataKeyRow.epoch, DataKeyRow.state).where(DataKeyRow.cbo_id == cbo_id)
        assert (await session.execute(epochs)).all() == [(2, KeyState.CURRENT)]
        old = func.substr(EventRow.note, 3, 4) != (2).to_bytes(4, "big")
        assert await session.scalar(select(func.count()).select_from(EventRow).where(old)) == 0


async def test_wrapping_keys_are_changed_and_the_old_one_can_go(
    database_url: str, database: Database
) -> None:
    cbo_id, _ = await _filled(database, 3)
    old, new = key_file.read(KEY_FILE).current, replace(key_file.read(KEY_FILE).current, number=77)
    both = Database(database_url, keyring=Keyring((new, old)))
    only_new = Database(database_url, keyring=Keyring((new,)))
    try:
        assert await _notes(only_new, cbo_id) == {None}
        assert await rewrap(both) == 1
        assert await rewrap(both) == 0
        assert await _notes(only_new, cbo_id) == {"note 0", "note 1", "note 2"}
        assert await _notes(database, cbo_id) == {None}
    finally:
        await both.close()
        await only_new.close()


async def test_the_web_server_does_not_start_without_a_key_in_use(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    await _filled(database, 1)
    number = f"{key_file.read(KEY_FILE).current.number:08x}"
    app = create_app(replace(settings, key_file=key_file.kept(tmp_path / "other")))
    refusal = pytest.RaisesExc(NotReady, match=f"lacks keys .*: {number}")
    with pytest.RaisesGroup(refusal, flatten_subgroups=True):
        async with app.lifespan():
            pass
    await app.state.database.close()


async def test_keys_are_rotated_on_the_command_line(database_url: str, database: Database) -> None:
    cbo_id, _ = await _filled(database, 3)
    done = await asyncio.to_thread(rti, database_url, "keys", "rotate", "--data")
    assert (done.returncode, done.stdout) == (0, "0 data keys rewrapped, 3 fields encrypted again\n")
    assert await _notes(database, cbo_id) == {"note 0", "note 1", "note 2"}
