"""What was hidden in a document stays hidden from everybody but those who may open its original."""

import hashlib
import json
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import httpx
import pypdfium2
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.files.typesetting import typeset
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.documents import DocumentPreviewRow, RedactionRow
from rti.models.requests import DocumentCopyRow, Filing, RequestRow
from rti.requests.evidence import CHECKED_EVERY, attach
from rti.requests.jobs import check_documents
from rti.requests.queries import events_of
from tests import make
from tests.conftest import NOW, DoJobs
from tests.files.make import jpeg

ANSWER = typeset(
    "#values.text.map(text).join(pagebreak())", {"text": ["Call Chea Vanna 012 345 678", "Nothing"]}
)
RULE = {"words": ["chea vanna"], "phones": True, "reason": "Nobody agreed to be named"}


async def _case(
    database: Database, *contents: bytes, filing: Filing = Filing.ITSELF
) -> tuple[make.Member, RequestRow, list[UUID]]:
    async with database.transaction() as session:
        member = await make.member(session)
        request = await make.request(session, member.person, NOW, filing=filing)
        event = (await events_of(session, request.id))[-1]
        kept = [
            await attach(
                session,
                event,
                file_name="answer.pdf" if each.startswith(b"%PDF") else "answer.jpg",
                content=each,
                now=NOW,
            )
            for each in contents
        ]
    return member, request, [each.id for each in kept]


