"""What keeps a command from starting is told in a sentence, not in a trace."""

import socketserver
import struct
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rti.core.settings import OLDEST_POSTGRES
from tests.commands import rti, rti_process
from tests.conftest import Server

COMMANDS = {"serve": rti_process, "scheduler": rti_process, "migrate": rti, "health": rti}
"""Those that handle signals need a process of their own."""


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
    done = COMMANDS[command](old_server, command)
    assert done.returncode == 1
    told = f"The database is PostgreSQL {OLDEST_POSTGRES - 1}; this program needs version {OLDEST_POSTGRES} or newer"
    assert done.stderr == f"{told}\n"


@pytest.mark.parametrize("command", ["serve", "scheduler", "migrate"])
def test_a_database_that_is_not_there_is_told_in_a_line(server: Server, command: str) -> None:
    done = COMMANDS[command](server.url("nowhere"), command)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert 'database "nowhere" does not exist' in line


def test_migrating_as_anybody_but_a_superuser_is_refused(database_url: str) -> None:
    done = rti(database_url.replace("//postgres@", "//rti_operator@"), "migrate")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The user of RTI_DATABASE_URL has to be a superuser of PostgreSQL for this\n"
