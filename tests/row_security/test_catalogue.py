"""A database in which anybody could see more than is declared is not served from."""

import pytest
from sqlalchemy import text

from rti.core import keyring
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import NotReady
from rti.core.settings import Settings
from rti.core.visibility import ENTER, FUNCTIONS
from rti.readiness import require_ready
from rti.row_security.apply import declaration, require
from rti.row_security.finding import FINDING
from rti.row_security.moving import MOVING
from rti.row_security.placing import PLACING
from rti.row_security.policies import OPEN, RESTRICTED
from rti.row_security.verify import faults
from rti.upgrade import migrate
from rti.web.app import create_app
from tests.commands import KEY_FILE, SECRET
from tests.conftest import NOW, Server

TAMPERED = {
    "event": "ALTER TABLE event NO FORCE ROW LEVEL SECURITY",
    "document": "; ".join(f"DROP POLICY {login} ON document" for login in RESTRICTED["document"]),
    "reminder": "DROP POLICY rti_worker ON reminder; CREATE POLICY rti_worker ON reminder TO rti_worker USING (true)",
    "looks": "CREATE FUNCTION looks(uuid) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT true'; "
    "CREATE POLICY more ON request TO rti_staff USING (looks(id))",
    "loose": "ALTER TABLE document_content ADD CONSTRAINT loose FOREIGN KEY (document_id) REFERENCES document (id)",
    "notes": "CREATE TABLE notes (cbo_id uuid)",
    "area": "GRANT TRUNCATE ON area TO rti_staff",
    "peek": "CREATE VIEW peek AS SELECT * FROM request",
    "stale": "CREATE MATERIALIZED VIEW stale AS SELECT id FROM request",
    "wide": "CREATE FUNCTION wide() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM request'",
    "heartbeat": "ALTER TABLE heartbeat OWNER TO rti_worker",
    "declared": "GRANT SELECT (title) ON request TO rti_statistics",
    "me": "ALTER FUNCTION rti.me() VOLATILE",
}
"""What somebody does to the database, and the word by which the fault names it."""


async def test_a_migrated_database_stands_as_declared(database: Database) -> None:
    await require(database.under(Login.AUTH))


@pytest.mark.parametrize("named", TAMPERED)
async def test_whatever_opens_a_table_further_is_found(database: Database, named: str) -> None:
    async with database.transaction() as session:
        for statement in TAMPERED[named].split("; "):
            await session.execute(text(statement))
    async with database.under(Login.AUTH).transaction() as session:
        found = await faults(session, declaration())
    assert any(named in fault for fault in found), found


async def test_the_web_server_does_not_start_on_such_a_database(
    database: Database, settings: Settings
) -> None:
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE request NO FORCE ROW LEVEL SECURITY"))
    app = create_app(settings)
    refusal = pytest.RaisesExc(NotReady, match="request holds rows")
    with pytest.RaisesGroup(refusal, flatten_subgroups=True):
        async with app.lifespan():
            pass
    await app.state.database.close()


async def test_a_superuser_who_is_called_as_our_schema_migrates_what_the_web_server_takes(
    server: Server, worker_id: str
) -> None:
    """PostgreSQL looks into the schema of that name first, and shows policies in other words."""
    server.psql(
        "DO $$ BEGIN CREATE ROLE rti SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    name = f"called_rti_{worker_id}"
    server.psql(f"CREATE DATABASE {name}")
    url = server.url(name).replace("//postgres@", "//rti@")
    database = Database(url, SECRET, keyring=keyring.read(KEY_FILE))
    for _ in ("all tables", "again, with the schema there"):
        await migrate(database, NOW)
        await require_ready(database)
    await database.close()
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


async def test_migrating_leaves_no_function_that_is_not_declared(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE FUNCTION rti.sees_more() RETURNS boolean RETURN true"))
    await migrate(database, NOW)
    async with database.transaction() as session:
        left = await session.scalars(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'rti'::regnamespace")
        )
    assert sorted(left) == sorted(
        function.partition("(")[0] for function in (*FUNCTIONS, ENTER, *FINDING, *PLACING, *MOVING)
    )
    await require(database.under(Login.AUTH))


async def test_every_table_is_declared(database: Database) -> None:
    async with database.transaction() as session:
        tables = set(
            await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        )
    assert tables == {*OPEN, *RESTRICTED}
    assert not {*OPEN} & {*RESTRICTED}
