"""The database: table base, engine, and the only place that commits."""

import errno
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import uuid_utils.compat
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Executable,
    MetaData,
    Row,
    Text,
    TypeDecorator,
    Uuid,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.util import greenlet_spawn

from rti.core.db_roles import Login, password_of
from rti.core.errors import NotReady, say
from rti.core.keyring import NO_KEYS, Keyring
from rti.core.keyring import read as read_keys
from rti.core.settings import OLDEST_POSTGRES, Settings

UNIQUE_VIOLATION, NOT_ALLOWED = "23505", "42501"
"""SQLSTATE of a duplicate key, and of a row or table out of reach of a login (PostgreSQL, appendix A)."""
_BUSY = frozenset({"55P03", "40P01"})
"""SQLSTATE of a lock timeout and of a deadlock."""
_OUTAGES = ("08", "53", "57P", "57014", "58", "25006")
"""Beginnings of the SQLSTATE of outages: a lost connection, a lack of disk, memory or
connections, a server that stops or starts, a statement that took too long, a disk that fails, and the end of our
reserve of disk."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
RESERVE = 256_000_000
"""Bytes on the disk of the embedded database below which nothing is written: PostgreSQL stops altogether where
it finds no place for its log, and then nobody can read either."""
FEW = 2
"""Connections for each login where nobody says how many."""
PATIENCE = {"statement_timeout": "60s", "random_page_cost": "1.1"}
"""Time limit of a statement while a person waits for the response; and that rows are in memory or on a disk without heads:
else PostgreSQL would rather sort a thousand rows than walk through an index until it has enough."""
PROCESS_NAMED = "CONNECTIONS_OF"
PROCESS = os.environ.pop(PROCESS_NAMED, "") or secrets.token_hex(4)
"""By this name PostgreSQL knows which connections are of this process and of those forked from it. One that becomes
another hands it on in its environment."""
_SESSION = {"search_path": "public", "lock_timeout": "5s", "timezone": "UTC"}
"""What holds in every connection. By itself PostgreSQL would look into a schema named as the user first: one who is
called `rti` would make new tables in ours, and read policies in other words than all others. Nobody waits long for a
lock, because whoever waits holds a connection. Moments in JSON are in UTC, as everywhere."""
_ONLY_READING = text("SET TRANSACTION READ ONLY")
_ASKING = text("SELECT set_config('rti.person', :person, true)")


class Base(DeclarativeBase):
    """Tables have columns and constraints and no behaviour."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Choice(TypeDecorator[StrEnum]):
    """A text column that reads and writes the members of an enumeration."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- the interface
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 -- the interface
        return None if value is None else self.kind(value)


def new_id() -> UUID:
    """A time-ordered identifier (UUID version 7, RFC 9562), made before the row is.

    In SQL `new_id()` makes the same, for rows of which only the database knows how many there are.
    """
    return uuid_utils.compat.uuid7()


@asynccontextmanager
async def unique(
    session: AsyncSession, problem: Exception, *, out_of_reach: Exception | None = None
) -> AsyncIterator[None]:
    """Write in a savepoint; raise `problem` where a value that must be unique is taken already.

    `out_of_reach` is raised where the login may not write such a row. The constraint or policy itself
    decides, so that of two people at the same moment one gets the message.
    """
    try:
        async with session.begin_nested():
            yield
    except DBAPIError as error:
        known = {UNIQUE_VIOLATION: problem, NOT_ALLOWED: out_of_reach}
        mapped = known.get(getattr(error.orig, "sqlstate", ""))
        if mapped is None:
            raise
        raise mapped from None


def is_outage(fault: BaseException) -> bool:
    """Whether a fault is an outage: the database is unreachable, or a disk or the machine is full."""
    if isinstance(fault, BaseExceptionGroup):
        return any(map(is_outage, fault.exceptions))
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated:
            return True
        fault = fault.orig or fault
    # asyncpg raises some unwrapped: its own errors before there is a connection, or those of the socket.
    sqlstate = str(getattr(fault, "sqlstate", None) or "")
    return sqlstate.startswith(_OUTAGES) or isinstance(fault, PoolTimeout) or _is_transient(fault)


def _is_transient(fault: BaseException) -> bool:
    """Whether it is a full disk or a broken connection; a missing or unreadable file is no outage."""
    if not isinstance(fault, OSError):
        return False
    return fault.errno in _DISK_FULL or (fault.filename is None and not isinstance(fault, PermissionError))


def is_busy(fault: BaseException) -> bool:
    """Whether somebody else holds a lock on what was to be changed; nothing was changed, and a retry will work."""
    if isinstance(fault, BaseExceptionGroup):
        return any(map(is_busy, fault.exceptions))
    return isinstance(fault, DBAPIError) and getattr(fault.orig, "sqlstate", None) in _BUSY


def _require_supported(connection: Any, _: object) -> None:
    """Refuse a connection to a server that is too old, by the version it reported when connecting."""
    version = connection.driver_connection.get_server_version()
    if version.major < OLDEST_POSTGRES:
        connection.terminate()
        raise NotReady(
            say(
                "The database is PostgreSQL {version}; this program needs version {oldest} or newer",
                version=version.major,
                oldest=OLDEST_POSTGRES,
            )
        )


def _require_open(connection: Any, *_: object) -> None:
    """Let the pool replace a connection that the server has closed, without a round trip to find out."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class _Asking(Session):
    """Tells PostgreSQL the person as soon as a transaction has its connection."""


