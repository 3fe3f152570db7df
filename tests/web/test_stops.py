"""The event loop, which serves everybody, stands still for nobody: every page and list with much behind it."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from io import BytesIO
from random import randbytes
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import text

from benchmarks import data
from rti.core.db import Database
from rti.core.roles import Role
from rti.search.index import complete
from tests import make
from tests.commands import KEY_FILE, SECRET, environment, serving
from tests.sizes import FULL
from tests.web.asking import peopled
from tests.web.routes import ROUTES, Route

pytestmark = [pytest.mark.torture, pytest.mark.skipif(not FULL, reason="takes minutes")]

LONGEST = 50
"""Milliseconds."""
TIMES = 4
"""How often each is asked for at most. What is read in once, such as a template, is no matter of size, and what a busy
machine adds does not come every time: what counts is the shortest stop but that of the first time."""
REQUESTS, ORGANISATIONS = 20_000, 2_000
ASKED = [
    *("/search?q=budget", "/api/search?q=budget", "/bodies?q=sala"),
    *(
        f"{what}?{rule}"
        for what in ("/what-if", "/api/what-if")
        for rule in ("limit=5", "statute_id=KH-A2I-DRAFT")
    ),
    *(
        f"/statistics{kind}?by={by}"
        for kind in ("", ".csv", ".json")
        for by in ("body", "district&then_by=quarter", "body&then_by=topic")
    ),
]
"""Addresses that ask for much."""
_MORE = (
    "UPDATE cbo SET code = 'ORG-' || code",
    """INSERT INTO person (id, email, name, password_hash, role, cbo_id, language, wants_reminders, created_at,
        entrusted_at)
    SELECT gen_random_uuid(), 'other-' || email, 'Other', '', 'cbo_member', cbo_id, 'km', true, now(), now()
    FROM person WHERE role = 'cbo_lead'""",
    """INSERT INTO message (id, person_id, kind, values, message_id, state, attempt, deferrals, ambiguous,
        next_attempt_at, created_at, last_reply)
    SELECT gen_random_uuid(), id, 'digest', '{}', '<' || id || '@test>', 'accepted', 1, 0, 0, now(), now(), ''
    FROM person""",
    """INSERT INTO audit_entry (id, happened_at, what, about, details)
    SELECT gen_random_uuid(), now(), 'signed_in', '', '{}' FROM person""",
)


@pytest.fixture
def watched(database_url: str) -> Iterator[str]:
    own = {"RTI_DATABASE_URL": database_url, "RTI_SECRET": SECRET, "RTI_KEY_FILE": str(KEY_FILE)}
    with serving(environment(**own), ("tests.web.watched",)) as found:
        yield found


async def _stop(client: httpx.AsyncClient, ask: Callable[[], Awaitable[httpx.Response]]) -> float:
    """For how many milliseconds the event loop stands still whenever this is asked."""
    stops: list[float] = []
    while not stops[1:] or (min(stops[1:]) > LONGEST and len(stops) < TIMES):
        await client.get("/longest")
        answer = await ask()
        assert answer.status_code < 500 or answer.url.path == "/health", (answer.url, answer.text)
        stops.append(float((await client.get("/longest")).text))
    if min(stops[1:]) > LONGEST:
        print(f"\n{min(stops[1:]):.1f} ms  {answer.url}", flush=True)
    return min(stops[1:])


def _addresses(role: Role, names: dict[str, str]) -> Iterator[str]:
    mine = [each for each in ROUTES if each.method == "GET" and role in (each.roles or {role})]
    for route in mine:
        if not route.path.startswith(("/static/", "/exit")):
            yield _at(route, role, names)
    paths = {each.path for each in mine}
    yield from (each for each in ASKED if each.partition("?")[0] in paths)


def _at(route: Route, role: Role, names: dict[str, str]) -> str:
    return route.at({**names, "name": "bodies" if role is Role.ADMINISTRATOR else "requests"})


async def test_no_page_or_list_stops_the_others_however_much_is_stored(
    watched: str, database: Database
) -> None:
    async with database.transaction() as session:
        await make.unbounded(session)
        await data.fill(session, REQUESTS, ORGANISATIONS)
        for statement in _MORE:
            await session.execute(text(statement))
    await complete(database)
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
    stops: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=watched, timeout=120) as client:
        for role in Role:
            async with database.transaction() as session:
                person, names = await peopled(session, role)
            headers = await make.session_of(client, person, database)
            for address in _addresses(role, names):
                stop = await _stop(client, partial(client.get, address, headers=headers))
                shown = address.partition("?")[0] if address not in ASKED else address
                for name, value in names.items():
                    shown = shown.replace(value, f"{{{name}}}") if "-" in value else shown
                stops[f"{role} {shown}"] = stop
    worst = sorted(stops.items(), key=lambda each: -each[1])[:15]
    print("\n" + "\n".join(f"{stop:7.1f} ms  {where}" for where, stop in worst))
    assert {where: stop for where, stop in stops.items() if stop > LONGEST} == {}


def _zip_of_many() -> bytes:
    """As many entries as a file has room for."""
    whole = BytesIO()
    with ZipFile(whole, "w") as archive:
        for number in range(90_000):
            archive.writestr(str(number), b"")
    return whole.getvalue()


def _sent() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is large and sent where: a name for it, the address, and the rest of the call."""
    head, most = b"body_code,title,topic,received_on\n", 9_900_000
    blank = head + b",,,\n" * (most // 4)
    yield "a file of blank rows", "/api/imports/requests", {"content": blank}
    yield "a form with a file of blank rows", "/api/imports/requests", {"files": {"file": ("a.csv", blank)}}
    yield "a line without an end", "/api/imports/requests", {"content": head + b"a" * most}
    yield "a file of quotes", "/api/imports/requests", {"content": head + b'"' * most}
    yield "an archive of many files", "/api/imports/requests", {"content": _zip_of_many()}
    document = "/api/requests/{request_id}/events/{event_id}/documents"
    for name, content in (
        ("a.txt", "ក".encode() * (most // 3)),
        ("a.docx", _zip_of_many()),
        ("a.pdf", b"%PDF-" + randbytes(most)),
        ("a.eml", b"A: b\r\n" * (most // 6)),
    ):
        yield f"a document {name}", document, {"files": {"document": (name, content)}}
    yield "a long text", "/api/requests", {"json": {"title": "ក" * (most // 3)}}
    yield "many fields", "/api/requests", {"json": {f"field{n}": n for n in range(most // 20)}}
    yield "a long form", "/requests", {"data": {"title": "a" * most}}


async def test_nothing_that_is_sent_stops_the_others_however_large_it_is(
    watched: str, database: Database
) -> None:
    stops: dict[str, float] = {}
    async with database.transaction() as session:
        await make.unbounded(session)
        person, names = await peopled(session, Role.CBO_MEMBER)
    async with httpx.AsyncClient(base_url=watched, timeout=120) as client:
        headers = await make.session_of(client, person, database)
        for what, path, call in _sent():
            stops[what] = await _stop(
                client, partial(client.post, path.format(**names), headers=headers, **call)
            )
    print("\n" + "\n".join(f"{stop:7.1f} ms  {what}" for what, stop in stops.items()))
    assert {what: stop for what, stop in stops.items() if stop > LONGEST} == {}
