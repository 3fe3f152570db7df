"""What was shredded is gone from the files of the database, byte by byte."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from rti.cbos.commands import ShredCbo
from rti.core import keyring
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import Unavailable
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.law.events import EventKind
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.models.keys import DataKeyRow
from rti.models.messages import BounceRow, Channel, ChannelAddressRow, LetterRow, MessageKind, MessageRow
from rti.models.requests import EventRow, RequesterRow
from rti.requests.commands import SnoozeRequest
from rti.requests.snoozing import snooze
from rti.safety import lock_and_shred
from rti.safety.jobs import scrub_shredded
from rti.safety.scrubbing import scrub
from rti.upgrade import migrate
from tests import make, postgres
from tests.commands import KEY_FILE, SECRET, rti
from tests.conftest import NOW, TODAY
from tests.waiting import PATIENCE

# All workers share the files that are looked through: what another test has just written would be found.
pytestmark = pytest.mark.xdist_group("scrubbing")

WORDS = (
    "NOCTURNE",
    "Nocturne village",
    "សហគមន៍រាត្រី",
    "Nokturn Dara",
    "dara@nocturne.example",
    "+85599887766",
    "Nocturne reason",
    "Dear commune of nocturne",
)


async def _organisation(database: Database) -> tuple[CboRow, make.Member, dict[str, bytes]]:
    """An organisation with all that names anybody, and what of it is to be looked for on the disk."""
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW, code=WORDS[0])
        cbo.name_en, cbo.name_km = WORDS[1:3]
        lead = await make.member(session, Role.CBO_LEAD, of=cbo)
        row = await session.get_one(PersonRow, lead.person.id)
        row.name, row.email = WORDS[3:5]
        session.add(ChannelAddressRow(person_id=row.id, channel=Channel.SMS, address=WORDS[5], chosen=True))
        request = await make.request(session, lead.person, NOW, requester_name="Chea Vanna")
        await make.event(session, request.id, lead.person, NOW, EventKind.MESSAGE, TODAY, note="Vanna called")
        again = SnoozeRequest(until=TODAY + timedelta(days=9), reason=WORDS[6])
        await snooze(session, request.id, again, lead.person, NOW, TODAY)
        letter = await make.letter(session, request, NOW)
        said = {"subject": "x", "body": WORDS[7], "to_address": "commune@test.example"}
        await session.execute(update(LetterRow).where(LetterRow.id == letter.id).values(said))
        moment = {"next_attempt_at": NOW, "created_at": NOW}
        message = MessageRow(
            person_id=row.id, kind=MessageKind.DIGEST, values={}, message_id="<n@rti.test>", **moment
        )
        message.to_address = WORDS[4]
        session.add(message)
        await session.flush()
        session.add(
            BounceRow(
                message_id=message.id,
                person_id=row.id,
                channel=Channel.EMAIL,
                address=WORDS[4],
                status="5.1.1",
                reported_at=NOW,
            )
        )
    async with database.transaction() as session:
        wrapped = await session.scalar(select(DataKeyRow.wrapped).where(DataKeyRow.cbo_id == cbo.id))
        cells = [
            *await session.scalars(select(RequesterRow.name)),
            *await session.scalars(select(EventRow.note).where(EventRow.note.is_not(None))),
        ]
    found = {word: word.encode() for word in WORDS} | {"wrapped key": wrapped or b""}
    return cbo, lead, found | {f"cell {number}": cell or b"" for number, cell in enumerate(cells)}


async def _folder(database: Database) -> Path:
    async with database.transaction() as session:
        return Path(str(await session.scalar(text("SHOW data_directory"))))


def _on_disk(folder: Path, wanted: dict[str, bytes]) -> dict[str, set[str]]:
    """Which of them are in which kind of file: of tables, of the log of changes, or the server's own log."""
    found: dict[str, set[str]] = {}
    # Databases of other tests come and go meanwhile: `os.walk` passes over a folder that has gone.
    for path in (Path(root, name) for root, _, names in os.walk(folder) for name in names):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue
        place = path.relative_to(folder).parts[0]
        for name in (name for name, word in wanted.items() if word in content):
            found.setdefault(name, set()).add(place)
    return found


async def _maintained(database: Database, *statements: str) -> None:
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def _shredded(database: Database, cbo: CboRow, lead: make.Member) -> None:
    async with database.transaction() as session:
        await lock_and_shred.shred(session, cbo.id, ShredCbo(code=WORDS[0]), lead.person, NOW)
        await lock_and_shred.shred(session, cbo.id, ShredCbo(code=WORDS[0]), None, NOW)


