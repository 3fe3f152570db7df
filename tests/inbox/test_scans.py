"""Scans from a phone or a scanner find their requests by the code on the page."""

import io
from datetime import date
from itertools import chain

import httpx
import pikepdf
import segno
from PIL import Image
from sqlalchemy import select

from rti.core.db import Database
from rti.core.roles import Role
from rti.inbox.scans import split
from rti.law.events import EventKind
from rti.models.inbox import IncomingRow, IncomingState
from rti.models.requests import DocumentContentRow, DocumentRow, RequestRow
from tests import make
from tests.conftest import NOW, TODAY, SignIn
from tests.files.make import heic


def receipt(reference: str, *, turned: int = 0) -> Image.Image:
    """A stamped page in A5 at 100 pixels an inch with the code of a reference, laid down somewhat crooked."""
    page = Image.effect_noise((583, 827), 20).point(lambda shade: min(255, shade + 110))
    if reference:
        code = io.BytesIO()
        segno.make_qr(reference, error="m").save(code, kind="png", scale=4, border=4)
        page.paste(Image.open(code).convert("L"), (60, 80))
    return page.rotate(turned, expand=True, fillcolor=255)


def stack(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return out.getvalue()


async def _send(
    client: httpx.AsyncClient, content: bytes, name: str = "stack.pdf", **more: str
) -> httpx.Response:
    fields = {"kind": "received", "happened_on": TODAY.isoformat(), **more}
    return await make.post_form(client, "/inbox/scans", fields, files={"document": (name, content)})


async def test_a_stack_of_receipts_moves_its_requests_and_what_has_no_code_waits(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        asked = [
            await make.request(session, lead.person, NOW, received_on=None, submitted_on=TODAY)
            for _ in range(2)
        ]
        stranger = await make.request(session, (await make.member(session)).person, NOW)
        foreign = f"X{stranger.reference}"
    whole = stack(
        receipt(asked[0].reference), receipt(""), receipt(asked[1].reference, turned=186), receipt(foreign)
    )
    response = await _send(client, whole)
    assert response.status_code == 200, response.text
    assert response.text.count(">filed<") == 2
    assert "No code can be read on this page" in response.text
    assert "does not belong to any request that you can see" in response.text
    async with database.transaction() as session:
        for each in asked:
            assert (await session.get_one(RequestRow, each.id)).received_on == TODAY
        held = (await session.scalars(select(IncomingRow).order_by(IncomingRow.id))).all()
        assert [(row.state, row.cbo_id) for row in held] == [(IncomingState.HELD, lead.person.cbo_id)] * 2
        assert len((await session.scalars(select(DocumentRow))).all()) == 2
    again = await _send(client, whole)
    assert again.text.count("has this scan already") == 2
    async with database.transaction() as session:
        assert len((await session.scalars(select(DocumentRow))).all()) == 2
        page = f"/inbox/{held[0].id}"
    shown = await client.get(f"{page}/files/0")
    assert shown.headers["content-type"] == "application/pdf"
    filed = await make.post_form(client, f"{page}/file", {"reference": asked[0].reference}, page=page)
    assert filed.status_code == 303, filed.text
    assert "stack-2.pdf" in (await client.get(f"/requests/{asked[0].id}")).text


async def test_an_answer_is_recorded_first_and_its_scan_comes_later_as_a_photo(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        asked = await make.request(session, lead.person, NOW)
        await make.event(session, asked.id, lead.person, NOW, EventKind.ANSWERED, TODAY, outcome="partial")
    photo = io.BytesIO()
    receipt(asked.reference, turned=4).save(photo, "JPEG", quality=60)
    response = await _send(client, photo.getvalue(), "photo.jpg", kind="answered")
    assert ">filed<" in response.text, response.text
    async with database.transaction() as session:
        document = (await session.scalars(select(DocumentRow))).one()
        assert document.sha256, "the original as it came"
        assert await session.get(DocumentContentRow, document.id)
        assert (await session.get_one(RequestRow, asked.id)).outcome == "partial"


async def test_a_program_files_a_stack_and_reads_what_became_of_each_page(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        asked = await make.request(session, lead.person, NOW, received_on=None, submitted_on=TODAY)
    sent = {"document": ("stack.pdf", stack(receipt(asked.reference), receipt("")))}
    fields = {"kind": "received", "happened_on": TODAY.isoformat()}
    filed, held = (await client.post("/api/inbox/scans", data=fields, files=sent)).json()["pages"]
    assert (filed["request_id"], filed["reference"], filed["held"]) == (str(asked.id), asked.reference, None)
    assert (held["page"], held["reason"]) == (2, "No code can be read on this page")
    assert (await client.get(f"/api/inbox/{held['held']}")).json()["incoming"]["state"] == "held"
    for wrong, field in (({}, "kind"), (fields, "document")):
        answer = await client.post("/api/inbox/scans", data=wrong, files={"x": ("a", b"a")})
        assert field in [fault["field"] for fault in answer.json()["faults"]]


async def test_what_cannot_be_true_is_held_with_the_reason_and_the_rest_is_filed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        early = await make.request(session, lead.person, NOW, received_on=None, submitted_on=TODAY)
        fine = await make.request(session, lead.person, NOW, received_on=None, drafted_on=date(2026, 10, 1))
    response = await _send(
        client, stack(receipt(early.reference), receipt(fine.reference)), happened_on="2026-11-01"
    )
    assert response.text.count(">filed<") == 1
    assert "waits in the inbox" in response.text


async def test_pages_come_out_alone_and_nothing_else_is_taken(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    pages = await split("stack.pdf", stack(*[receipt(f"R-{n}") for n in range(3)]))
    assert [page.code for page in pages] == ["R-0", "R-1", "R-2"]
    assert [len(pikepdf.open(io.BytesIO(page.content)).pages) for page in pages] == [1, 1, 1]
    assert (await split("photo.heic", heic()))[0].code == ""
    await sign_in(Role.CBO_MEMBER)
    for name, content in chain([("a.txt", b"R-1")], [("a.pdf", b"%PDF-1.7 nothing")]):
        assert (await _send(client, content, name)).status_code == 422, name
