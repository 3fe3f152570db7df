"""What keeps a command from starting is told in a sentence, not in a trace."""

import errno
import json
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rti.core import keyring
from rti.core.db import Database, is_outage
from rti.core.settings import OLDEST_POSTGRES
from rti.encryption.data_keys import keys_to_encrypt
from tests import make
from tests.commands import KEY_FILE, SECRET, environment, rti
from tests.conftest import NOW, Server

COMMANDS = ("serve", "migrate", "health")


class OldServer(socketserver.StreamRequestHandler):
    """Lets everybody in as PostgreSQL does, tells an old version, and then waits to be left.

    PostgreSQL, Frontend/Backend Protocol: AuthenticationOk, ParameterStatus, BackendKeyData, ReadyForQuery.
    """

    def handle(self) -> None:
        (length,) = struct.unpack("!i", self.rfile.read(4))
        self.rfile.read(length - 4)
        version = f"server_version\0{OLDEST_POSTGRES - 1}.23 (Debian)\0".encode()
        said = ((b"R", bytes(4)), (b"S", version), (b"K", bytes(8)), (b"Z", b"I"))
        self.wfile.write(b"".join(kind + struct.pack("!i", len(body) + 4) + body for kind, body in said))
        self.rfile.read()


@pytest.fixture
def old_server() -> Iterator[str]:
    """The address of a server that is too old."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socketserver.ThreadingUnixStreamServer(str(Path(folder) / ".s.PGSQL.5432"), OldServer) as server,
    ):
        threading.Thread(target=server.serve_forever).start()
        yield f"postgresql:///rti?host={folder}"
        server.shutdown()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_is_too_old_is_told_with_the_version_that_is_needed(
    old_server: str, command: str
) -> None:
    done = rti(old_server, command)
    assert done.returncode == 1
    message = f"The database is PostgreSQL {OLDEST_POSTGRES - 1}; this program needs version {OLDEST_POSTGRES} or newer"
    assert done.stderr == f"{message}\n"


@pytest.mark.parametrize("command", COMMANDS[:2])
def test_a_database_that_is_not_there_is_told_in_a_line(server: Server, command: str) -> None:
    done = rti(server.url("nowhere"), command)
    assert done.returncode == 1
    message = 'PostgreSQL answers, but database "nowhere" does not exist. Create it: createdb'
    assert done.stderr == f"{message} --encoding UTF8 --template template0\n"


def test_the_scheduler_tells_the_same_in_a_process_of_its_own(server: Server) -> None:
    """It handles signals before it looks at the database."""
    known = {"RTI_DATABASE_URL": server.url("nowhere"), "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    command = [sys.executable, "-m", "rti", "scheduler"]
    done = subprocess.run(command, env=environment(**known), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith('PostgreSQL answers, but database "nowhere" does not exist.')


def test_migrating_as_anybody_but_a_superuser_is_refused(database_url: str) -> None:
    done = rti(database_url.replace("//postgres@", "//rti_operator@"), "migrate")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The user of RTI_DATABASE_URL has to be a superuser of PostgreSQL for this\n"


@pytest.mark.parametrize("command", COMMANDS[:2])
def test_nothing_that_encrypts_starts_without_a_key_file(database_url: str, command: str) -> None:
    done = rti(database_url, command, RTI_KEY_FILE="")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("RTI_KEY_FILE is not set")


@pytest.mark.parametrize("command", COMMANDS[:2])
async def test_nothing_starts_with_keys_that_are_not_those_of_the_database(
    database: Database, database_url: str, tmp_path: Path, command: str
) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        await keys_to_encrypt(session, cbo.id, NOW)
    other = keyring.kept(tmp_path / "wrapping")
    done = rti(database_url, command, RTI_KEY_FILE=str(other))
    assert done.returncode == 1
    number = keyring.read(KEY_FILE).current.number
    message = "The key file (RTI_KEY_FILE) lacks keys that wrap data keys in use"
    assert done.stderr == f"{message}: {number:08x}\n"


@pytest.mark.parametrize(
    ("fault", "passes"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), True),
        (FileNotFoundError(errno.ENOENT, "a socket"), True),
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.ENOSPC, "x", "a file"), True),
        (PermissionError(errno.EACCES, "x"), False),
        (PermissionError(errno.EACCES, "x", "a folder"), False),
        (FileNotFoundError(errno.ENOENT, "x", "a file"), False),
        (ExceptionGroup("of one call", [ValueError(), ConnectionResetError()]), True),
        (ExceptionGroup("of one call", [ValueError()]), False),
    ],
    ids=repr,
)
def test_a_full_disk_passes_and_what_is_closed_to_us_does_not(fault: Exception, *, passes: bool) -> None:
    assert is_outage(fault) is passes


def test_a_file_that_is_in_the_way_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "keys").touch()
    done = rti("postgresql://db/rti", "keys", "add", RTI_KEY_FILE=str(tmp_path / "keys" / "wrapping"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("/keys: File exists\n")


@pytest.mark.parametrize("command", [("migrate",), ("keys", "rotate")])
def test_what_needs_a_superuser_says_so_where_the_address_names_nobody(command: tuple[str, ...]) -> None:
    done = rti("postgresql://127.0.0.1/rti", *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("RTI_DATABASE_URL has to name a superuser for this: postgresql://postgres:")


def test_what_is_large_and_seldom_needed_is_not_loaded_at_the_start() -> None:
    large = {
        "alembic",
        "holidays",
        "icalendar",
        "numpy",
        "openpyxl",
        "pikepdf",
        "PIL",
        "pygal",
        "webauthn",
        "zxcvbn",
    }
    for module, others in {
        "rti.web.app": large,
        "rti.cli.health": {"sqlalchemy", "litestar", "asyncpg"},
    }.items():
        message = f"import sys, {module}; print(*sys.modules)"
        loaded = subprocess.run([sys.executable, "-c", message], capture_output=True, text=True, check=True)
        assert not others & {*loaded.stdout.split()}, module


def test_a_container_asks_the_web_server_how_the_scheduler_is(address: str) -> None:
    asked = rti("", "health", "--part", "scheduler", "--at", address)
    output = json.loads(asked.stdout)
    assert asked.returncode == int(not all(job["well"] for job in output["scheduler"].values()))
    assert {"sweep", "dispatch"} <= set(output["scheduler"])
    silent = rti("", "health", "--part", "scheduler", "--at", "http://127.0.0.1:1")
    assert silent.returncode == 1
    assert silent.stderr.startswith("The web server does not answer")
