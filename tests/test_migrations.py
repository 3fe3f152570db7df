"""The schema that migrations make is the one that the tables describe, and each step goes both ways."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from rti import tables
from rti.db import Base, Database
from rti.migrating import alembic_config, migrate
from tests.conftest import NOW, Server

assert tables


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


async def test_every_migration_goes_up_down_and_up_again(empty_database: str) -> None:
    database = Database(empty_database)

    def up_down_up(connection: Connection) -> int:
        config = alembic_config(connection)
        revisions = list(ScriptDirectory.from_config(config).walk_revisions())
        for revision in reversed(revisions):
            command.upgrade(config, revision.revision)
            command.downgrade(config, "-1")
            command.upgrade(config, revision.revision)
        return len(revisions)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(up_down_up) >= 1
    await database.close()


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
    assert before[:2] == [25 + 210 + 1661, 25 + 210 + 1661]
