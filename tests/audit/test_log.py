"""What happens is told in the same transaction, chained afterwards, and nobody changes it unseen."""

import asyncio
import json
import random
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from rti.audit.chain import BEGINNING, Checkpoint
from rti.audit.record import record
from rti.audit.sealer import anchor, chain, cut, waiting
from rti.audit.verify import Checked, check
from rti.cbos.commands import ShredCbo
from rti.core.db import Database, new_id
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.core.wallclock import now as present
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.cbos import CboRow
from rti.safety import lock_and_shred
from tests import make
from tests.audit import chains
from tests.commands import rti
from tests.conftest import NOW, TODAY
from tests.sizes import size

LONG_AGO = timedelta(days=6 * 366)


async def record_entries(database: Database, count: int, *, ago: timedelta = timedelta(0)) -> None:
    async with database.transaction() as session:
        for number in range(count):
            record(session, AuditAction.EXPORTED, present() - ago, about=f"file {number}", count=number)


async def chained(database: Database) -> Checkpoint:
    async with database.transaction() as session:
        await chain(session)
    async with database.transaction() as session:
        return await anchor(session, TODAY)


async def checked(database: Database, *anchors: Checkpoint) -> Checked:
    async with database.transaction() as session:
        return await check(session, TODAY, anchors)


async def entries(database: Database) -> list[AuditEntryRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(AuditEntryRow).order_by(AuditEntryRow.position)))


async def test_an_action_and_its_entry_are_kept_together_or_not_at_all(database: Database) -> None:
    async with database.transaction() as session:
        person = (await make.member(session)).person
        request = await make.request(session, person, NOW)
    (filed,) = [row for row in await entries(database) if row.what is AuditAction.REQUEST_FILED]
    assert (filed.about, filed.cbo_id) == (str(request.id), person.cbo_id)
    before = len(await entries(database))
    with suppress(ZeroDivisionError):
        async with database.transaction() as session:
            await make.request(session, person, NOW)
            raise ZeroDivisionError
    assert len(await entries(database)) == before


async def test_entries_of_a_transaction_that_is_still_open_leave_no_gap(database: Database) -> None:
    async with database.transaction() as open_one:
        record(open_one, AuditAction.EXPORTED, present(), about="early")
        await open_one.flush()
        await record_entries(database, 3)
        assert (await chained(database)).head.position == 3
    assert (await chained(database)).head.position == 4
    assert [row.about for row in await entries(database)] == ["file 0", "file 1", "file 2", "early"]
    assert (await checked(database)).well


async def test_two_sealers_at_once_give_every_place_once(database: Database) -> None:
    await record_entries(database, 200)

    async def seal() -> int:
        async with database.under(Login.WORKER).transaction() as session:
            return await chain(session)

    assert sum(await asyncio.gather(*(seal() for _ in range(4)))) == 200
    found = await checked(database)
    assert (found.well, found.entries, found.waiting, found.head.position) == (True, 200, 0, 200)


