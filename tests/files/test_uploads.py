"""Hostile files through the door: none brings the server down, hangs it, or is kept half."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.files import sandbox
from rti.models.requests import DocumentContentRow, DocumentRow
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, SignIn
from tests.files.make import SAMPLES
from tests.sizes import size


def _mutations(count: int) -> Iterator[tuple[str, bytes]]:
    """Sound files cut, flipped, swollen, spliced and filled with noise, in turn of every kind."""
    chance = random.Random(7426)
    sound = {ending: make_sample() for ending, make_sample in SAMPLES.items()}
    for number in range(count):
        ending = [*sound][number % len(sound)]
        content = bytearray(sound[ending])
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content) or 1)
            match chance.randrange(5):
                case 0:
                    del content[place:]
                case 1:
                    for _ in range(chance.randint(1, 40)):
                        content[chance.randrange(len(content) or 1) : place + 1] = (
                            b"" if not content else bytes([chance.randrange(256)])
                        )
                case 2:
                    content[place:place] = content[: chance.randrange(2_000)]
                case 3:
                    content[place : place + 8] = b"\xff\xff\xff\xff\x7f\xff\xff\xff"
                case 4:
                    other = sound[chance.choice([*sound])]
                    content[place:] = other[len(other) // 2 :]
        yield ending, bytes(content)


@pytest.mark.torture
async def test_no_mutated_file_brings_the_server_down(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        await make.unbounded(session)
    files = _mutations(size(40, 10_000))
    result: Counter[int] = Counter()

    async def send_files() -> None:
        """Each sender has a request of its own, for an upload locks the request that it belongs to."""
        async with database.transaction() as session:
            request = await make.request(session, member.person, NOW)
            event = (await events_of(session, request.id))[0]
        path = f"/api/requests/{request.id}/events/{event.id}/documents"
        for ending, content in files:
            answer = await client.post(path, files={"data": (f"a.{ending}", content, "image/svg+xml")})
            assert answer.status_code in {201, 422}, answer.text
            result[answer.status_code] += 1

    await asyncio.gather(*(send_files() for _ in range(sandbox.AT_ONCE + 1)))
    print(dict(result))
    async with database.transaction() as session:
        for table in (DocumentRow, DocumentContentRow):
            assert await session.scalar(select(func.count()).select_from(table)) == result[201]


async def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o700)
    monkeypatch.setattr(sandbox.sys, "executable", str(slow))
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.2)
    async with asyncio.timeout(20):
        assert (await sandbox.examine(b"%PDF-", "application/pdf")).copy is None
