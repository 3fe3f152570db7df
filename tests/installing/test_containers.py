"""docker-compose.yml does what docs/deploying.md says, line by line, on the root and as the user that it names."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from notifications import delivery_reports
from rti.backups.encryption import new_identity
from rti.core import keyring
from rti.core.db import Database
from rti.encryption.data_keys import keys_to_decrypt
from rti.models.requests import DocumentContentRow
from rti.readiness import newest_version
from rti.upgrade import alembic_config
from tests.installing import compose
from tests.installing.sandbox import Containers, Done, containers
from tests.installing.test_files import GIVEN
from tests.notifications.test_bounces import delivery_report
from tests.old_data import fill
from tests.sizes import size
from tests.sources import ROOT

REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions()))
]
pytestmark = pytest.mark.xdist_group("containers")
REACHING = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8000)
connection.request(sys.argv[1], sys.argv[2])
answer = connection.getresponse()
print(answer.status, len(answer.read()))
"""


BOUNCING = """
cd /
exec env -i PATH="$PATH" RTI_DATABASE_URL="$RTI_DATABASE_URL" RTI_SECRET="$RTI_SECRET" rti bounce "$0"
"""


def _missing() -> str | None:
    """Why there can be no sandbox, if there can be none."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed"
    tried = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    done = subprocess.run(tried, capture_output=True, text=True, check=False)
    return f"bubblewrap may not run here: {done.stderr.strip()}" if done.returncode else None


@pytest.fixture(scope="module")
def _sandbox() -> Iterator[tuple[Containers, Path]]:
    if reason := _missing():
        assert not os.environ.get("SANDBOX_REQUIRED"), reason
        pytest.skip(reason)
    # Not in the folder of pytest, whose path is too long for a socket.
    with TemporaryDirectory(prefix="rti-", dir="/tmp") as place:
        identity = Path(place) / "identity"
        env = {**compose.example(), **GIVEN, "RTI_BACKUP_RECIPIENT": new_identity(identity)}
        with containers(Path(place), env) as docker:
            yield docker, identity


@pytest.fixture
def docker(_sandbox: tuple[Containers, Path]) -> Iterator[Containers]:
    """Nothing was started yet, and its volumes are empty."""
    docker, _ = _sandbox
    for volume in ("keys", "backups", "usb"):
        for left in (docker.folder / volume).iterdir():
            left.unlink()
    docker.new_database()
    yield docker
    docker.down()


@pytest.fixture
def identity(_sandbox: tuple[Containers, Path]) -> Path:
    """The file that opens the backups."""
    return _sandbox[1]


def well(done: Done) -> str:
    assert done.status == 0, done
    return done.out


def healthy(docker: Containers, service: str) -> bool:
    """Whether its health check passes before Docker would give up; not asked before there is something to ask."""
    began = {
        "web": lambda: docker.run("web", ["python", "-c", REACHING, "HEAD", "/sign-in"]).status == 0,
        "scheduler": lambda: (
            docker.psql("SELECT count(*) FROM heartbeat WHERE ended_at IS NOT NULL", "rti") != "0"
        ),
    }[service]
    return any(began() or time.sleep(1) for _ in range(100)) and any(
        docker.healthy(service) for _ in range(10)
    )


def answer(docker: Containers, method: str, path: str) -> str:
    return well(docker.run("web", ["python", "-c", REACHING, method, path])).strip()


def _is_backed_up_and_restored(docker: Containers, identity: Path) -> None:
    copied = (docker.folder / "keys" / "wrapping").read_text()
    made = re.match(r"rti-\w+Z", well(docker.run("scheduler", ["rti", "backup"])))
    assert made
    keys, rows = (docker.folder / "backups" / f"{made[0]}.{end}" for end in ("keys.age", "age"))
    shutil.copy(identity, docker.folder / "usb" / "identity")
    drilled = well(docker.run("scheduler", ["rti", "backup", "drill", "--identity", "/usb/identity"]))
    assert f"{rows.name}: " in drilled
    for path in (keys, rows):
        path.rename(docker.folder / "usb" / path.name)
    (docker.folder / "keys" / "wrapping").unlink()
    docker.new_database()
    putting, restoring = compose.commands("docs/backup.md", "## Restoring, step by step")
    well(docker.docker(putting, copied))
    restored = docker.docker(restoring.replace("rti-20261124T190000Z.age", rows.name))
    assert well(restored).endswith("restored and verified\n")
    assert restored.err == ""
    assert docker.psql("SELECT count(*) FROM audit_entry WHERE what = 'restored'", "rti") == "1"


def test_it_starts_is_backed_up_and_is_restored_by_the_lines_of_the_documents(
    docker: Containers, identity: Path
) -> None:
    making, copying, starting, inviting = compose.commands("docs/deploying.md", "# Running it on a server")[
        :4
    ]
    well(docker.docker(making))
    assert well(docker.docker(copying)) == (docker.folder / "keys" / "wrapping").read_text()
    well(docker.docker(starting))
    link = well(docker.docker(inviting)).strip()
    assert healthy(docker, "web"), docker.log("web")
    assert healthy(docker, "scheduler"), docker.log("scheduler")
    assert link.startswith(f"{GIVEN['RTI_BASE_URL']}/invitation?token=")
    page = link.removeprefix(GIVEN["RTI_BASE_URL"])
    status, length = answer(docker, "GET", page).split()
    assert (status, int(length) > 1000) == ("200", True)
    assert answer(docker, "HEAD", "/sign-in") == "200 0"
    # As Postfix hands it over: as `nobody`, in a folder of its own, with what the script beside it sets.
    recipient = delivery_reports.sender_of(uuid4(), "bounce@rti.example.org", GIVEN["RTI_SECRET"])
    done = docker.run("web", ["sh", "-c", BOUNCING, recipient], delivery_report().decode())
    assert done == Done(0, "The message no longer exists; nothing to record\n")
    assert docker.log("web") == ""
    assert '"level"' not in docker.log("scheduler")
    docker.down()
    _is_backed_up_and_restored(docker, identity)


def test_without_keys_nothing_starts_nothing_is_written_and_no_keys_are_made(docker: Containers) -> None:
    output = docker.docker("docker compose up -d")
    assert output == Done(2, "", "RTI_KEY_FILE /keys/wrapping is not there; create it with `rti keys add`\n")
    closed = docker.run("web", ["sh", "-c", "RTI_KEY_FILE=/etc/rti/wrapping rti keys add"])
    assert closed == Done(1, "", "/etc/rti: Read-only file system\n")
    assert not list((docker.folder / "keys").iterdir())
    assert docker.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "rti") == "0"


@pytest.mark.torture
@pytest.mark.parametrize("revision", size(("0001",), REVISIONS))
async def test_a_database_of_every_schema_comes_to_the_present_one_with_the_keys_of_the_volume(
    docker: Containers, revision: str
) -> None:
    key_file = keyring.kept(docker.folder / "keys" / "wrapping")
    database = Database(docker.database_url, keyring=keyring.read(key_file))

    def old(connection: Connection) -> None:
        for each in REVISIONS[: REVISIONS.index(revision) + 1]:
            command.upgrade(alembic_config(connection, database.keyring), each)
            fill(connection, each, 20)
        connection.commit()

    async with database.engine.connect() as connection:
        await connection.run_sync(old)
    well(docker.run("migrate", ["rti", "migrate"]))
    assert docker.psql("SELECT version_num FROM alembic_version", "rti") == newest_version()
    content = DocumentContentRow.content
    async with database.transaction() as session:
        cbo_id = (await session.scalars(select(DocumentContentRow.cbo_id).distinct())).one()
        keys = await keys_to_decrypt(session, cbo_id)
        sealed = await session.execute(select(DocumentContentRow.document_id, content))
        assert [keys.decrypt(content, row, each) for row, each in sealed] == [b"abc"] * 10
    await database.close()
