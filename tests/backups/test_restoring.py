"""What comes back from a backup: everything, or nothing."""

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from rti.accounts.sessions import find, open_session
from rti.audit.record import record
from rti.audit.sealer import chain
from rti.audit.verify import check
from rti.backups.backup import make
from rti.backups.drill import drill
from rti.backups.folder import backups, place
from rti.backups.jobs import expire
from rti.core import keyring
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import BackupFailed, Conflict
from rti.core.periodic import Tick
from rti.core.settings import Settings
from rti.encryption.data_keys import keys_to_decrypt
from rti.encryption.rotation import renew
from rti.law.events import EventKind
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.cbos import CboRow
from rti.models.requests import EventRow
from rti.readiness import newest_version
from rti.requests.actions import record_event
from rti.requests.commands import RecordEvent
from rti.requests.evidence import attach
from rti.row_security.apply import require
from rti.safety.lock_and_shred import shred_again
from rti.upgrade import upgrade_within
from tests import make as things
from tests.backups.conftest import Vault, decrypted
from tests.commands import KEY_FILE
from tests.conftest import NOW, TODAY, Server
from tests.sizes import size
from tests.waiting import until

RING = keyring.read(KEY_FILE)


async def count(database: Database, table: str) -> int:
    async with database.transaction() as session:
        found: int = await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 -- a word of this test
    return found


async def filed(database: Database, content: bytes = b"What the commune wrote") -> CboRow:
    """An organisation with a request, a sealed note and a sealed document."""
    async with database.transaction() as session:
        cbo = await things.cbo(session, NOW)
        member = await things.member(session, of=cbo)
        request = await things.request(session, member.person, NOW)
        said = RecordEvent(kind=EventKind.MESSAGE, happened_on=TODAY, note="They called")
        event = await record_event(session, request.id, said, member.person, NOW, TODAY)
        assert isinstance(event, EventRow)
        await attach(session, event, file_name="letter.txt", content=content, now=NOW)
    return cbo


async def can_open(database: Database, cbo: CboRow) -> bool:
    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT id, note FROM event WHERE note IS NOT NULL"))).all()
        found = await keys_to_decrypt(session, cbo.id)
        return any(found.text(EventRow.note, row, note) == "They called" for row, note in rows)


async def test_everything_comes_back_and_opens_with_the_key_file(
    database: Database, empty: Database, vault: Vault
) -> None:
    """And the chain of the audit log comes back whole and guarded, and nobody is signed in."""
    cbo = await filed(database)
    async with database.transaction() as session:
        token = await open_session(session, (await things.member(session)).person.id, NOW)
        record(session, AuditAction.EXPORTED, NOW, about="requests")
        assert await chain(session) > 0
    made = await vault.make(database)
    restored = await vault.restore(empty, made.path)
    assert (restored.keys, restored.opening, restored.shredded) == (1, 1, 0)
    assert restored.manifest.rows + restored.keys == made.rows
    assert await can_open(empty, cbo)
    await require(empty)
    async with empty.transaction() as session:
        checked = await check(session, NOW.date())
        entries = (await session.scalars(select(AuditEntryRow.what))).all()
        assert await find(session, token, NOW) is None
    assert (checked.faults, checked.waiting) == ([], 1), "that it was restored is told, and chained next"
    assert entries.count(AuditAction.RESTORED) == 1
    with pytest.raises(DBAPIError, match="only added to"):
        async with empty.transaction() as session:
            await session.execute(delete(AuditEntryRow))
    async with database.transaction() as session:
        assert await find(session, token, NOW)


