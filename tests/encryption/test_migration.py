"""What was stored in plain before is sealed on the way up, and comes back on the way down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text

from rti.core import keyring
from rti.core.db import Database
from rti.encryption.data_keys import keys_to_decrypt
from rti.models.cbos import CboRow
from rti.models.requests import DocumentContentRow, DocumentRow, EventRow
from rti.upgrade import alembic_config
from tests.commands import KEY_FILE, rti
from tests.conftest import Server

RING = keyring.read(KEY_FILE)
BEFORE, AFTER = "0003", "0004"
OLD = """
    INSERT INTO cbo (id, code, name_km, name_en, sends_messages, last_number, created_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'OLD', 'x', 'x', true, 1, now());
    INSERT INTO statute (id, version, document, added_at) VALUES ('S', 1, '{}', now());
    INSERT INTO public_body (id, code, kind, name_km, name_en, country, address, phone, email, created_at)
    VALUES ('00000000-0000-0000-0000-000000000002', 'B', 'other', 'x', 'x', 'KH', '', '', '', now());
    INSERT INTO request (id, cbo_id, body_id, reference, title, question, topic, channel, statute_id,
        statute_version, created_at, status, binding, soft, provisional, confirmed, next_due_on)
    VALUES ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000002', 'OLD-0001', 'x', '', 'land', 'counter', 'S', 1, now(), 'draft',
        false, false, false, true, '9999-12-31');
    INSERT INTO event (id, cbo_id, request_id, kind, happened_on, recorded_at, note, details)
    SELECT ('00000000-0000-0000-0001-' || lpad(n::text, 12, '0'))::uuid, '00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000003', 'message', '2026-01-01', now(),
        CASE WHEN n % 2 = 0 THEN 'Chea Vanna ' || n ELSE '' END, '{}' FROM generate_series(1, 50) AS n;
    INSERT INTO document (id, cbo_id, request_id, event_id, file_name, media_type, size, sha256, added_at)
    SELECT ('00000000-0000-0000-0002-' || lpad(n::text, 12, '0'))::uuid, '00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0001-000000000001', 'ត្រា ' || n || '.pdf',
        'application/pdf', 3, sha256('abc'), now() FROM generate_series(1, 50) AS n;
    INSERT INTO document_content (document_id, cbo_id, content) SELECT id, cbo_id, 'abc' FROM document
"""


@pytest.fixture
async def old(server: Server, worker_id: str) -> AsyncIterator[Database]:
    """A database of the schema before, with notes and documents in plain."""
    name = f"old_{worker_id}"
    server.psql(f"CREATE DATABASE {name}")
    database = Database(server.url(name), keyring=RING)

    def fill(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), BEFORE)
        for statement in OLD.split(";\n"):
            connection.execute(text(statement))
        connection.commit()

    async with database.engine.connect() as connection:
        await connection.run_sync(fill)
    yield database
    await database.close()
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


PLAIN = "SELECT note FROM event UNION ALL SELECT file_name FROM document UNION ALL SELECT encode(content, 'escape') FROM document_content ORDER BY 1"


async def test_old_notes_and_documents_are_sealed_and_come_back(old: Database) -> None:
    async with old.engine.connect() as connection:
        before = (await connection.execute(text(PLAIN))).scalars().all()
        await connection.run_sync(lambda c: command.upgrade(alembic_config(c, RING), AFTER))
        await connection.commit()
    async with old.transaction() as session:
        cbo_id = await session.scalar(select(CboRow.id))
        assert cbo_id
        opened = await keys_to_decrypt(session, cbo_id)
        events = await session.execute(select(EventRow.id, EventRow.note))
        notes = sorted(filter(None, (opened.text(EventRow.note, row, note) for row, note in events)))
        assert notes == sorted(f"Chea Vanna {number}" for number in range(2, 51, 2))
        names = await session.execute(select(DocumentRow.id, DocumentRow.file_name))
        assert len({opened.text(DocumentRow.file_name, row, name) for row, name in names}) == 50
        contents = await session.execute(select(DocumentContentRow.document_id, DocumentContentRow.content))
        column = DocumentContentRow.content
        assert {opened.decrypt(column, row, content) for row, content in contents} == {b"abc"}
    async with old.engine.connect() as connection:
        await connection.run_sync(lambda c: command.downgrade(alembic_config(c, RING), BEFORE))
        assert (await connection.execute(text(PLAIN))).scalars().all() == before


async def test_a_migration_with_other_keys_is_refused_before_anything_is_written(
    old: Database, tmp_path: Path
) -> None:
    def version(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with old.engine.connect() as connection:
        await connection.run_sync(lambda c: command.upgrade(alembic_config(c, RING), AFTER))
        await connection.commit()
    url = old.engine.url.render_as_string(hide_password=False)
    done = rti(url, "migrate", RTI_KEY_FILE=str(keyring.kept(tmp_path / "wrapping")))
    assert done.returncode == 1
    assert done.stderr.startswith("The key file (RTI_KEY_FILE) lacks keys that wrap data keys in use")
    async with old.engine.connect() as connection:
        assert await connection.run_sync(version) == AFTER
    done = rti(url, "migrate")
    assert done.returncode == 0, done.stderr


async def test_old_data_are_not_touched_without_a_key_file(old: Database) -> None:
    async with old.engine.connect() as connection:
        before = (await connection.execute(text(PLAIN))).scalars().all()
        with pytest.raises(Exception, match="RTI_KEY_FILE"):
            await connection.run_sync(lambda c: command.upgrade(alembic_config(c), AFTER))
    async with old.engine.connect() as connection:
        assert (await connection.execute(text(PLAIN))).scalars().all() == before
