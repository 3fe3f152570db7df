"""The declaration of `row_security.policies` made into roles, grants, functions and policies.

It is applied anew after every migration, in one transaction, so that the declaration is the only history
there is. Whoever migrates is a superuser: nobody else may create the login that backs everything up.
"""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

from rti.core.db import Database
from rti.core.db_roles import OWNER, Login, password_of
from rti.core.errors import NotReady, say
from rti.core.visibility import ENTER, ENTERING, FUNCTIONS
from rti.row_security.finding import FINDING, TRIGGERS
from rti.row_security.moving import MOVING
from rti.row_security.placing import PLACED, PLACING
from rti.row_security.policies import OPEN, OWNER_READS, RESTRICTED
from rti.row_security.verify import FINGERPRINT, faults

_BACKUP_ONLY = "BYPASSRLS"
_FORMER = ("rti_door", "rti_figures", "rti_keeper", "rti_safety")
"""Logins of earlier versions. They belong to the server, where another database may still need them."""
_FORMER_LEFT = text("SELECT rolname FROM pg_roles WHERE rolname = ANY (CAST(:former AS text[]))")


def declaration() -> str:
    """A digest of all that is declared, so that a start with other code than was migrated is noticed."""
    said = [*_functions(), *_open_tables(), *_restricted_tables(), *TRIGGERS, *PLACED]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


async def require(database: Database) -> None:
    """Refuse to serve from a database in which anybody could see more than is declared.

    Raises NotReady with every fault.
    """
    async with database.transaction() as session:
        found = await faults(session, declaration())
    if found:
        raise NotReady(say("The database differs from its declaration: {faults}", faults="; ".join(found)))


def apply(connection: Connection, secret: str) -> None:
    """Make the database match the declaration; the passwords of the logins are derived from `secret`.

    Over a Unix socket the server trusts who its folder lets in, and passwords are left alone. Raises NotReady
    where the connection is not a superuser's.
    """
    if connection.exec_driver_sql("SELECT current_setting('is_superuser')").scalar_one() != "on":
        raise NotReady(say("The user of RTI_DATABASE_URL has to be a superuser of PostgreSQL for this"))
    for statement in _logins(connection, secret):
        connection.execute(text(statement))
    declared = (*_functions(), *_open_tables(), *_restricted_tables(), *TRIGGERS, *PLACED)
    for statement in (*_clean(connection), *declared):
        connection.exec_driver_sql(statement)
    note(connection)


def note(connection: Connection) -> None:
    """Store the current state of the database, which every start compares."""
    found = connection.exec_driver_sql(FINGERPRINT).scalar_one()
    connection.exec_driver_sql(f"COMMENT ON SCHEMA rti IS '{declaration()} {found}'")


def _logins(connection: Connection, secret: str) -> Iterator[str]:
    there = set(connection.exec_driver_sql("SELECT rolname FROM pg_roles").scalars())
    over_a_socket = str(connection.engine.url.query.get("host", "")).startswith("/")
    for role in (OWNER, *Login):
        if role not in there:
            yield _created(role)
        if role != OWNER and not over_a_socket:
            yield f"ALTER ROLE {role} PASSWORD '{password_of(Login(role), secret)}'"


def _created(role: str) -> str:
    """Two databases of one server may be migrated at once, and roles belong to the server."""
    login = "NOLOGIN" if role == OWNER else "LOGIN"
    passing = _BACKUP_ONLY if role == Login.BACKUP else "NOBYPASSRLS"
    return f"""DO $$ BEGIN
        CREATE ROLE {role} {login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT {passing};
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""


def _clean(connection: Connection) -> Iterator[str]:
    """Every table belongs to the owner, and nothing that was granted or declared before is left."""
    yield f"CREATE SCHEMA IF NOT EXISTS rti AUTHORIZATION {OWNER}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {OWNER}, {', '.join(Login)}"
    yield f"GRANT USAGE ON SCHEMA rti TO {', '.join(Login)}"
    for role in connection.execute(_FORMER_LEFT, {"former": list(_FORMER)}).scalars():
        yield f"DROP OWNED BY {role}"
        yield f"""DO $$ BEGIN DROP ROLE {role}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$"""
    tables = connection.exec_driver_sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).scalars()
    for table in tables.all():
        yield f"ALTER TABLE {table} OWNER TO {OWNER}"
        yield f"REVOKE ALL ON {table} FROM PUBLIC, {', '.join(Login)}"
        yield f"GRANT SELECT ON {table} TO {Login.BACKUP}"
    policies = connection.exec_driver_sql(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
    )
    for table, policy in policies.all():
        yield f"DROP POLICY {policy} ON {table}"
    triggers = connection.exec_driver_sql(
        """SELECT tgname, tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc f ON f.oid = tgfoid
        WHERE pronamespace = to_regnamespace('rti')"""
    )
    for trigger, table in triggers.all():
        yield f"DROP TRIGGER {trigger} ON {table}"
    functions = connection.exec_driver_sql(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = to_regnamespace('rti')"
    )
    for function in functions.scalars().all():
        yield f"DROP FUNCTION {function}"


def _functions() -> Iterator[str]:
    table = "TABLE (who json, enters boolean)"
    answering = {name: (f"{kind} LANGUAGE sql STABLE", body) for name, (kind, body) in FUNCTIONS.items()}
    entering = {ENTER: (f"{table} LANGUAGE sql VOLATILE ROWS 1", ENTERING)}
    declared = answering | entering | dict(FINDING) | dict(PLACING) | dict(MOVING)
    for function, (kind, body) in declared.items():
        yield f"""CREATE FUNCTION rti.{function} RETURNS {kind}
            SECURITY DEFINER SET search_path = pg_catalog AS $body$ {body} $body$"""
        yield f"ALTER FUNCTION rti.{function} OWNER TO {OWNER}"
        yield f"REVOKE ALL ON FUNCTION rti.{function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION rti.{function} TO {', '.join(Login)}"


def _open_tables() -> Iterator[str]:
    for table, logins in OPEN.items():
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        for login, privileges in logins.items():
            yield f"GRANT {privileges} ON {table} TO {login}"


def _restricted_tables() -> Iterator[str]:
    for table, logins in RESTRICTED.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        for login, may in logins.items():
            yield f"GRANT {may.privileges} ON {table} TO {login}"
            yield f"CREATE POLICY {login} ON {table} TO {login} USING ({may.where}) WITH CHECK ({may.where})"
    yield from OWNER_READS.values()
