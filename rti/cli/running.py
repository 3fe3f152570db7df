"""Commands that run the system: `demo`, `serve`, `scheduler`, `migrate`."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import typer
import uvicorn
from sqlalchemy import make_url

from notifications.scheduler import run
from rti.core import embedded_postgres, wallclock
from rti.core.db import Database
from rti.core.db_roles import WEB, Login
from rti.core.settings import Settings, SettingsFault
from rti.demo import ACCOUNTS, load_demo
from rti.schedule import jobs_of
from rti.upgrade import migrate as migrate_database
from rti.upgrade import require_ready
from rti.web.app import create_app

STOP_SECONDS = 10
_ADDRESS = "address"
"""The file of the data folder that tells other processes where the pages are."""


def settings_of_environment() -> Settings:
    return Settings.from_env(os.environ)


@contextmanager
def opened() -> Iterator[Settings]:
    """Settings with a database that is there, the given one or the embedded server, and with the address of its pages."""
    given = settings_of_environment()
    with embedded_postgres.completed(replace(given, base_url=address_of(given))) as settings:
        yield settings


def address_of(settings: Settings) -> str:
    """Where links lead: as set, else where the web server of this data folder was started last."""
    path = settings.data_dir / _ADDRESS
    if settings.base_url or not settings.embedded_folder or not path.exists():
        return settings.address
    return path.read_text(encoding="ascii")


def _keep_address(settings: Settings) -> None:
    if settings.embedded_folder:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / _ADDRESS).write_text(settings.address, encoding="ascii")


@asynccontextmanager
async def connected(settings: Settings, login: Login) -> AsyncIterator[Database]:
    """The database of `settings` under a login, until the block ends."""
    async with _database_of(settings) as database:
        yield database.under(login)


@asynccontextmanager
async def connected_as_superuser(settings: Settings) -> AsyncIterator[Database]:
    """The same as the user whom RTI_DATABASE_URL names; raises SettingsFault where a server's names nobody."""
    url = make_url(settings.database_url)
    if url.host and not url.username:
        raise SettingsFault(
            ["RTI_DATABASE_URL has to name a superuser for this: postgresql://postgres:password@host/name"]
        )
    async with _database_of(settings) as database:
        yield database


@asynccontextmanager
async def _database_of(settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(settings)
    try:
        yield database
    finally:
        await database.close()


def migrate() -> None:
    """Migrate the database to the current schema and load the directory, statutes and days off.

    Example: RTI_DATABASE_URL=postgresql://rti:secret@db/rti rti migrate
    """
    with opened() as settings:
        asyncio.run(_migrated(settings, with_demo=False))


def serve(*, stop_with_parent: bool = typer.Option(False, hidden=True)) -> None:
    """Serve the web pages and the JSON API.

    Example: RTI_PORT=8080 rti serve
    """
    if stop_with_parent:
        _stop_when_parent_ends()
    # Told to end, uvicorn passes that on when it has ended; else nobody would stop the embedded server.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with embedded_postgres.completed(settings_of_environment()) as settings:
        asyncio.run(_ready(settings))
        _keep_address(settings)
        uvicorn.run(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            # Nothing that a proxy says of a visitor is looked at.
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS // 2,
        )


def scheduler(*, stop_with_parent: bool = typer.Option(False, hidden=True)) -> None:
    """Run the scheduled jobs: create reminders, send queued messages and the rest.

    Example: RTI_SMTP_URL=smtp://localhost:25 rti scheduler
    """
    if stop_with_parent:
        _stop_when_parent_ends()
    with opened() as settings:
        asyncio.run(run(settings, jobs_of(settings)))


def demo() -> None:
    """Set up a database with a demo campaign if it is empty, then serve everything until Ctrl-C.

    Example: RTI_PORT=8080 rti demo
    """
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, signal.default_int_handler)
    given = settings_of_environment()
    known = replace(given, demo=True, base_url=given.address)
    with embedded_postgres.completed(known) as settings:
        if _listening(settings):
            typer.echo(f"Port {settings.port} is in use. Choose another port with RTI_PORT.", err=True)
            sys.exit(1)
        asyncio.run(_migrated(settings, with_demo=True))
        sys.exit(_supervise(settings))


async def _ready(settings: Settings) -> None:
    """Tell what keeps the web server from starting in words; it would show a trace itself."""
    database = Database.of(settings, settings.connections, WEB)
    try:
        await require_ready(database)
    finally:
        await database.close()


async def _migrated(settings: Settings, *, with_demo: bool) -> None:
    now = wallclock.now()
    async with connected_as_superuser(settings) as database:
        await migrate_database(database, now)
        if with_demo:
            async with database.under(Login.OPERATOR).transaction() as session:
                await load_demo(session, now, wallclock.day_of(now, settings.timezone))


def _announce(settings: Settings) -> None:
    typer.echo(f"Open {settings.address}")
    for account in ACCOUNTS:
        typer.echo(f"  {account.email:<22} {account.password}  ({account.role.replace('_', ' ')})")
    sent = (
        f"is sent to {urlsplit(settings.smtp_url).hostname}"
        if settings.smtp_url
        else f"is held: read it at {settings.address}/mail"
    )
    typer.echo(f"Outgoing mail {sent}")
    typer.echo("Stop with Ctrl-C. The data is kept.")


def _supervise(settings: Settings) -> int:
    """Run the web server and the scheduler; when one ends or a signal comes, end both."""
    environment = embedded_postgres.for_children(settings)
    children = [
        subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, "-m", "rti", command, "--stop-with-parent"],
            env=environment,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        for command in ("serve", "scheduler")
    ]
    try:
        announced = False
        while all(child.poll() is None for child in children):
            if not announced and _listening(settings):
                _announce(settings)
                announced = True
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(children)
    typer.echo(
        f"A process stopped unexpectedly. If port {settings.port} is in use, choose another port with RTI_PORT.",
        err=True,
    )
    return 1


def _listening(settings: Settings) -> bool:
    try:
        with socket.create_connection((settings.host, settings.port), timeout=1):
            return True
    except OSError:
        return False


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _stop_when_parent_ends() -> None:
    """End this process when the other end of its standard input closes, even by kill -9."""

    def watch() -> None:
        # Not through sys.stdin: its lock, held by this thread, would crash the interpreter on its way out.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
