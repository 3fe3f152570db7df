"""Hostile files through the door: none brings the server down, hangs it, or is kept half."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.files import own_process, sandbox
from rti.models.requests import DocumentContentRow, DocumentRow
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW
from tests.files.make import SAMPLES
from tests.sizes import size

LOG = b"body_code,title,topic,received_on\n" + b"KH-010201,Road,budget,2026-10-05\n" * 20


def _mutations(count: int) -> Iterator[tuple[str, bytes]]:
    """Sound files cut, flipped, swollen, spliced and filled with noise, in turn of every kind."""
    chance = random.Random(7426)
    sound = {ending: make_sample() for ending, make_sample in SAMPLES.items()} | {"csv": LOG}
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
async def test_no_mutated_file_brings_the_server_down(address: str, database: Database) -> None:
    """By each door that takes a file: as evidence on a page or by a program, in a stack of scans, as a log to import.

    First a sound one by each, for of the few mutated ones none may be a stack that can be read.
    """
    whole = [("pdf", SAMPLES["pdf"]())] * 4
    files = enumerate(chain(whole, _mutations(size(60, 10_000))))
    result: Counter[tuple[str, int]] = Counter()
    longest = 0.0
    async with database.transaction() as session:
        await make.unbounded(session)

    async def send_files() -> None:
        """Each sender has a request of its own, for an upload locks the request that it belongs to."""
        nonlocal longest
        async with database.transaction() as session:
            person = (await make.member(session, Role.CBO_LEAD)).person
            request = await make.request(session, person, NOW)
            event = (await events_of(session, request.id))[0]
        documents = f"/requests/{request.id}/events/{event.id}/documents"
        async with httpx.AsyncClient(base_url=address, timeout=3 * sandbox.WALL_SECONDS) as client:
            client.headers.update(await make.session_of(client, person, database))
            form = {"_csrf_token": await make.form_token(client, "/inbox/scans")}
            scanned = form | {"kind": "received", "happened_on": request.received_on.isoformat()}
            doors = [
                ("page", documents, "document", form),
                ("program", f"/api{documents}", "data", {}),
                ("scans", "/inbox/scans", "document", scanned),
                ("import", "/api/imports/requests/guess", "file", {}),
            ]
            for number, (ending, content) in files:
                door, path, field, fields = doors[-1 if ending == "csv" else number % len(doors)]
                began = time.monotonic()
                sent = {field: (f"a.{ending}", content, "image/svg+xml")}
                answer = await client.post(path, data=fields, files=sent)
                longest = max(longest, time.monotonic() - began)
                assert answer.status_code in {200, 201, 303, 422}, f"{door}: {answer.text}"
                result[door, answer.status_code] += 1

    await asyncio.gather(*(send_files() for _ in range(sandbox.AT_ONCE + 1)))
    memory = max(
        each.memory_info().rss for each in psutil.Process().children(recursive=True) if _serves(each)
    )
    print(f"\n{dict(result)}, {longest:.1f} s at most, {memory / 2**20:.0f} MB in a web server")
    assert memory < own_process.MEMORY
    assert {door for door, status in result if status < 400} == {"page", "program", "scans", "import"}
    async with database.transaction() as session:
        kept = result["page", 303] + result["program", 201]
        for table in (DocumentRow, DocumentContentRow):
            assert await session.scalar(select(func.count()).select_from(table)) == kept


def _serves(process: psutil.Process) -> bool:
    return {"rti", "serve"} <= {*process.cmdline()}


async def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o700)
    monkeypatch.setattr(sandbox.sys, "executable", str(slow))
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.2)
    async with asyncio.timeout(20):
        assert (await sandbox.examine(b"%PDF-", "application/pdf")).copy is None
