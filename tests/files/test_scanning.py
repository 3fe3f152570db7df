"""Where a virus scanner is set, no original leaves that it knows to be malicious."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.files import antivirus
from rti.files.antivirus import ScannerAway, threat_in
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.requests import DocumentRow
from rti.requests.evidence import CHECKED_EVERY, attach
from rti.requests.jobs import check_documents
from rti.requests.queries import events_of
from tests import make
from tests.commands import free_port
from tests.conftest import NOW, visiting
from tests.files.clamd import EICAR, real, spoken

SCANNERS = {"clamd": real, "spoken": spoken}


@pytest.fixture(params=SCANNERS)
async def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "clamd" and not shutil.which("clamd"):
        pytest.skip("Debian's clamav-daemon is not installed here")
    async with SCANNERS[request.param](tmp_path) as address:
        yield address


async def _request(database: Database, content: bytes) -> tuple[make.Member, str]:
    """A member, and the path of a document with a copy of its own kind or none."""
    async with database.transaction() as session:
        member = await make.member(session, Role.CBO_LEAD)
        request = await make.request(session, member.person, NOW)
        event = (await events_of(session, request.id))[0]
        document = await attach(session, event, file_name="reply.txt", content=content, now=NOW)
    return member, f"/requests/{request.id}/documents/{document.id}"


@pytest.fixture
async def scanned(settings: Settings, clamd: str) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(replace(settings, clamd=clamd)) as visitor:
        yield visitor


async def _told(database: Database) -> list[AuditAction]:
    wanted = (AuditAction.DOCUMENT_QUARANTINED, AuditAction.DOCUMENT_RELEASED, AuditAction.ORIGINAL_OPENED)
    query = select(AuditEntryRow.what).where(AuditEntryRow.what.in_(wanted)).order_by(AuditEntryRow.id)
    async with database.transaction() as session:
        return list(await session.scalars(query))


@pytest.mark.parametrize("content", [b"", b"x", b"Dear commune" * 100_000])
async def test_a_sound_file_is_nothing_to_the_scanner(clamd: str, content: bytes) -> None:
    assert await threat_in(clamd, content) is None


async def test_a_malicious_original_is_not_handed_out_and_everybody_concerned_is_told(
    database: Database, scanned: httpx.AsyncClient
) -> None:
    member, path = await _request(database, EICAR)
    await make.sign_in(scanned, member)
    for _ in range(2):
        refused = await scanned.post(f"/api{path}/original", json={})
        assert refused.status_code == 409
        assert "malware" in refused.json()["title"]
    result = await _told(database)
    assert result.count(AuditAction.DOCUMENT_QUARANTINED) == 1
    assert (
        "quarantined: the original contains malware"
        in (await scanned.get(path.partition("/documents")[0])).text
    )
    asked = (await scanned.get(f"{path}/original")).text
    assert "you cannot download it" in asked
    assert "Download the original" not in asked
    health = (await scanned.get("/health")).json()["documents"]
    assert (health["well"], health["quarantined"], health["scanned"]) == (True, 1, True)


async def test_a_sound_original_is_handed_out(database: Database, scanned: httpx.AsyncClient) -> None:
    member, path = await _request(database, b"Dear commune")
    await make.sign_in(scanned, member)
    assert (await scanned.post(f"/api{path}/original", json={})).content == b"Dear commune"


async def test_what_came_in_is_scanned_by_the_scheduler_and_again_each_week(
    database: Database, settings: Settings, clamd: str
) -> None:
    await _request(database, EICAR)
    tick = Tick(database.under(Login.WORKER), replace(settings, clamd=clamd), NOW)
    assert (await check_documents(tick)).words == "1 whole"
    assert await _told(database) == [AuditAction.DOCUMENT_QUARANTINED]
    async with database.transaction() as session:
        assert "Eicar" in (await session.scalar(select(DocumentRow.threat)) or "")


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"\0", b"", None]
)
async def test_an_answer_that_says_neither_or_comes_too_late_is_none(
    monkeypatch: pytest.MonkeyPatch, answer: bytes | None
) -> None:
    monkeypatch.setattr(antivirus, "PATIENCE", 0.2 if answer is None else antivirus.PATIENCE)

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"Dear commune" + bytes(4))
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(odd, "127.0.0.1", 0)
    async with server:
        with pytest.raises(ScannerAway):
            await threat_in(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", b"Dear commune")


@pytest.mark.parametrize("where", ["unix", "tcp"])
async def test_while_the_scanner_is_away_no_original_leaves_and_the_alarm_rings(
    database: Database, settings: Settings, tmp_path: Path, where: str
) -> None:
    nobody = str(tmp_path / "nobody") if where == "unix" else f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(ScannerAway):
        await threat_in(nobody, b"x")
    member, path = await _request(database, b"Dear commune")
    away = replace(settings, clamd=nobody)
    async with visiting(away) as visitor:
        await make.sign_in(visitor, member)
        refused = await visitor.post(f"/api{path}/original", json={})
    assert refused.status_code == 503
    assert "Try again later" in refused.text
    assert await _told(database) == [], "nothing was opened, so nothing is told"
    tick = Tick(database.under(Login.WORKER), away, NOW)
    assert not (await check_documents(tick)).well
    assert not (await check_documents(tick)).well, "until it answers"
    assert (await check_documents(replace(tick, settings=settings))).well


async def test_what_the_scanner_no_longer_takes_for_malicious_is_released(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    await _request(database, b"Dear commune")
    async with database.transaction() as session:
        await session.execute(update(DocumentRow).values(threat="False alarm"))
    async with spoken(tmp_path) as address:
        scanned = replace(settings, clamd=address)
        tick = Tick(database.under(Login.WORKER), scanned, NOW + CHECKED_EVERY)
        assert (await check_documents(tick)).well
    assert await _told(database) == [AuditAction.DOCUMENT_RELEASED]