async def test_no_login_changes_or_removes_an_entry(database: Database) -> None:
    await record_entries(database, 1)
    await chained(database)
    for login in Login:
        for statement in (
            "UPDATE audit_entry SET about = 'forged'",
            "UPDATE audit_entry SET position = NULL, hash = NULL",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|only added to|must be owner"):
                async with database.under(login).transaction() as session:
                    await session.execute(text(statement))
    assert (await entries(database))[0].about == "file 0"


async def test_even_a_superuser_has_to_switch_off_the_guard_first(database: Database) -> None:
    await record_entries(database, 1)
    await chained(database)
    for statement in (
        "UPDATE audit_entry SET what = 'denied'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ):
        async with database.transaction() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            with pytest.raises(DBAPIError, match="only added to"):
                await session.execute(text(statement))
            await session.rollback()


async def _written_by_a_superuser(database: Database, forged: chains.Chain) -> None:
    """Put a forged chain in the place of what is stored, with the guard and the unique places switched off."""
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        await session.execute(text("ALTER TABLE audit_entry DROP CONSTRAINT pk_audit_entry"))
        await session.execute(text("DROP INDEX uq_audit_entry_position"))
        await session.execute(text("DELETE FROM audit_entry"))
        insert = text("""
            INSERT INTO audit_entry (id, happened_at, what, person_id, cbo_id, about, details, position, hash)
            VALUES (:id, :happened_at, :what, :person_id, :cbo_id, :about, CAST(:details AS jsonb), :position, :hash)
        """)
        for link in forged:
            values = {name: getattr(link.entry, name) for name in link.entry.__dataclass_fields__}
            details = json.dumps(link.entry.details)
            await session.execute(
                insert, {**values, "details": details, "position": link.position, "hash": link.hash}
            )


@pytest.mark.parametrize(
    "tamper", [*chains.SHOWN_BY_THE_CHAIN, *chains.SHOWN_BY_AN_ANCHOR], ids=lambda tamper: tamper.__name__
)
async def test_what_a_superuser_did_to_the_table_is_found(
    database: Database, database_url: str, tamper, tmp_path: Path
) -> None:
    chance = random.Random(tamper.__name__)
    honest = chains.chained([chains.entry(chance, each) for each in range(12)])
    await _written_by_a_superuser(database, honest)
    kept = chains.anchor_of(honest)
    assert (await checked(database, kept)).faults == []
    forged = tamper(honest, chance)
    async with database.transaction() as session:
        await session.execute(text("CREATE INDEX uq_audit_entry_position ON audit_entry (position)"))
        await session.execute(text("ALTER TABLE audit_entry ADD CONSTRAINT pk_audit_entry UNIQUE (id)"))
    await _written_by_a_superuser(database, forged)
    assert not (await checked(database, kept)).well
    if tamper in chains.SHOWN_BY_AN_ANCHOR:
        assert (await checked(database)).well, "without an anchor it looks whole"


async def test_the_command_line_prints_a_head_and_checks_the_log_against_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await record_entries(database, 5)
    await chained(database)
    head = rti(database_url, "audit", "head")
    assert head.returncode == 0, head.stderr
    kept = tmp_path / "kept.txt"
    kept.write_text(f"From: rti@localhost\n\n{head.stdout}")
    well = rti(database_url, "audit", "verify", "--anchor", str(kept))
    assert (well.returncode, well.stdout) == (0, "5 entries verified, up to 5; 1 checkpoints match\n")
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        await session.execute(text("DELETE FROM audit_entry WHERE position = 5"))
    assert rti(database_url, "audit", "verify").returncode == 0
    cut_off = rti(database_url, "audit", "verify", "--anchor", str(kept))
    assert (cut_off.returncode, "The end is missing" in cut_off.stdout) == (1, True)
    kept.write_text("nothing")
    assert rti(database_url, "audit", "verify", "--anchor", str(kept)).returncode == 2
    listed = rti(database_url, "audit", "list", "--what", "exported").stdout.splitlines()
    assert len(listed) == 4
    assert listed[0].split("\t")[1] == "exported"


async def test_shredding_an_organisation_leaves_the_chain_whole(database: Database) -> None:
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD)
        administrator = (await make.member(session, Role.ADMINISTRATOR)).person
        await make.request(session, lead.person, NOW)
        cbo_id = lead.person.cbo_id
        assert cbo_id
        code = (await session.get_one(CboRow, cbo_id)).code
    before = await chained(database)
    for by in (lead.person, administrator):
        async with database.under(Login.ERASURE).transaction(by.id) as session:
            await lock_and_shred.shred(session, cbo_id, ShredCbo(code=code), by, NOW)
    after = await chained(database)
    assert after.head.position > before.head.position
    assert (await checked(database, before, after)).faults == []
    kinds = {row.what for row in await entries(database)}
    assert {
        AuditAction.REQUEST_FILED,
        AuditAction.CBO_LOCKED,
        AuditAction.CBO_SHRED_ASKED,
        AuditAction.CBO_SHREDDED,
    } <= kinds


@pytest.mark.torture
async def test_the_rest_can_be_checked_after_old_entries_were_removed(database: Database) -> None:
    await record_entries(database, size(20, 5_000), ago=LONG_AGO)
    old = await chained(database)
    await record_entries(database, 7)
    recent = await chained(database)
    async with database.under(Login.WORKER).transaction() as session:
        gone = await cut(session, present() - timedelta(days=5 * 366), present())
    assert gone == old.head.position
    left = await entries(database)
    assert [row.what for row in left] == [*[AuditAction.EXPORTED] * 7, AuditAction.LOG_CUT]
    found = await checked(database, Checkpoint(TODAY - LONG_AGO, old.head), recent)
    assert (found.faults, found.waiting) == ([], 0)
    async with database.under(Login.WORKER).transaction() as session:
        assert await cut(session, present() - timedelta(days=5 * 366), present()) == 0
    assert len(await entries(database)) == len(left)


async def test_nothing_younger_than_five_years_can_be_removed_by_asking_for_it(database: Database) -> None:
    await record_entries(database, 3, ago=timedelta(days=4 * 365))
    with pytest.raises(DBAPIError, match="only added to"):
        async with database.under(Login.WORKER).transaction() as session:
            await cut(session, present(), present())
    assert len(await entries(database)) == 3


async def test_an_entry_of_a_kind_that_nobody_knows_is_chained_and_checked(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO audit_entry (id, happened_at, what, about, details)"
                " VALUES (:id, now(), 'of_a_newer_version', '', '{}')"
            ),
            {"id": new_id()},
        )
    assert (await chained(database)).head.hash != BEGINNING
    assert (await checked(database)).well
    async with database.transaction() as session:
        assert await waiting(session) == 0