@pytest.mark.torture
async def test_a_backup_under_load_holds_every_row_that_was_acknowledged_before(
    database: Database, vault: Vault
) -> None:
    """Writers go on, the backup is drilled, and what was acknowledged before is in it."""
    async with database.transaction() as session:
        member = await things.member(session)
    acknowledged: list[str] = []
    stopping = asyncio.Event()

    async def write(who: int) -> None:
        while not stopping.is_set():
            async with database.transaction() as session:
                row = await things.request(session, member.person, NOW, title=f"{who}-{len(acknowledged)}")
            acknowledged.append(row.reference)

    writers = [asyncio.create_task(write(who)) for who in range(3)]
    await filed(database)
    await until(lambda: len(acknowledged) >= size(20, 500), patience=600)
    before = list(acknowledged)
    made = await vault.make(database)
    during = len(acknowledged) - len(before)
    stopping.set()
    await asyncio.gather(*writers)
    held = await asyncio.to_thread(decrypted, made.path, vault.identity)
    print(f"\n{len(before)} acknowledged before, {during} while {made} were backed up")
    assert during > 0
    assert [each for each in before if each.encode() not in held] == []
    done = await drill(place(vault.folder, NOW), vault.identity, RING, NOW)
    assert (done.rows, done.documents, done.opened) == (made.rows, 1, 1)


async def test_only_an_empty_database_is_filled(database: Database, vault: Vault) -> None:
    made = await vault.make(database)
    before = await count(database, "public_body")
    with pytest.raises(Conflict, match="not empty"):
        await vault.restore(database, made.path)
    assert await count(database, "public_body") == before


async def test_what_is_cut_changed_or_foreign_is_refused_and_leaves_nothing(
    database: Database, empty: Database, vault: Vault, tmp_path: Path
) -> None:
    await filed(database, content=b"x" * 300_000)
    made = await vault.make(database)
    whole = made.path.read_bytes()
    middle = len(whole) // 2
    for name, content in {
        "cut": whole[:middle],
        "without its end": whole[:-1],
        "cut at a block": whole[: len(whole) - (len(whole) - 200) % 65552],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "foreign": b"PK" + whole,
        "longer": whole + b"x",
    }.items():
        made.path.write_bytes(content)
        with pytest.raises(BackupFailed, match="truncated, damaged or not a backup"):
            await vault.restore(empty, made.path)
        assert await tables_of(empty) == 0, name
    made.path.write_bytes(whole)
    stranger = Vault(vault.folder, tmp_path / "stranger", vault.recipient)
    pyrage_identity = pyrage.x25519.Identity.generate()
    stranger.identity.touch(mode=0o600)
    stranger.identity.write_text(f"{pyrage_identity}\n")
    with pytest.raises(BackupFailed, match="another identity"):
        await stranger.restore(empty, made.path)
    vault.identity.chmod(0o644)
    with pytest.raises(BackupFailed, match="can be read by other users"):
        await vault.restore(empty, made.path)
    vault.identity.chmod(0o600)
    assert await tables_of(empty) == 0
    await vault.restore(empty, made.path)


async def tables_of(database: Database) -> int:
    return await count(database, "pg_tables WHERE schemaname = 'public'")


async def test_rows_that_are_not_those_of_the_manifest_are_refused(
    database: Database, empty: Database, vault: Vault
) -> None:
    made = await vault.make(database)
    held = await asyncio.to_thread(decrypted, made.path, vault.identity)
    forged = held.replace(b"Phnom Penh", b"Phnom Pehn", 1)
    assert forged != held
    recipient = pyrage.x25519.Recipient.from_str(vault.recipient)
    made.path.write_bytes(pyrage.encrypt(gzip.compress(forged), [recipient]))
    with pytest.raises(BackupFailed, match="differs from the backup"):
        await vault.restore(empty, made.path)
    assert await tables_of(empty) == 0


async def test_who_was_shredded_since_stays_shredded_whatever_backup_is_restored(
    database: Database, empty: Database, vault: Vault
) -> None:
    cbo, other = await filed(database), await filed(database)
    old = await vault.make(database)
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE data_key SET state = 'destroyed', wrapped = NULL WHERE cbo_id = :cbo"),
            {"cbo": cbo.id},
        )
        assert await shred_again(session, NOW) == 1
    await vault.make(database, NOW + timedelta(days=1))
    restored = await vault.restore(empty, old.path)
    assert restored.shredded == 1
    async with empty.transaction() as session:
        again = await session.get_one(CboRow, cbo.id)
        assert (again.name_en, again.code[:8]) == ("", "SHREDDED")
        assert not (await keys_to_decrypt(session, cbo.id)).can_encrypt
        assert (await session.get_one(CboRow, other.id)).shredded_at is None
    assert await can_open(empty, other)


