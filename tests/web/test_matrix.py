"""Who may do what, for every route of the application, whatever routes there will be."""

import re

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.policy import Person, Role
from rti.accounts.tables import AssignmentRow
from rti.app import create_app
from rti.db import Base, Database
from rti.settings import Settings
from rti.web.headers import PROTECTION
from tests import make
from tests.conftest import NOW
from tests.web.routes import MISSING, Route, routes_of, send, things

ROUTES = sorted(
    routes_of(
        create_app(Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1/none", secret="x" * 40))
    ),
    key=str,
)
_OF_A_REQUEST = {"request_id", "event_id", "document_id", "letter_id"}
OWNED: dict[Role, set[str]] = {role: set() for role in Role} | {
    Role.CBO_MEMBER: {*_OF_A_REQUEST, "message_id"},
    Role.CBO_LEAD: {*_OF_A_REQUEST, "message_id"},
    Role.STAFF: _OF_A_REQUEST,
}
"""Parameters that name what belongs to somebody, so that there is a foreign one for the role."""


async def _answer(
    client: httpx.AsyncClient, route: Route, names: dict[str, str], person: Person | None, database: Database
) -> httpx.Response:
    answer = await send(client, route, route.at(names), person, database)
    assert answer.status_code < 500 or route.path == "/health", f"{route}: {answer.status_code}"
    assert {name.lower() for name in PROTECTION} <= set(answer.headers), f"{route} lacks headers"
    return answer


def _plain(answer: httpx.Response) -> tuple[int, str]:
    """The answer without the address that was asked for."""
    return answer.status_code, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|nothing", "…", answer.text)


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_route_is_for_the_roles_of_its_guard_and_for_nobody_else(
    client: httpx.AsyncClient, database: Database, role: Role | None
) -> None:
    async with database.transaction() as session:
        owner = (await make.member(session, role or Role.CBO_MEMBER)).person
        asked = owner if owner.cbo_id else (await make.member(session)).person
    person = owner if role else None
    names: dict[str, str] = {}
    for route in ROUTES:
        if not names or (route.parameters and route.method != "GET"):
            # A route before may have ended or changed what it was about.
            async with database.transaction() as session:
                names = await things(session, asked, (await make.member(session)).person)
        if role is Role.ADMINISTRATOR:
            # Administrators import the directory and never a request.
            names["name"] = "bodies"
        answer = await _answer(client, route, names, person, database)
        if route.roles is None:
            assert answer.status_code not in {401, 403}, f"{route} as {role}: {answer.status_code}"
        elif role is None and route.method == "GET" and not route.is_api:
            assert answer.headers.get("location") == "/sign-in", f"{route}: {answer.status_code}"
        elif role is None or role not in route.roles:
            assert answer.status_code == (403 if role else 401), f"{route} as {role}: {answer.status_code}"
        else:
            assert answer.status_code not in {401, 403, 404}, f"{route} as {role}: {answer.status_code}"


@pytest.mark.parametrize("role", list(Role))
async def test_what_belongs_to_others_looks_like_what_does_not_exist(
    client: httpx.AsyncClient, database: Database, role: Role
) -> None:
    """To staff, one province is assigned; administrators and the working group own nothing."""
    async with database.transaction() as session:
        asker = (await make.member(session, role, everything=False)).person
        if role is Role.STAFF:
            session.add(AssignmentRow(person_id=asker.id, province_code="01", assigned_at=NOW))
        about = (await make.member(session)).person
        own = await things(session, asker if asker.cbo_id else about, about)
        elsewhere = (await make.member(session)).person
        foreign = await things(session, elsewhere, elsewhere, body_code="KH-12")
    for route in ROUTES:
        if not route.parameters or route.roles is None or role not in route.roles:
            continue
        for name in route.parameters:
            missing = await _answer(client, route, {**own, name: MISSING[name]}, asker, database)
            # JSON is read before anything is looked up, so an empty object may be refused first.
            told = {404} if route.method == "GET" or not route.is_api else {400, 404, 422}
            assert missing.status_code in told, f"{route} without {name} as {role}: {missing.status_code}"
            if name in OWNED[role]:
                other = await _answer(client, route, {**own, name: foreign[name]}, asker, database)
                assert _plain(other) == _plain(missing), f"{route} tells of a foreign {name}"


async def _contents(session: AsyncSession) -> dict[str, str]:
    """A digest of each table; being seen keeps a session alive, so sessions are left out."""
    digests = {}
    for table in Base.metadata.sorted_tables:
        if table.name != "sign_in":
            query = f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table.name} AS t"  # noqa: S608 -- our own tables
            digests[table.name] = str(await session.scalar(text(query)))
    return digests


async def test_looking_changes_nothing(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        people = [(await make.member(session, role)).person for role in Role]
        names = await things(session, people[0], people[1])
    async with database.transaction() as session:
        before = await _contents(session)
    for person in people:
        for route in ROUTES:
            if route.method == "GET":
                await _answer(client, route, names, person, database)
    async with database.transaction() as session:
        assert await _contents(session) == before
