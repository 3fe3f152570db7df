"""A full disk under the embedded database, its log and what is being uploaded."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rti.core.db import RESERVE, Database
from rti.core.settings import Settings
from tests import make
from tests.commands import environment, serving
from tests.sizes import size
from tests.waiting import PATIENCE, until

SIZE = RESERVE + 150_000_000
A_LETTER = b"A letter of several pages\n" * 80_000
"""Two megabytes, which do not stay in memory while they arrive."""


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own."""
    with tempfile.TemporaryDirectory(prefix="rti-disk-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("this machine lets nobody mount a small disk here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass
class Installation:
    """`rti serve` with its data, its log and its temporary files on one small disk."""

    disk: Path
    client: httpx.AsyncClient
    database: Database
    body_id: str
    acknowledged: list[str] = field(default_factory=list)

    async def file_request(self) -> httpx.Response:
        title = f"Request {len(self.acknowledged) + 1}"
        answer = await self.client.post(
            "/api/requests",
            json={"title": title, "topic": "budget", "body_id": self.body_id, "drafted_on": "2026-01-05"},
        )
        if answer.status_code == 201:
            self.acknowledged.append(title)
        return answer

    def leave(self, room: int) -> None:
        """Let somebody else fill the disk, up to so many bytes."""
        with (self.disk / "ballast").open("ab") as ballast, contextlib.suppress(OSError):
            while (more := shutil.disk_usage(self.disk).free - room) > 0:
                os.posix_fallocate(ballast.fileno(), ballast.tell(), more)
                ballast.seek(0, os.SEEK_END)

    def make_room(self) -> None:
        (self.disk / "ballast").unlink()

    async def stored(self) -> list[str]:
        async with self.database.transaction() as session:
            return list(await session.scalars(text("SELECT title FROM request ORDER BY created_at")))

    async def until_filed(self) -> None:
        """Try again and again, as people do."""

        async def filed() -> bool:
            return (await self.file_request()).status_code == 201

        await until(filed)


@pytest.fixture
def served(disk: Path) -> Iterator[str]:
    """Where `rti serve` answers, with its data, its log and its temporary files on the small disk."""
    (disk / "tmp").mkdir()
    known = environment(RTI_DATA_DIR=str(disk / "var"))
    subprocess.run([sys.executable, "-m", "rti", "migrate"], env=known, check=True, capture_output=True)
    with (
        (disk / "serve.log").open("w") as log,
        serving(known | {"TMPDIR": str(disk / "tmp")}, stderr=log) as address,
    ):
        yield address
    running = (disk / "var" / "postgres" / "postmaster.pid").exists()
    assert not running, "whoever leaves last stops the database"


@pytest.fixture
async def installation(disk: Path, served: str) -> AsyncIterator[Installation]:
    folder = Settings(data_dir=disk / "var").embedded_folder
    database = Database(f"postgresql+asyncpg://postgres@/rti?host={folder}", pool_size=1)
    async with httpx.AsyncClient(base_url=served, timeout=PATIENCE) as client:
        async with database.transaction() as session:
            member = await make.member(session)
            body = await make.body(session, "KH-010201")
        client.headers.update(await make.session_of(client, member.person, database))
        yield Installation(disk, client, database, str(body.id))
    await database.close()


@pytest.mark.torture
async def test_a_full_disk_stops_writing_first_and_then_everything_and_room_brings_it_all_back(
    installation: Installation,
) -> None:
    filed = (await installation.file_request()).json()
    view = (await installation.client.get("/health")).json()["storage"]
    assert view["well"] is False, "while there is still some room"
    for _ in range(size(1, 20)):
        installation.leave(RESERVE - 10_000_000)
        await _only_read(installation, filed["request"]["id"])
        installation.leave(0)
        await _database_stopped(installation)
        assert (await installation.file_request()).status_code == 503
        installation.client.cookies.set("language", "km")
        page = await installation.client.get("/requests")
        installation.client.cookies.delete("language")
        assert (page.status_code, 'lang="km"' in page.text) == (503, True)
        view = (await installation.client.get("/health")).json()
        assert not view["database"]["well"]
        assert view["storage"]["free"] < RESERVE
        installation.make_room()
        await installation.until_filed()
        assert await installation.stored() == installation.acknowledged
    print(f"\n{len(installation.acknowledged)} requests acknowledged, all kept")


async def _only_read(installation: Installation, request_id: str) -> None:
    """Nothing is written and all that is there is read, also by somebody who was last seen a while ago."""
    client, path = installation.client, f"/requests/{request_id}"
    async with installation.database.transaction() as session:
        earlier = "UPDATE sign_in SET last_seen_at = last_seen_at - interval '10 minutes'"
        await session.execute(text(earlier))
    refused = await installation.file_request()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    assert "Nothing was changed" in refused.json()["detail"]
    event = (await client.get(f"/api{path}")).json()["events"][0]["id"]
    files = {"data": ("a.txt", A_LETTER, "text/plain")}
    assert (await client.post(f"/api{path}/events/{event}/documents", files=files)).status_code == 503
    form = await make.post_form(client, f"{path}/requester", {"requester_name": "Sok"}, page=path)
    assert (form.status_code, "Nothing was changed" in form.text) == (503, True)
    for readable in ("/", "/requests", path, f"/api{path}", "/statistics"):
        assert (await client.get(readable)).status_code == 200, readable
    assert await installation.stored() == installation.acknowledged


async def _database_stopped(installation: Installation) -> None:
    """Write to the log of the database, as other programs of it might, until it ends for want of room."""
    write = text("SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))")

    async def ended() -> bool:
        try:
            async with installation.database.transaction() as session:
                await session.execute(write)
        except DBAPIError:
            return False
        except OSError:
            return True
        return False

    await until(ended)