async def test_after_fourteen_days_the_key_of_a_shredded_organisation_is_in_no_backup(
    database: Database, vault: Vault
) -> None:
    await filed(database)
    for day in (0, 1, 14):
        await vault.make(database, NOW + timedelta(days=day))
    there = backups(vault.folder)
    assert [each.made_at for each in there] == [NOW + timedelta(days=day) for day in (0, 1, 14)]
    assert [each.keys.exists() for each in there] == [False, True, True]


async def test_fourteen_days_hold_also_when_backups_have_stopped(
    database: Database, vault: Vault, settings: Settings
) -> None:
    cbo = await filed(database)
    await vault.make(database)
    (made,) = backups(vault.folder)
    stopped = replace(settings, backup_folder=vault.folder)

    async def on_day(day: int) -> bool:
        tick = Tick(database.under(Login.WORKER), stopped, NOW + timedelta(days=day))
        assert (await expire(tick)).well
        return made.keys.exists()

    assert await on_day(400), "while nobody is shredded, the only keys stay"
    async with database.transaction() as session:
        (await session.get_one(CboRow, cbo.id)).shredded_at = NOW + timedelta(days=3)
    assert await on_day(13)
    assert not await on_day(14)
    assert made.rows.exists(), "the rows stay, and what is encrypted in them is noise"


async def test_an_older_backup_opens_with_newer_keys_even_after_they_were_renewed(
    database: Database, empty: Database, vault: Vault
) -> None:
    cbo = await filed(database)
    old = await vault.make(database)
    await renew(database, cbo.id, NOW)
    await vault.make(database, NOW + timedelta(days=1))
    restored = await vault.restore(empty, old.path)
    assert (restored.keys, restored.opening) == (2, 2)
    assert await can_open(empty, cbo)
    async with empty.transaction() as session:
        # What the database numbers is numbered on.
        highest = text("SELECT max(number) FROM search")
        before = await session.scalar(highest)
        await things.cbo(session, NOW, "LATER")
        assert await session.scalar(highest) == before + 1


async def test_a_backup_of_an_older_schema_is_restored_and_brought_to_the_present_one(
    server: Server, worker_id: str, empty: Database, vault: Vault
) -> None:
    name = f"older_{worker_id}"
    server.psql(f"CREATE DATABASE {name}")
    older = Database(server.url(name), pool_size=2, keyring=RING)
    async with older.transaction() as session:
        connection = await session.connection()
        await connection.run_sync(upgrade_within, "0006", RING)
        for statement in (
            "INSERT INTO area (code, level, name_km, name_en) VALUES ('99', 'province', 'ថ្មី', 'Once there')",
            f"GRANT USAGE ON SCHEMA public TO {Login.BACKUP}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {Login.BACKUP}",
        ):
            await session.execute(text(statement))
    made = await vault.make(older)
    await older.close()
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")
    restored = await vault.restore(empty, made.path)
    assert restored.manifest.schema == "0006"
    assert await count(empty, "area WHERE name_en = 'Once there'") == 1
    assert await count(empty, f"alembic_version WHERE version_num = '{newest_version()}'") == 1
    await require(empty)


async def test_a_backup_of_a_newer_version_is_refused(
    database: Database, empty: Database, vault: Vault
) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = await vault.make(database)
    with pytest.raises(BackupFailed, match="newer version, with schema 9999"):
        await vault.restore(empty, made.path)
    assert await tables_of(empty) == 0


async def test_two_backups_at_once_are_one_and_a_refusal(database: Database, vault: Vault) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False), pool_size=2)
    done = await asyncio.gather(
        vault.make(database), make(other, vault.folder, vault.recipient, NOW), return_exceptions=True
    )
    await other.close()
    assert sorted(type(each).__name__ for each in done) == ["BackupFailed", "Made"]
    assert len(backups(vault.folder)) == 1
