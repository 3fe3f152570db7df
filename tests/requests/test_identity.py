"""Who asks, and the documents of a request: who sees them, who opened them, and what is never told."""

import hashlib
import io
import json

import httpx
import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select, update

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind
from rti.models.requests import (
    DocumentContentRow,
    DocumentCopyRow,
    DocumentRow,
    Filing,
    RequesterRow,
    RequestRow,
)
from rti.requests.evidence import attach
from rti.requests.queries import events_of
from rti.web.headers import DOWNLOAD_POLICY
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.files.make import SAMPLES, form, jpeg

PURPOSE = "To bring the answer to her house"


async def _sealed(database: Database, filing: Filing = Filing.SEALED) -> tuple[make.Member, RequestRow, str]:
    """A request with a requester, a note and a photo, the member who filed it, and the photo's identifier."""
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW, code="BOENG")
        member = await make.member(session, of=cbo)
        request = await make.request(
            session,
            member.person,
            NOW,
            filing=filing,
            requester_name="Chea Vanna",
            requester_phone="012345678",
            requester_address="House 4",
            requester_note="Comes on Mondays",
        )
        await make.event(
            session, request.id, member.person, NOW, EventKind.MESSAGE, TODAY, note="Vanna called"
        )
        event = (await events_of(session, request.id))[0]
        document = await attach(session, event, file_name="Chea Vanna.jpg", content=jpeg(), now=NOW)
    return member, request, str(document.id)


SECRETS = ("Chea Vanna", "012345678", "House 4", "Comes on Mondays")


