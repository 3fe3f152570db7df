"""`rti demo`, which runs all parts of the system, and `rti migrate`."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import urlsplit

import typer

from rti.cli.connecting import connected_as_superuser, opened, settings_of_environment
from rti.cli.workers import STOP_SECONDS
from rti.core import embedded_postgres, wallclock
from rti.core.db_roles import Login
from rti.core.settings import Settings
from rti.demo import ACCOUNTS, load_demo
from rti.upgrade import migrate as migrate_database


def migrate() -> None:
    """Migrate the database to the current schema and load the directory, statutes and days off.

    Example: RTI_DATABASE_URL=postgresql://rti:secret@db/rti rti migrate
    """
    with opened() as settings:
        asyncio.run(_migrated(settings, with_demo=False))


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
    """Run the web server and the scheduler; stop both when one ends or a signal comes."""
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
