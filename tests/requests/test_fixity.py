"""Each stored document is opened and hashed again by turns: what is not whole is told, and what is whole again."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pypdfium2
import pytest
from sqlalchemy import delete, func, select, update

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.periodic import Tick
from rti.core.roles import Role
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.encryption.rotation import renew
from rti.files.sandbox import examine
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.cbos import CboRow
from rti.models.requests import DocumentContentRow, DocumentCopyRow, DocumentRow
from rti.requests import fixity
from rti.requests.copies import keep_copy
from rti.requests.evidence import CHECKED_EVERY, attach
from rti.requests.fixity import ALARM_FOR, CLOSED_FOR, Found, check_some
from rti.requests.jobs import check_documents
from rti.requests.queries import events_of
from tests import make
from tests.commands import rti
from tests.conftest import NOW
from tests.files.make import SAMPLES, form, jpeg

WEEK_LATER = NOW + CHECKED_EVERY
Stored = type[DocumentContentRow | DocumentCopyRow]


async def _kept(database: Database, *files: tuple[str, bytes]) -> tuple[make.Member, UUID, Sequence[UUID]]:
    """A member, a request, and its documents in the order of `files`; a photo where none are given."""
    async with database.transaction() as session:
        member = await make.member(session, Role.CBO_LEAD)
        request = await make.request(session, member.person, NOW)
        event = (await events_of(session, request.id))[0]
        documents = [
            await attach(session, event, file_name=name, content=content, now=NOW)
            for name, content in files or [("photo.jpg", jpeg())]
        ]
        return member, request.id, [each.id for each in documents]


async def _flip(database: Database, table: Stored) -> list[tuple[UUID, bytes]]:
    """Change the last byte of each row; returns what was there."""
    async with database.transaction() as session:
        rows = (await session.scalars(select(table))).all()
        before = [(row.document_id, row.content) for row in rows]
        for row in rows:
            row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])
    return before


async def _told(database: Database) -> list[tuple[AuditAction, str | None]]:
    """What was told of documents after they came in, and of which of their two files."""
    of_fixity = (AuditAction.DOCUMENT_ALTERED, AuditAction.DOCUMENT_WHOLE)
    query = select(AuditEntryRow).where(AuditEntryRow.what.in_(of_fixity)).order_by(AuditEntryRow.id)
    async with database.transaction() as session:
        return [(row.what, row.details.get("table")) for row in await session.scalars(query)]


async def _documents(database: Database) -> list[DocumentRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(DocumentRow).order_by(DocumentRow.id)))


async def _checked(database: Database, now: datetime) -> Counter[Found]:
    return await check_some(database.under(Login.DOCUMENTS), "", now)


async def test_each_document_is_looked_at_once_a_week(database: Database) -> None:
    await _kept(database, ("a.jpg", jpeg()), ("b.txt", b"Dear commune"))
    assert await _checked(database, NOW) == {Found.WHOLE: 2}, "at once after it came in"
    assert await _checked(database, WEEK_LATER - timedelta(seconds=1)) == Counter()
    assert await _checked(database, WEEK_LATER) == {Found.WHOLE: 2}
    assert await _checked(database, WEEK_LATER + timedelta(days=6)) == Counter()
    assert await _told(database) == []


@pytest.mark.parametrize("how", ["missing", "altered"])
async def test_what_is_missing_or_altered_rings_until_it_is_brought_back(
    database: Database, client: httpx.AsyncClient, settings: Settings, how: str
) -> None:
    member, request, (document,) = await _kept(database)
    before = await _flip(database, DocumentContentRow)
    if how == "missing":
        async with database.transaction() as session:
            await session.execute(delete(DocumentContentRow))
    tick = Tick(database.under(Login.WORKER), settings, WEEK_LATER)
    assert (await check_documents(tick)).words == "1 altered"
    later = replace(tick, now=WEEK_LATER + ALARM_FOR)
    assert (await check_documents(later)).words == "1 altered", "it is looked at again each hour"
    assert await _told(database) == [(AuditAction.DOCUMENT_ALTERED, "document_content")], "and told once"
    assert (await _documents(database))[0].altered_at == WEEK_LATER

    await make.sign_in(client, member)
    view = (await client.get("/health")).json()["documents"]
    assert (view["well"], view["altered"]) == (False, 1)
    assert "missing or altered" in (await client.get(f"/requests/{request}")).text
    (shown,) = (await client.get(f"/api/requests/{request}")).json()["events"][0]["documents"]
    assert shown["altered"] is True

    async with database.transaction() as session:
        ((_, content),) = before
        await session.merge(
            DocumentContentRow(document_id=document, cbo_id=member.person.cbo_id, content=content)
        )
    assert (await check_documents(replace(later, now=later.now + ALARM_FOR))).words == "1 whole"
    assert (await _told(database))[1:] == [(AuditAction.DOCUMENT_WHOLE, None)]
    assert (await client.get("/health")).json()["documents"]["well"] is True
    assert "missing or altered" not in (await client.get(f"/requests/{request}")).text


async def test_what_a_download_finds_altered_is_looked_at_within_a_minute(
    database: Database, client: httpx.AsyncClient
) -> None:
    sent = jpeg()
    member, request, (document,) = await _kept(database, ("photo.jpg", sent))
    ((_, content),) = await _flip(database, DocumentContentRow)
    await make.sign_in(client, member)
    path = f"/api/requests/{request}/documents/{document}/original"
    assert (await client.post(path, json={})).status_code == 409
    async with database.transaction() as session:
        await session.execute(update(DocumentContentRow).values(content=content))
    assert await _checked(database, present()) == {Found.WHOLE: 1}
    assert (await client.post(path, json={})).content == sent


async def test_a_document_stored_before_there_were_copies_gets_one(
    database: Database, client: httpx.AsyncClient
) -> None:
    member, request, (document, letter, broken) = await _kept(
        database, ("a.jpg", jpeg()), ("b.docx", SAMPLES["docx"]()), ("c.pdf", b"%PDF-1.7 and no more")
    )
    async with database.transaction() as session:
        await session.execute(delete(DocumentCopyRow))
    assert await _checked(database, WEEK_LATER) == {Found.WHOLE: 3}
    assert await _told(database) == []
    await make.sign_in(client, member)
    path = f"/api/requests/{request}/documents"
    shown = await client.get(f"{path}/{document}")
    assert shown.status_code == 200
    assert b"GPS" not in shown.content
    for without in (letter, broken):
        assert (await client.get(f"{path}/{without}")).status_code == 409


async def test_a_copy_that_was_altered_is_made_anew(database: Database, client: httpx.AsyncClient) -> None:
    member, request, (document,) = await _kept(database)
    await _flip(database, DocumentCopyRow)
    assert await _checked(database, WEEK_LATER) == {Found.WHOLE: 1}
    assert await _told(database) == [
        (AuditAction.DOCUMENT_ALTERED, "document_copy"),
        (AuditAction.DOCUMENT_WHOLE, None),
    ]
    await make.sign_in(client, member)
    assert (await client.get(f"/api/requests/{request}/documents/{document}")).status_code == 200


async def test_a_copy_that_lacks_its_form_is_made_anew_unless_parts_of_it_were_hidden(
    database: Database, client: httpx.AsyncClient
) -> None:
    member, request, (document, redacted) = await _kept(
        database, ("a.pdf", form()), ("b.pdf", form() + b"\n")
    )
    async with database.transaction() as session:
        for row in await session.scalars(select(DocumentRow)):
            earlier = (await examine(form(), row.media_type, flatten=False)).copy
            assert earlier
            await keep_copy(session, row, earlier, NOW, made_by="1 (earlier)")
    await make.sign_in(client, member)
    path = f"/api/requests/{request}/documents"
    for box in ({"left": 0, "right": 10}, {"left": 90, "right": 100}):
        rule = {"documents": [str(redacted)], "boxes": [{"page": 1, "top": 90, "bottom": 100, **box}]}
        sent = await client.post("/api/redactions", json={**rule, "reason": "A name"})
        assert sent.status_code == 201, sent.text
    assert not await _shown(client, f"{path}/{document}")
    assert await _checked(database, WEEK_LATER) == {Found.WHOLE: 2}
    assert await _shown(client, f"{path}/{document}")
    assert not await _shown(client, f"{path}/{redacted}"), "nobody looked at it when that was hidden"


async def _shown(client: httpx.AsyncClient, path: str) -> bool:
    """Whether the first page of a copy shows what was filled in, above its lower half."""
    with pypdfium2.PdfDocument((await client.get(path)).content) as shown:
        page = shown[0].render(scale=1).to_pil().convert("L")
    return sum(page.crop((0, 0, page.width, page.height // 2)).histogram()[:128]) > 0


async def test_documents_of_a_locked_organisation_stay_closed_and_of_a_shredded_one_are_left_alone(
    database: Database,
) -> None:
    await _kept(database)
    async with database.transaction() as session:
        await session.execute(update(CboRow).values(locked_at=NOW))
    assert await _checked(database, WEEK_LATER) == {Found.CLOSED: 1}
    async with database.transaction() as session:
        await session.execute(update(CboRow).values(shredded_at=NOW))
        # An alarm about what nobody can open any more would ring for ever.
        await session.execute(update(DocumentRow).values(altered_at=NOW))
    assert await _checked(database, WEEK_LATER + CLOSED_FOR) == {Found.CLOSED: 1}
    (document,) = await _documents(database)
    assert (document.altered_at, document.next_check_at) == (None, None)
    assert await _told(database) == []


async def test_a_turn_takes_some_and_two_schedulers_take_each_document_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixity, "AT_ONCE", 5)
    await _kept(database, *[(f"{number}.txt", b"Dear commune") for number in range(12)])
    turns = await asyncio.gather(*(_checked(database, WEEK_LATER) for _ in range(2)))
    assert [turn.total() for turn in turns] == [5, 5]
    assert (await _checked(database, WEEK_LATER)).total() == 2


async def test_keys_that_are_renewed_meanwhile_make_nothing_look_altered(database: Database) -> None:
    member, *_ = await _kept(database, *[(f"{number}.txt", b"Dear commune") for number in range(12)])
    assert member.person.cbo_id
    renewing = asyncio.create_task(renew(database, member.person.cbo_id, NOW))
    moment = WEEK_LATER
    while not renewing.done():
        assert set(await _checked(database, moment)) <= {Found.WHOLE}
        moment += CHECKED_EVERY
    assert await renewing > 0
    assert await _told(database) == []


async def test_the_command_line_checks_all_at_once_and_names_what_is_not_whole(
    database: Database, database_url: str
) -> None:
    _, request, (photo, _) = await _kept(database, ("a.jpg", jpeg()), ("b.txt", b"Dear commune"))
    assert rti(database_url, "documents", "check").stderr == "2 whole\n"
    async with database.transaction() as session:
        await session.execute(
            update(DocumentContentRow)
            .where(DocumentContentRow.document_id == photo)
            .values(content=func.reverse(DocumentContentRow.content))
        )
    checked = rti(database_url, "documents", "check")
    assert (checked.returncode, checked.stdout) == (1, f"{photo}\t{request}\n")
    known = rti(database_url, "documents", "check", "--altered")
    assert (known.returncode, known.stderr.splitlines()[-1]) == (1, "1 altered")
