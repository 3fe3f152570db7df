"""The text of scans is a draft for those who may open the document: shown, found by them, and gone with what was hidden."""

from dataclasses import replace

import httpx
from sqlalchemy import select

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.models.cbos import CboRow
from rti.models.documents import DocumentTextRow
from rti.models.requests import Filing
from rti.models.search import SearchRow
from rti.requests.evidence import attach
from rti.requests.jobs import JOBS, read_scans
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW
from tests.files.test_scan_reader import needs_tesseract, scanned


async def test_a_scan_is_read_shown_and_found_by_whom_may_open_it_and_read_anew_when_parts_are_hidden(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    needs_tesseract()
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW)
        sealed = await make.request(session, member.person, NOW, filing=Filing.SEALED)
        for each in (request, sealed):
            event = (await events_of(session, each.id))[-1]
            document = await attach(session, event, file_name="a.png", content=scanned(), now=NOW)
            if each is request:
                shown = document.id
    at = f"/requests/{request.id}/documents/{shown}"
    await make.sign_in(client, member)
    assert f'href="{at}/text"' not in (await client.get(f"/requests/{request.id}")).text
    tick = Tick(database.under(Login.WORKER), settings, NOW)
    assert (await read_scans(tick)).words == "2 read"
    assert (await read_scans(tick)).words == "", "once is enough"

    assert f'href="{at}/text"' in (await client.get(f"/requests/{request.id}")).text
    page = (await client.get(f"{at}/text")).text
    assert "A draft: read by a machine, not checked." in page
    assert "The commune has received your letter" in page
    for words in ("COMMUNE letter", "បាន\u200bទទួលលិខិត"):
        assert at in (await client.get("/search/scans", params={"q": words})).text, words
    assert (await client.get("/api/search/scans", params={"q": "letters"})).json()["found"] == []
    found = (await client.get("/api/search/scans", params={"q": "commune"})).json()["found"]
    assert {each["request_id"] for each in found} == {str(request.id), str(sealed.id)}
    async with database.transaction() as session:
        texts = (await session.scalars(select(DocumentTextRow))).all()
        assert not [text for text in texts if b"commune" in text.content], "sealed like the document"
        marks = await session.scalar(select(SearchRow.words).where(SearchRow.id == request.id))
        assert "commune" not in str(marks)
        staff, stranger = await make.member(session, Role.STAFF), await make.member(session)
    for other, sees in ((staff, {str(request.id)}), (stranger, set())):
        await make.sign_in(client, other)
        found = (await client.get("/api/search/scans", params={"q": "commune"})).json()["found"]
        assert {each["request_id"] for each in found} == sees
        assert (await client.get(f"/api{at}/text")).status_code == (200 if sees else 404)

    await make.sign_in(client, member)
    hides = {"documents": [str(shown)], "erased": [1], "reason": "Names somebody"}
    assert (await client.post("/api/redactions", json=hides)).status_code == 201
    assert (await client.get(f"/api{at}/text")).status_code == 409, "gone with what was hidden"
    assert (await read_scans(tick)).words == "1 read"
    assert "commune" not in (await client.get(f"/api{at}/text")).text
    async with database.transaction() as session:
        (await session.get_one(CboRow, member.person.cbo_id)).locked_at = NOW
        for text in await session.scalars(select(DocumentTextRow)):
            await session.delete(text)
    assert (await read_scans(tick)).words == "", "a locked organisation stays closed"


def test_scans_are_read_only_where_an_installation_wants_that(settings: Settings) -> None:
    job = next(job for job in JOBS if job.name == "scans")
    assert [job.wanted(replace(settings, read_scans=wanted)) for wanted in (False, True)] == [False, True]