@pytest.fixture
async def alone(settings: Settings, data_dir: Path) -> AsyncIterator[tuple[Database, Settings]]:
    """A database in a server that no other test writes to."""
    with postgres.server(data_dir) as own:
        own.psql("CREATE DATABASE alone")
        url = own.url("alone")
        database = Database(url, SECRET, pool_size=5, keyring=keyring.read(KEY_FILE))
        await migrate(database, NOW)
        yield database, replace(settings, database_url=url)
        await database.close()
        own.psql("DROP DATABASE alone")


async def test_after_shredding_no_file_of_the_database_holds_a_key_a_name_an_address_or_a_text(
    alone: tuple[Database, Settings],
) -> None:
    database, settings = alone
    # The log is kept until it was looked at.
    await _maintained(database, "SELECT pg_create_physical_replication_slot('kept', true)")
    try:
        cbo, lead, wanted = await _organisation(database)
        folder = await _folder(database)
        await _maintained(database, "ANALYZE", "SELECT pg_switch_wal()")
        logged = await asyncio.to_thread(_on_disk, folder, wanted)
    finally:
        await _maintained(database, "SELECT pg_drop_replication_slot('kept')")
    # The edge of a page of the log may go through one.
    assert sum("pg_wal" in places for places in logged.values()) >= len(wanted) - 2
    await _maintained(database, "CHECKPOINT")
    before = await asyncio.to_thread(_on_disk, folder, wanted)
    assert before.keys() == wanted.keys()
    assert all("base" in places for places in before.values())
    await _shredded(database, cbo, lead)
    await _maintained(database, "VACUUM", "CHECKPOINT")
    assert (await asyncio.to_thread(_on_disk, folder, wanted)).keys() >= {"wrapped key", WORDS[4]}
    tick = Tick(database.under(Login.WORKER), settings, NOW)
    async with asyncio.timeout(PATIENCE):
        while not (result := await scrub_shredded(tick)).well:
            assert "Other transactions can still see" in result.words
    assert result.words == "1 removed from the disk"
    left = await asyncio.to_thread(_on_disk, folder, wanted)
    assert {name: places for name, places in left.items() if not name.startswith("cell")} == {}
    async with database.transaction() as session:
        assert (await session.get_one(CboRow, cbo.id)).scrubbed_at == NOW
    assert (await scrub_shredded(tick)).words == ""


async def _removed(database: Database) -> int:
    """Tests of other workers write in the same server meanwhile."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Unavailable):
                return await scrub(database, NOW)


async def test_what_another_transaction_still_sees_is_waited_for(database: Database) -> None:
    cbo, lead, _ = await _organisation(database)
    async with database.snapshot() as reader:
        await reader.execute(text("SELECT count(*) FROM person"))
        await _shredded(database, cbo, lead)
        with pytest.raises(Unavailable):
            await scrub(database, NOW)
    assert await _removed(database) == 1


async def test_who_writes_in_another_database_of_the_server_is_waited_for(database: Database) -> None:
    cbo, lead, _ = await _organisation(database)
    other = create_async_engine(database.engine.url.set(database="postgres"))
    async with other.connect() as writer:
        await writer.execute(text("SELECT pg_current_xact_id()"))
        await _shredded(database, cbo, lead)
        with pytest.raises(Unavailable):
            await scrub(database, NOW)
    await other.dispose()
    assert await _removed(database) == 1


async def test_a_login_that_may_not_do_it_tells_what_is_to_be_done(
    database: Database, database_url: str, settings: Settings
) -> None:
    cbo, lead, _ = await _organisation(database)
    await _shredded(database, cbo, lead)
    other = database.under(Login.WORKER).engine.url.render_as_string(hide_password=False)
    weak = Settings(database_url=other, secret=settings.secret, key_file=settings.key_file)
    result = await scrub_shredded(Tick(database.under(Login.WORKER), weak, NOW))
    assert (result.well, "rti cbo scrub" in result.words) == (False, True)
    async with asyncio.timeout(PATIENCE):
        while (done := await asyncio.to_thread(rti, database_url, "cbo", "scrub")).returncode:
            assert "Other transactions can still see" in done.stderr
    assert (done.returncode, done.stdout) == (0, "Organisations removed from the disk: 1\n"), done.stderr
