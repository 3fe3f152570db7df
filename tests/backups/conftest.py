"""An identity, a folder, and an empty database to restore into."""

import gzip
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage
import pytest

from rti.backups.backup import Made, make
from rti.backups.encryption import new_identity
from rti.backups.folder import keys_for
from rti.backups.restore import Restored, restore
from rti.core import keyring
from rti.core.db import Database
from tests.commands import KEY_FILE
from tests.conftest import NOW, Server


@dataclass(frozen=True)
class Vault:
    """A folder of backups, the public key to which they are encrypted, and the file that opens them."""

    folder: Path
    identity: Path
    recipient: str

    async def make(self, database: Database, now: datetime = NOW) -> Made:
        return await make(database, self.folder, self.recipient, now)

    async def restore(self, empty: Database, path: Path) -> Restored:
        return await restore(empty, path, keys_for(path), self.identity, NOW)


def decrypted(path: Path, identity: Path) -> bytes:
    """What anybody with the identity gets out of a file, without our own code."""
    found = io.BytesIO()
    opener = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    with path.open("rb") as file:
        pyrage.decrypt_io(file, found, [opener])
    return gzip.decompress(found.getvalue())


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    identity = tmp_path / "identity"
    return Vault(tmp_path / "backups", identity, new_identity(identity))


@pytest.fixture
def empty_url(server: Server, worker_id: str) -> Iterator[str]:
    name = f"restored_{worker_id}"
    server.psql(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url, pool_size=2, keyring=keyring.read(KEY_FILE))
    yield database
    await database.close()
