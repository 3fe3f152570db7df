"""The schema that migrations make is the one that the tables describe, and each step goes both ways."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from rti import models
from rti.core import keyring
from rti.core.db import Base, Database
from rti.upgrade import alembic_config, migrate
from tests.commands import KEY_FILE
from tests.conftest import NOW, Server
from tests.old_data import fill
from tests.sizes import size

assert models


async def test_the_migrated_schema_is_the_one_the_tables_describe(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.fixture
def empty_database(server: Server, worker_id: str) -> Any:
    name = f"empty_{worker_id}"
    server.psql(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


SCHEMA = """
    SELECT 'column', table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, concat_ws(' ', pg_get_triggerdef(oid), tgenabled)
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', '', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""
"""Every part of the schema; not the names of NOT NULL, which PostgreSQL takes from what a column was called once."""
GONE: dict[str, set[str]] = {"0007": {"sign_in"}, "0010": {"channel_address"}, "0041": {"search"}}
"""What the way down or up of a revision drops on purpose besides its own tables: sessions, few hours old, and
addresses that nobody proved, to which the schema before would send; and marks, which the upgrade makes anew."""
ROWS_ONLY = {"0027"}
"""Revisions that change what is stored, and nothing of how."""
RENAMED = {
    ("0011", "guess"): "allowance",
    ("0040", "allowance"): "rate_limit",
    ("0040", "audit_tally"): "audit_count",
    ("0040", "tick"): "heartbeat",
}


def _schema(connection: Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(text(SCHEMA))]


def _counts(connection: Connection) -> dict[str, int]:
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
    return {
        table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 -- our own tables
        for table in tables
    }


@pytest.mark.torture
async def test_every_migration_goes_up_down_and_up_again_with_old_data_in_it(empty_database: str) -> None:
    database = Database(empty_database)
    ring = keyring.read(KEY_FILE)
    count = size(300, 10_000)

    def walked(connection: Connection) -> list[str]:
        config = alembic_config(connection, ring)
        steps = [
            step.revision for step in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
        ]
        for revision in steps:
            older, held = _schema(connection), _counts(connection)
            command.upgrade(config, revision)
            newer = _schema(connection)
            assert (newer == older) is (revision in ROWS_ONLY), revision
            if revision != steps[0]:
                command.downgrade(config, "-1")
                assert _schema(connection) == older, revision
                command.upgrade(config, revision)
                assert _schema(connection) == newer, revision
            kept = _counts(connection)
            lost = {
                table for table, rows in held.items() if kept[RENAMED.get((revision, table), table)] < rows
            }
            assert lost == GONE.get(revision, set()), revision
            fill(connection, revision, count)
        whole = _schema(connection)
        empty = [table for table, rows in _counts(connection).items() if not rows]
        for _ in steps[1:]:
            command.downgrade(config, "-1")
        left = _counts(connection)
        assert (left["request"], left["event"], left["reminder"]) == (count, count, count)
        assert left["message"] == count, "what the first schema had no place for is gone, reminders are not"
        command.upgrade(config, "head")
        assert _schema(connection) == whole
        return empty

    async with database.engine.connect() as connection:
        empty = await connection.run_sync(walked)
    await database.close()
    filled_later = {"calendar_year", "date_change", "day_off", "sign_in", "heartbeat", "target_area"}
    filled_later |= {"figures_version", "former_standing", "incoming", "mailbox", "search"}
    filled_later |= {"release", "release_check", "release_sight", "embargo"}
    assert set(empty) <= filled_later, "old data are missing"


async def test_migrating_a_second_time_changes_nothing(database: Database) -> None:
    async def counts() -> list[int]:
        async with database.engine.connect() as connection:
            return [
                (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608
                for table in ("area", "public_body", "statute", "day_off", "calendar_year")
            ]

    before = await counts()
    await migrate(database, NOW)
    assert await counts() == before
    assert before[:2] == [25 + 210 + 1654, 25 + 210 + 1654]