def _words(content: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


async def test_a_redacted_copy_is_all_that_is_handed_out_and_no_way_leads_back(
    client: httpx.AsyncClient, database: Database, settings: Settings, do_jobs: DoJobs
) -> None:
    member, request, (document, photo) = await _case(database, ANSWER, jpeg())
    await make.sign_in(client, member)
    at = f"/api/requests/{request.id}/documents/{document}"
    before = (await client.get(at)).content, (await client.get(f"{at}/preview")).content
    assert "Vanna" in _words(before[0])
    rule = {"documents": [str(document)], **RULE}
    shown = (await client.post("/api/redactions/preview", json=rule)).json()["documents"]
    assert [(each["pages"], each["readable"], len(each["marks"])) for each in shown] == [(2, [1, 2], 2)]
    assert (await client.get(at)).content == before[0], "looking changes nothing"
    done = await client.post("/api/redactions", json=rule)
    assert done.status_code == 201, done.text

    copy = (await client.get(at)).content
    assert copy.startswith(b"%PDF")
    assert _words(copy).strip() == ""
    assert (await client.get(f"{at}/preview")).content != before[1]
    view = (await client.get(f"/api/requests/{request.id}")).json()
    flags = {each["id"]: each["redacted"] for event in view["events"] for each in event["documents"]}
    assert flags == {str(document): True, str(photo): False}
    kept = await client.post(f"{at}/original", json={"purpose": "To compare"})
    assert kept.content == ANSWER, "the original stays as it came"

    # Lost or altered copies are made anew with the same hidden, and no program can put another in their place.
    async with database.transaction() as session:
        await session.execute(delete(DocumentCopyRow).where(DocumentCopyRow.document_id == document))
        await session.execute(delete(DocumentPreviewRow))
    await check_documents(Tick(database.under(Login.WORKER), settings, NOW + CHECKED_EVERY))
    assert _words((await client.get(at)).content).strip() == ""
    assert (await client.get(f"{at}/preview")).status_code == 200
    with pytest.raises(DBAPIError, match="never replaced"):
        async with database.transaction() as session:
            await session.execute(update(DocumentCopyRow).values(content=b"x", redactions=0))

    # A dossier that may hold originals holds none of what came with it.
    wanted = {"identity": "true", "language": "en"}
    started = await make.post_form(client, f"/requests/{request.id}/dossier", wanted)
    await do_jobs()
    bundle = ZipFile(BytesIO((await client.get(f"{started.headers['location']}/bundle.zip")).content))
    annexes = json.loads(bundle.read("dossier.json"))["annexes"]
    assert {(each["redacted"], each["original"]) for each in annexes} == {(True, None), (False, None)}
    digests = {hashlib.sha256(bundle.read(name)).digest() for name in bundle.namelist()}
    assert hashlib.sha256(ANSWER).digest() not in digests
    assert hashlib.sha256(before[0]).digest() not in digests
    assert "Vanna" not in _words(bundle.read("dossier.pdf"))

    async with database.transaction() as session:
        row = (await session.scalars(select(RedactionRow))).one()
        assert (row.redacted_by, len(row.marks), b"named" in row.reason) == (
            member.person.id,
            2,
            False,
        )
        logged = select(AuditEntryRow.details).where(AuditEntryRow.what == AuditAction.DOCUMENT_REDACTED)
        assert (await session.scalar(logged) or {})["pages"] == "1"


async def test_on_the_page_one_rule_hides_in_several_documents_what_was_looked_at_before(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, request, (document, photo, twin) = await _case(database, ANSWER, jpeg(), ANSWER)
    await make.sign_in(client, member)
    page = f"/redact?request={request.id}&document={document}"
    opened = (await client.get(page)).text
    assert opened.count('class="drawn"') == 2
    assert opened.count('name="documents.') == 3
    fields = {
        f"documents.{document}": "on",
        f"documents.{photo}": "on",
        "boxes[2].page": "1",
        "boxes[2].left": "10",
        "boxes[2].top": "20,5",
        "boxes[2].right": "5",
        "boxes[2].bottom": "៣០",
        "erased": "2",
        "reason": "Nobody agreed to be named",
    }
    wrong = (await make.post_form(client, f"/redact/preview?request={request.id}", fields, page=page)).text
    assert 'id="boxes[0].right-fault"' in wrong
    assert "greater than the left" in wrong
    fields["boxes[2].right"] = "50"
    unseen = await make.post_form(client, f"/redact?request={request.id}", fields, page=page)
    assert "First look at what will be hidden" in unseen.text
    seen = (await make.post_form(client, f"/redact/preview?request={request.id}", fields, page=page)).text
    pictures = [
        address.replace("&amp;", "&")
        for address in seen.split('"')
        if "/pages/" in address and "?" in address
    ]
    assert len(pictures) == 5, "two pages of the answer, as of the same file beside it, and one of the photo"
    assert (await client.get(pictures[0])).headers["content-type"] == "image/jpeg"
    shown = seen.partition('name="shown" value="')[2].partition('"')[0]
    done = await make.post_form(
        client, f"/redact?request={request.id}", {**fields, "shown": shown}, page=page
    )
    assert done.status_code == 303, done.text
    timeline = (await client.get(f"/requests/{request.id}")).text
    assert timeline.count(">redacted<") == 3
    async with database.transaction() as session:
        rows = {row.document_id: row.marks for row in await session.scalars(select(RedactionRow))}
    assert (
        rows[document]
        == rows[twin]
        == [{"page": 2, "box": None}, {"page": 1, "box": [10.0, 20.5, 50.0, 30.0]}]
    )
    assert rows[photo] == rows[document][1:], "it has no second page"
    nothing = {f"documents.{document}": "on", "words": "vanna", "reason": "x"}
    response = await make.post_form(client, f"/redact/preview?request={request.id}", nothing, page=page)
    assert "2 of 2 pages are pictures without text" in response.text
    assert "Nothing is hidden in this document" in response.text


async def test_nobody_redacts_what_they_may_not_see_and_what_was_filed_is_had_from_the_inbox_no_more(
    client: httpx.AsyncClient, database: Database
) -> None:
    _, request, (document,) = await _case(database, jpeg(), filing=Filing.SEALED)
    async with database.transaction() as session:
        strangers = [await make.member(session), await make.member(session, Role.STAFF)]
    rule = {"documents": [str(document)], "erased": [1], "reason": "x"}
    for each in strangers:
        client.headers.update(await make.session_of(client, each.person, database))
        for path in ("/api/redactions", "/api/redactions/preview"):
            assert (await client.post(path, json=rule)).status_code == 404
        for path in ("preview", "pages/1"):
            refused = await client.get(f"/requests/{request.id}/documents/{document}/{path}")
            assert refused.status_code == (409 if each.person.role is Role.STAFF else 404)
        assert str(document) not in (await client.get(f"/redact?request={request.id}")).text
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD)
        asked = await make.request(session, lead.person, NOW)
        mail = await make.incoming(session, asked, NOW)
    client.headers.update(await make.session_of(client, lead.person, database))
    assert (await client.get(f"/inbox/{mail.id}/files/1")).status_code == 409
