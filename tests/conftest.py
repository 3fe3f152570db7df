"""One embedded server for the whole run, one migrated template, and a clean copy of it for each test."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import fasteners
import httpx
import hypothesis
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncSession

from rti import schedule
from rti.accounts import passwords
from rti.core import keyring
from rti.core.db import PATIENCE, Database
from rti.core.db_roles import WEB, Login
from rti.core.periodic import Result, Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.upgrade import migrate
from rti.web.app import create_app
from tests import make, postgres
from tests.commands import KEY_FILE, SECRET, environment, serving
from tests.databases import Copy
from tests.postgres import Server

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""The moment at which tests that need one take place: Monday, 10 o'clock in Phnom Penh."""
TODAY = date(2026, 11, 23)


hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    postgres.start_installed(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more worker than cores, because tests also wait for other processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The server that tests share is started by one worker."""
    for item in items:
        if "_served" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("served"))


def pytest_collection_finish() -> None:
    """All that was imported stays to the end, so no collection of garbage looks through it: `tests` stopped them.

    From here on they come as seldom as in `rti serve`; as often as usual they take a seventh of the time of all tests.
    """
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _product_passwords() -> Iterator[tuple[PasswordHasher, str]]:
    """Hundreds of tests sign in, with the cheapest Argon2 there is; gives the product's own."""
    own = passwords._HASHER, passwords.NOBODY
    passwords._HASHER = PasswordHasher.from_parameters(CHEAPEST)
    passwords.NOBODY = passwords.hash_password("of nobody")
    yield own
    passwords._HASHER, passwords.NOBODY = own


@pytest.fixture
def costly_passwords(_product_passwords: tuple[PasswordHasher, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords as the product hashes them, for tests of what that costs."""
    hasher, nobody = _product_passwords
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    monkeypatch.setattr(passwords, "NOBODY", nobody)


@pytest.fixture(scope="session")
def server(testrun_uid: str) -> Iterator[Server]:
    """The server of this run, shared by its workers.

    It lies outside pytest's own folder, to which a second run of the same user shuts the door.
    """
    shared = Path(tempfile.gettempdir()) / f"rti-tests-{testrun_uid}"
    shared.mkdir(exist_ok=True)
    with postgres.server(shared / "postgres") as found:
        with fasteners.InterProcessLock(shared / "template.lock"):
            _make_template(found)
        yield found
    if not (shared / "postgres").exists():
        shutil.rmtree(shared, ignore_errors=True)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder for a process that starts an embedded server of its own."""
    with tempfile.TemporaryDirectory(prefix="rti-data-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "var"


def _make_template(server: Server) -> None:
    """Make it once for each server: a worker that comes late may find that the others ended, and their server too."""
    if "template_rti" in server.psql("SELECT datname FROM pg_database"):
        return
    # Tests survive no power cut, so they need not wait for the disk.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    server.psql("DROP DATABASE IF EXISTS template_unfinished")
    server.psql("CREATE DATABASE template_unfinished")

    async def fill() -> None:
        database = Database(server.url("template_unfinished"), keyring=keyring.read(KEY_FILE))
        await migrate(database, NOW)
        await database.close()

    asyncio.run(fill())
    server.psql("ALTER DATABASE template_unfinished RENAME TO template_rti")


@pytest.fixture(scope="session")
async def _copy(server: Server, worker_id: str) -> AsyncIterator[Copy]:
    name = f"test_{worker_id}"

    def make() -> None:
        server.psql(
            f"SET client_min_messages = warning; DROP DATABASE IF EXISTS {name} WITH (FORCE);"
            f"CREATE DATABASE {name} TEMPLATE template_rti STRATEGY FILE_COPY"
        )

    database = Database(server.url(name), SECRET, pool_size=5, keyring=keyring.read(KEY_FILE))
    # Of each login: whoever holds one and waits for another would wait for ever, so nobody may.
    database._pool_size = 1
    yield Copy(database, make)
    await database.close()


@pytest.fixture
async def database(_copy: Copy) -> Database:
    """With what the migrations and the reference data put into it, and nothing else."""
    await _copy.clean()
    return _copy.database


@pytest.fixture
def database_url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is committed when the test ends, so that constraints speak."""
    async with database.transaction() as session:
        yield session


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, secret=SECRET, key_file=KEY_FILE)


application = cache(create_app)
"""Made once for all tests with such settings: 190 routes take a third of a second."""


@pytest.fixture
async def client(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor who is not signed in."""
    app = application(settings)
    app.state.settings, app.state.database = settings, database
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as visitor:
        yield visitor


@pytest.fixture(scope="session")
async def _served(_copy: Copy) -> AsyncIterator[tuple[str, Path]]:
    """`rti serve` on the database that every test gets clean: its address and its log."""
    await _copy.clean()
    url = _copy.database.engine.url.render_as_string(hide_password=False)
    own = {"RTI_DATABASE_URL": url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "log").open("a") as log,
        serving(environment(**own), stdout=log, stderr=log) as found,
    ):
        yield found, Path(log.name)


@pytest.fixture
def address(database: Database, _served: tuple[str, Path]) -> str:
    """Where `rti serve` answers, on the database of the test."""
    return _served[0]


@pytest.fixture
def server_log(_served: tuple[str, Path]) -> Callable[[], str]:
    """What that server has logged since the test began."""
    os.truncate(_served[1], 0)
    return _served[1].read_text


DoJobs = Callable[[], Awaitable[Result]]


@pytest.fixture
async def do_jobs(settings: Settings) -> AsyncIterator[DoJobs]:
    """What the scheduler does with the jobs that wait, which has connections of its own."""
    database = Database.of(settings)

    async def done() -> Result:
        return await schedule.do_jobs(Tick(database.under(Login.WORKER), settings, NOW))

    yield done
    await database.close()


@cache
def _another_application(secret: str, base_url: str) -> Litestar:
    return create_app(Settings(database_url="postgresql+asyncpg://", secret=secret, base_url=base_url))


@asynccontextmanager
async def visiting(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of an installation with other settings than that of `client`, and with a database pool of its own."""
    app = _another_application(settings.secret, settings.base_url)
    app.state.settings = settings
    app.state.database = Database.of(settings, settings.connections, WEB, PATIENCE)
    base_url = settings.base_url or "http://127.0.0.1"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url) as visitor:
        yield visitor
    await app.state.database.close()


SignIn = Callable[[Role], Awaitable[make.Member]]


@pytest.fixture
async def sign_in(client: httpx.AsyncClient, database: Database) -> SignIn:
    """Make somebody of a role and sign the visitor in, in the pages and in the API, without the costly password."""

    async def signed_in(role: Role) -> make.Member:
        async with database.transaction() as session:
            member = await make.member(session, role)
        client.headers.update(await make.session_of(client, member.person, database))
        return member

    return signed_in