async def test_the_organisations_own_people_read_who_asks(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, request, _ = await _sealed(database)
    await make.sign_in(client, member)
    page = (await client.get(f"/requests/{request.id}")).text
    assert all(secret in page for secret in (*SECRETS, "Vanna called", "Chea Vanna.jpg"))
    assert "location removed" in page
    read = (await client.get(f"/api/requests/{request.id}")).json()
    assert read["requester"]["address"] == "House 4"


async def test_nothing_that_identifies_anybody_is_stored_as_text(database: Database) -> None:
    _, request, _ = await _sealed(database)
    async with database.transaction() as session:
        row = await session.get_one(RequesterRow, request.id)
        assert {len(cell or b"") for cell in (row.name, row.phone, row.address, row.note)} == {
            2 + 4 + 12 + 64 + 16
        }


@pytest.mark.parametrize("filing", list(Filing))
async def test_staff_read_no_requester_without_saying_why(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, filing: Filing
) -> None:
    _, request, _ = await _sealed(database, filing)
    await sign_in(Role.STAFF)
    pages = [(await client.get(path)).text for path in ("/", "/requests", f"/requests/{request.id}")]
    pages += [
        (await client.get(path)).text
        for path in ("/api/requests", f"/api/requests/{request.id}", "/requests.csv")
    ]
    assert not [
        secret for secret in SECRETS for page in pages if secret in page.replace("Chea Vanna.jpg", "")
    ]
    refused = await client.post(f"/api/requests/{request.id}/identity", json={"purpose": "because"})
    assert (refused.status_code, refused.json()["faults"][0]["field"]) == (422, "purpose")
    opened = await client.post(f"/api/requests/{request.id}/identity", json={"purpose": PURPOSE})
    assert opened.json()["requester"]["name"] == "Chea Vanna"
    shown = await make.post_form(
        client, f"/requests/{request.id}/identity", {"purpose": PURPOSE}, page=f"/requests/{request.id}"
    )
    assert "Chea Vanna" in shown.text


async def test_a_sealed_request_tells_staff_nothing_of_the_organisation(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member, request, document = await _sealed(database)
    cbo_id = str(member.person.cbo_id)
    await sign_in(Role.STAFF)
    for path in ("/requests", f"/requests/{request.id}", f"/requests/{request.id}/why", "/requests.csv"):
        page = (await client.get(path)).text
        assert request.reference in page
        assert not [text for text in ("BOENG", "Vanna", "Test person", cbo_id) if text in page], path
    for path in ("/api/requests", f"/api/requests/{request.id}"):
        text = (await client.get(path)).text
        assert "BOENG" not in text
        assert cbo_id not in text
    assert (await client.get("/requests", params={"reference": "BOENG"})).text.count(request.reference) == 0
    way = await client.get(f"/requests/{request.id}/documents/{document}")
    assert (way.status_code, way.headers["location"].endswith("/original")) == (303, True)
    asked = await client.get(way.headers["location"])
    assert "Vanna" not in asked.text


@pytest.mark.parametrize("filing", [Filing.PROXY, Filing.SEALED])
async def test_references_of_proxy_and_sealed_requests_are_neutral(
    client: httpx.AsyncClient, database: Database, filing: Filing
) -> None:
    member, request, _ = await _sealed(database, filing)
    assert request.reference.startswith("R-")
    await make.sign_in(client, member)
    own = {
        "body_id": str(request.body_id),
        "title": "x",
        "topic": "land",
        "filing": filing,
        "reference": "BOENG-7",
    }
    refused = await client.post("/api/requests", json=own)
    assert [fault["field"] for fault in refused.json()["faults"]] == ["reference"]


@pytest.mark.parametrize("role", [Role.WORKING_GROUP, Role.ADMINISTRATOR, Role.CBO_LEAD])
async def test_others_open_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    _, request, document = await _sealed(database)
    await sign_in(role)
    for path in ("identity", f"documents/{document}/original"):
        answer = await client.post(f"/api/requests/{request.id}/{path}", json={"purpose": PURPOSE})
        assert answer.status_code == (404 if role is Role.CBO_LEAD else 403)


async def test_the_organisation_sees_who_looked_when_and_why(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member, request, document = await _sealed(database)
    await sign_in(Role.STAFF)
    await client.post(f"/api/requests/{request.id}/identity", json={"purpose": PURPOSE})
    await client.post(
        f"/api/requests/{request.id}/documents/{document}/original", json={"purpose": "To compare the stamps"}
    )
    await make.sign_in(client, member)
    openings = (await client.get(f"/api/requests/{request.id}")).json()["openings"]
    assert [(each["purpose"], each["document_id"]) for each in openings] == [
        ("To compare the stamps", document),
        (PURPOSE, None),
    ]
    page = (await client.get(f"/requests/{request.id}")).text
    assert "Viewed by" in page
    assert PURPOSE in page


async def test_a_refused_look_leaves_no_trace_of_an_opening(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member, request, _ = await _sealed(database)
    await sign_in(Role.STAFF)
    await make.post_form(
        client, f"/requests/{request.id}/identity", {"purpose": "x"}, page=f"/requests/{request.id}"
    )
    await make.sign_in(client, member)
    assert (await client.get(f"/api/requests/{request.id}")).json()["openings"] == []


async def test_its_own_people_correct_who_asks(client: httpx.AsyncClient, database: Database) -> None:
    member, request, _ = await _sealed(database)
    await make.sign_in(client, member)
    await make.post_form(
        client,
        f"/requests/{request.id}/requester",
        {"requester_name": "Sao Phally"},
        page=f"/requests/{request.id}",
    )
    read = (await client.get(f"/api/requests/{request.id}")).json()["requester"]
    assert read == {"name": "Sao Phally", "phone": None, "address": None, "note": None}


async def test_a_download_is_the_copy_and_the_original_is_asked_for_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, request, document = await _sealed(database, Filing.ITSELF)
    await make.sign_in(client, member)
    shown = await client.get(f"/requests/{request.id}/documents/{document}")
    assert shown.headers["content-disposition"] == (
        "attachment; filename=\"Chea_Vanna.jpg\"; filename*=UTF-8''Chea%20Vanna.jpg"
    )
    assert shown.headers["content-security-policy"] == DOWNLOAD_POLICY
    assert shown.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert not picture.getexif()
    path = f"/requests/{request.id}/documents/{document}/original"
    asked = await client.get(path)
    assert "This document contains a location." in asked.text
    whole = await make.post_form(client, path, {})
    listed = (await client.get(f"/api/requests/{request.id}")).json()["events"]
    (sha256,) = [each["sha256"] for event in listed for each in event["documents"]]
    assert hashlib.sha256(whole.content).hexdigest() == sha256
    assert b"MARKER-3" in whole.content
    openings = (await client.get(f"/api/requests/{request.id}")).json()["openings"]
    assert [each["document_id"] for each in openings] == [document]


async def test_a_kind_without_a_copy_leads_to_the_question(
    client: httpx.AsyncClient, database: Database
) -> None:
    member, request, _ = await _sealed(database)
    async with database.transaction() as session:
        event = (await events_of(session, request.id))[0]
        letter = await attach(session, event, file_name="letter.docx", content=SAMPLES["docx"](), now=NOW)
    await make.sign_in(client, member)
    assert (await client.get(f"/requests/{request.id}/documents/{letter.id}")).status_code == 303
    assert (await client.get(f"/api/requests/{request.id}/documents/{letter.id}")).status_code == 409


@pytest.mark.parametrize("table", [DocumentContentRow, DocumentCopyRow])
@pytest.mark.parametrize("how", ["flipped", "moved", "digest"])
async def test_an_altered_document_is_refused_and_rings(
    client: httpx.AsyncClient, database: Database, table: type[DocumentContentRow | DocumentCopyRow], how: str
) -> None:
    member, request, document = await _sealed(database, Filing.ITSELF)
    async with database.transaction() as session:
        if how == "digest":
            digests = DocumentRow if table is DocumentContentRow else DocumentCopyRow
            await session.execute(update(digests).values(sha256=bytes(32)))
        elif how == "flipped":
            (row,) = (await session.scalars(select(table))).all()
            row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])
        else:
            event = (await events_of(session, request.id))[0]
            other = await attach(session, event, file_name="b.png", content=SAMPLES["png"](), now=NOW)
            moved = select(table.content).where(table.document_id == other.id).scalar_subquery()
            await session.execute(update(table).where(table.document_id == document).values(content=moved))
    await make.sign_in(client, member)
    path = f"/api/requests/{request.id}/documents/{document}"
    if table is DocumentContentRow:
        answer = await client.post(f"{path}/original", json={})
    else:
        answer = await client.get(path)
    assert answer.status_code == 409
    assert "has been altered since it was received" in answer.json()["title"]
    health = json.loads((await client.get("/health")).text)
    assert (health["documents"]["well"], health["documents"]["altered"]) == (False, 1)


async def test_a_photo_that_breaks_off_is_kept_with_a_word_that_it_is_damaged(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
        (event,) = await events_of(session, request.id)
    photo = jpeg((1200, 900))
    path = f"/requests/{request.id}"
    sent = {"document": ("letter.jpg", photo[: len(photo) // 2])}
    answer = await make.post_form(client, f"{path}/events/{event.id}/documents", {}, page=path, files=sent)
    assert answer.status_code == 303, answer.text
    for language, damaged in (("en", "damaged: the picture came in incomplete"), ("km", "រូបភាពមកដល់មិនពេញលេញ")):
        client.cookies.set("language", language)
        assert damaged in (await client.get(path)).text
    ((document,),) = [each["documents"] for each in (await client.get(f"/api{path}")).json()["events"]]
    assert (document["damaged"], document["had_location"], document["size"]) == (True, True, len(photo) // 2)


async def test_a_pdf_of_which_the_copy_cannot_show_all_is_marked_so(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    async with database.transaction() as session:
        request = await make.request(session, member.person, NOW)
        (event,) = await events_of(session, request.id)
    drawn = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Ink, Rect=[20, 20, 90, 90])
    path = f"/requests/{request.id}"
    sent = {"document": ("answer.pdf", form(drawn))}
    answer = await make.post_form(client, f"{path}/events/{event.id}/documents", {}, page=path, files=sent)
    assert answer.status_code == 303, answer.text
    assert "the copy lacks parts of the file: see the original" in (await client.get(path)).text
