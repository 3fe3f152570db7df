"""The dossier of a case: complete for a court, checked with public tools, and silent about whom nobody is to know."""

import asyncio
import hashlib
import json
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select, update

from rti.core.db import Database
from rti.core.i18n import Language
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.letters.actions import write
from rti.letters.commands import WriteLetter
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.letters import LetterKind
from rti.models.requests import DocumentContentRow, Filing, RequestRow
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, TODAY, DoJobs
from tests.files.make import jpeg, pdf

SECRETS = ("Chea Vanna", "012345678", "House 4", "Comes on Mondays", "Vanna called", "Boeng")


async def _case(database: Database, filing: Filing = Filing.PROXY) -> tuple[make.Member, RequestRow]:
    """A request with its requester, notes, a letter, a photo and a PDF."""
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW, code="BOENG")
        cbo.name_en = cbo.name_km = "Boeng"
        member = await make.member(session, of=cbo)
        campaign = await make.campaign(session, NOW)
        request = await make.request(
            session,
            member.person,
            NOW,
            filing=filing,
            campaign_id=campaign.id,
            received_on=TODAY - timedelta(days=30),
            requester_name="Chea Vanna",
            requester_phone="012345678",
            requester_address="House 4",
            requester_note="Comes on Mondays",
        )
        who, said = member.person, {"outcome": Outcome.REFUSED, "note": "Vanna called"}
        await make.event(session, request.id, who, NOW, EventKind.ANSWERED, TODAY, **said)
        *_, event = await events_of(session, request.id)
        await attach(session, event, file_name="Chea Vanna.jpg", content=jpeg(), now=NOW)
        await attach(session, event, file_name="Chea Vanna.pdf", content=pdf(), now=NOW)
        wanted = WriteLetter(kind=LetterKind.REQUEST, language=Language.EN)
        await write(session, who, request.id, wanted, NOW, TODAY)
    return member, request


async def _made(client: httpx.AsyncClient, request: RequestRow, do_jobs: DoJobs, **wanted: str) -> ZipFile:
    page = f"/requests/{request.id}/dossier"
    started = await make.post_form(client, page, {"language": "en", **wanted})
    assert started.status_code == 303, started.text
    await do_jobs()
    address = started.headers["location"]
    assert "Download the dossier" in (await client.get(address)).text
    bundle = await client.get(f"{address}/bundle.zip")
    archive = ZipFile(BytesIO(bundle.content))
    assert (await client.get(f"{address}/dossier.pdf")).content == archive.read("dossier.pdf")
    return archive


def _words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _compared(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "--check", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


async def test_its_own_people_get_everything_and_public_tools_check_it(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs, tmp_path: Path
) -> None:
    member, request = await _case(database)
    await make.sign_in(client, member)
    archive = await _made(client, request, do_jobs, identity="true")
    archive.extractall(tmp_path)
    checked = await asyncio.to_thread(_compared, tmp_path)
    assert (checked.returncode, checked.stdout.count(": OK")) == (0, len(archive.namelist()) - 1)
    said = json.loads(archive.read("dossier.json"))
    assert said["asker"]["name"] == "Chea Vanna"
    assert said["events"][-1]["note"] == "Vanna called"
    originals = {each["original"]: each["sha256"] for each in said["annexes"] if each["original"]}
    assert {hashlib.sha256(archive.read(path)).hexdigest(): path for path in originals} == {
        digest: path for path, digest in originals.items()
    }
    assert sorted(originals) == ["originals/02.jpg", "originals/03.pdf"]
    async with database.transaction() as session:
        made = select(AuditEntryRow.details).where(AuditEntryRow.what == AuditAction.DOSSIER_MADE)
        details = await session.scalar(made) or {}
    assert details["sha256"] == hashlib.sha256(archive.read("SHA256SUMS")).hexdigest()


async def test_the_paper_says_what_happened_and_why_each_date_is_what_it_is_and_holds_all_annexes(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, request = await _case(database)
    await make.sign_in(client, member)
    archive = await _made(client, request, do_jobs)
    paper = archive.read("dossier.pdf")
    words = _words(paper)
    for each in (
        "Refused in writing",
        "How the dates are calculated",
        "Benchmark, not a legal deadline",
        "Annex 3",
    ):
        assert each in words
    with (
        pikepdf.open(BytesIO(paper)) as opened,
        pikepdf.open(BytesIO(archive.read("annexes/01.pdf"))) as letter,
    ):
        sizes = [sorted(map(float, page.mediabox[2:])) for page in opened.pages]
        # A page before each of three annexes: the letter, a photo, and a PDF of one page.
        first = len(opened.pages) - 3 - len(letter.pages) - 1 - 1
    assert first in {1, 2, 3}
    assert all(short <= 612 and long <= 842.1 for short, long in sizes)


@pytest.mark.parametrize("role", [Role.STAFF, Role.CBO_MEMBER])
async def test_without_the_identity_nothing_in_it_names_anybody(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs, role: Role
) -> None:
    member, request = await _case(database)
    if role is Role.STAFF:
        async with database.transaction() as session:
            member = await make.member(session, Role.STAFF)
    await make.sign_in(client, member)
    archive = await _made(client, request, do_jobs)
    assert not [name for name in archive.namelist() if name.startswith("originals")]
    said = (
        "\n".join(archive.namelist())
        + archive.read("dossier.json").decode()
        + _words(archive.read("dossier.pdf"))
    )
    assert [each for each in (*SECRETS, member.person.name) if each in said] == []


async def test_staff_say_why_they_need_the_identity_and_the_organisation_reads_it(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, request = await _case(database)
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    page = f"/requests/{request.id}/dossier"
    refused = await make.post_form(client, page, {"language": "en", "identity": "true", "purpose": "why"})
    assert refused.status_code == 422
    assert "Explain in one sentence" in refused.text
    purpose = "The court asked for the original letters"
    archive = await _made(client, request, do_jobs, identity="true", purpose=purpose)
    assert json.loads(archive.read("dossier.json"))["asker"]["name"] == "Chea Vanna"
    await make.sign_in(client, member)
    shown = (await client.get(f"/requests/{request.id}")).text
    # Who asks, and two originals.
    assert shown.count(purpose) == 3, shown.count(purpose)


async def test_of_a_sealed_request_there_is_none_for_staff_and_nobody_finds_that_of_another(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, request = await _case(database, Filing.SEALED)
    await make.sign_in(client, member)
    started = await make.post_form(client, f"/requests/{request.id}/dossier", {"language": "km"})
    await do_jobs()
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    await make.sign_in(client, staff)
    for path in (f"/requests/{request.id}/dossier", started.headers["location"]):
        assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{started.headers['location']}/bundle.zip")).status_code == 404


async def test_a_document_that_was_altered_is_told_as_missing_and_not_left_out_in_silence(
    client: httpx.AsyncClient, database: Database, do_jobs: DoJobs
) -> None:
    member, request = await _case(database)
    async with database.transaction() as session:
        await session.execute(update(DocumentContentRow).values(content=b"something else"))
    await make.sign_in(client, member)
    archive = await _made(client, request, do_jobs, identity="true")
    said = json.loads(archive.read("dossier.json"))
    assert [each["missing"] for each in said["annexes"]] == [None, "altered", "altered"]
    assert "the stored file is missing or altered" in _words(archive.read("dossier.pdf"))