@event.listens_for(_Asking, "after_begin")
def _tell_who_asks(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    folder, person = session.info["folder"], session.info["person"]
    if folder and shutil.disk_usage(folder).free < RESERVE:
        connection.execute(_ONLY_READING)
    if person:
        connection.execute(_ASKING, {"person": str(person)})


@asynccontextmanager
async def apart(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """A second transaction of a job beside that of `session`; this one commits first.

    Its login is another, so that nobody who holds a connection waits for one of the same pool.
    """
    database: Database = session.info["database"]
    async with database.under(Login.WORKER).transaction() as beside:
        yield beside


class Database:
    """An engine and its transactions, and the same database under each of our logins.

    `url` may name a user, who is then the one that migrates; what serves people works `under` a login,
    whose password follows from `secret`. Every session carries the `keyring`, with which
    `encryption.data_keys` unwraps the keys that are stored here. `folder` is where an embedded server keeps
    its data. At most `pool_size` connections are open for each login; `logins` are all that it works under,
    where that is known, and `limits` are settings of each connection. `replica` is a second database that only reads;
    `replica.for_reading` says when it is asked.
    """

    def __init__(
        self,
        url: str,
        secret: str = "",
        pool_size: int = FEW,
        keyring: Keyring = NO_KEYS,
        folder: Path | None = None,
        logins: Collection[Login] = (),
        limits: Mapping[str, str] = MappingProxyType({}),
        processes: int = 1,
        root: "Database | None" = None,
        replica: "Database | None" = None,
    ) -> None:
        self._root = root or self
        self.replica, self.left_alone_until = replica, 0.0
        self._url, self.secret, self._pool_size = make_url(url), secret, pool_size
        self._processes = processes
        self._logins, self._limits = logins, limits
        # Parameters may be about people, so they never reach an error message or a log.
        self.engine: AsyncEngine = create_async_engine(
            self._url,
            # What was opened stays open: a new one, with its first list, costs PostgreSQL 7 ms, and each list after that 0.3.
            pool_size=pool_size,
            max_overflow=0,
            # The one that was used last has most in the caches of its process and of the processor.
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"server_settings": {**_SESSION, **limits, "application_name": self.name}},
        )
        # Before anything else is asked of it, which an old one might not understand.
        event.listen(self.engine.sync_engine, "connect", _require_supported, insert=True)
        event.listen(self.engine.sync_engine, "checkout", _require_open)
        self._committing = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.keyring, self._folder = keyring, folder
        self._session = async_sessionmaker(
            self.engine,
            expire_on_commit=False,
            sync_session_class=_Asking,
            info={"keyring": keyring, "folder": folder, "database": self},
        )
        self._under: dict[Login, Database] = {}

    @classmethod
    def of(
        cls,
        settings: Settings,
        pool_size: int = FEW,
        logins: Collection[Login] = (),
        limits: Mapping[str, str] = MappingProxyType({}),
        processes: int = 1,
    ) -> "Database":
        keyring = read_keys(settings.key_file)
        common = (settings.secret, pool_size, keyring)
        shared = (logins, limits, processes)
        replica = (
            cls(settings.read_database_url, *common, None, *shared) if settings.read_database_url else None
        )
        return cls(settings.database_url, *common, settings.embedded_folder, *shared, replica=replica)

    @property
    def most(self) -> int:
        """The most connections that this process and others like it open, if their logins are known."""
        return self._pool_size * len(self._logins) * self._processes

    @property
    def name(self) -> str:
        """The application name of its connections: their maximum and the process."""
        return f"rti {self.most} {PROCESS}"

    def under(self, login: Login) -> "Database":
        """The same database as this login sees it; a connection is made when it is first used."""
        if self._logins and login not in self._logins:
            raise KeyError(login)
        if self._root is not self:
            return self._root.under(login)
        if login not in self._under:
            url = self._url.set(username=login, password=password_of(login, self.secret))
            self._under[login] = Database(
                url.render_as_string(hide_password=False),
                self.secret,
                self._pool_size,
                self.keyring,
                self._folder,
                self._logins,
                self._limits,
                self._processes,
                self,
                self.replica and self.replica.under(login),
            )
        return self._under[login]

    @asynccontextmanager
    async def transaction(self, person: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises.

        `person` is the person asking; policies read it until the transaction ends. Where the
        disk is almost full it only reads. A connection is taken when the first statement needs one, so that
        who has to wait for another before that holds none.
        """
        async with self._session() as session, session.begin():
            session.info["person"] = person
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A read-only connection that keeps seeing the database as it is at its first statement."""
        frozen = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with frozen.connect() as connection:
            yield connection

    async def ask(self, sql: str, *values: Any) -> Any:
        """The first row of one prepared statement, in one round trip and without a transaction around it.

        A connection that breaks is replaced, and what only reads is asked once more.
        """
        for again in (True, False):
            borrowed = await greenlet_spawn(self.engine.sync_engine.raw_connection)
            driver: Any = borrowed.driver_connection
            try:
                return await driver.fetchrow(sql, *values)
            except (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                if not driver.is_closed():
                    raise
                if not again:
                    raise ConnectionAbortedError from error
            finally:
                await greenlet_spawn(borrowed.close)
        return None

    async def alone(self, statement: Executable, values: dict[str, Any]) -> Sequence[Row[Any]]:
        """Run one statement as a transaction of its own, which saves round trips."""
        async with self._committing.connect() as connection:
            return (await connection.execute(statement, values)).all()

    async def close(self) -> None:
        for database in self._under.values():
            await database.close()
        if self.replica and self._root is self:
            await self.replica.close()
        await self.engine.dispose()
