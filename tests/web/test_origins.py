"""What another site makes a browser send does nothing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Base, Database
from rti.core.roles import Person, Role
from tests import make
from tests.web.routes import Route, somebody, things
from tests.web.test_matrix import ROUTES

UNSAFE = [route for route in ROUTES if route.method != "GET"]
PROVED_BY_THE_ADDRESS = {"/unsubscribe/{secret:str}"}
"""Mail programs post to it without a form (RFC 8058); only who got the message knows it."""
FOREIGN: dict[str, dict[str, str]] = {
    "another site says so": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a neighbour says so": {"sec-fetch-site": "same-site"},
    "an old browser says so": {"origin": "https://evil.example"},
    "the same host by another port": {"origin": "http://127.0.0.1:9"},
}


async def _contents(session: AsyncSession) -> str:
    queries = [
        f"SELECT '{table.name}' AS name, md5(string_agg(t::text, '' ORDER BY t::text)) AS digest FROM {table.name} AS t"  # noqa: S608 -- our own tables
        for table in Base.metadata.sorted_tables
        if table.name not in {"area", "public_body", "audit_entry", "audit_tally"}
    ]
    return str((await session.execute(text(" UNION ALL ".join(queries) + " ORDER BY name"))).all())


@pytest.fixture
async def people(database: Database) -> dict[Role, Person]:
    async with database.transaction() as session:
        return {role: (await make.member(session, role)).person for role in Role}


async def _each(
    client: httpx.AsyncClient, database: Database, people: dict[Role, Person]
) -> AsyncIterator[tuple[Route, str, dict[str, str]]]:
    """Every unsafe route as somebody who may use it, with the address of things that are there."""
    async with database.transaction() as session:
        about = await somebody(session, people[Role.CBO_LEAD])
        names = await things(session, people[Role.CBO_MEMBER], about)
    for route in UNSAFE:
        role = min(route.roles or {Role.CBO_MEMBER})
        yield route, route.at(names), await make.session_of(client, people[role], database)


async def _sent(
    client: httpx.AsyncClient, database: Database, route: Route, address: str, **what: Any
) -> tuple[int, bool]:
    """The status of the answer, and whether anything in the database changed."""
    async with database.transaction() as session:
        before = await _contents(session)
    answer = await client.request(route.method, address, **what)
    async with database.transaction() as session:
        return answer.status_code, await _contents(session) != before


async def test_no_page_takes_a_form_without_its_token_or_with_that_of_somebody_else(
    client: httpx.AsyncClient, database: Database, people: dict[Role, Person]
) -> None:
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url) as other:
        foreign = await make.form_token(other, "/sign-in")
    own = await make.form_token(client, "/sign-in")
    assert foreign != own
    async for route, address, _ in _each(client, database, people):
        if route.is_api or route.path in PROVED_BY_THE_ADDRESS:
            continue
        for data in ({}, {"_csrf_token": foreign}, {"_csrf_token": own[:-1] + "x"}):
            told = await _sent(client, database, route, address, data=data)
            assert told == (403, False), f"{route} with {data}"
        told = await _sent(client, database, route, address, headers={"x-csrftoken": own})
        assert told == (403, False), f"{route} with a header"


@pytest.mark.parametrize("how", FOREIGN)
async def test_nothing_that_changes_something_is_taken_from_another_site(
    client: httpx.AsyncClient, database: Database, people: dict[Role, Person], how: str
) -> None:
    """Even with a good form token and a good bearer token."""
    own = await make.form_token(client, "/sign-in")
    async for route, address, bearer in _each(client, database, people):
        what: dict[str, Any] = {"json": {}} if route.is_api else {"data": {"_csrf_token": own}}
        told = await _sent(client, database, route, address, headers={**bearer, **FOREIGN[how]}, **what)
        assert told == (403, False), str(route)


async def test_the_api_takes_no_content_type_that_a_foreign_form_can_send_and_no_cookie(
    client: httpx.AsyncClient, database: Database, people: dict[Role, Person]
) -> None:
    async for route, address, bearer in _each(client, database, people):
        if not route.is_api:
            continue
        for kind in ("text/plain", "application/x-www-form-urlencoded", "TEXT/PLAIN; charset=utf-8"):
            headers = {**bearer, "content-type": kind}
            told = await _sent(client, database, route, address, headers=headers, content=b"{}")
            assert told == (400, False), f"{route} as {kind}"
        if route.roles is not None:
            assert await _sent(client, database, route, address, json={}) == (401, False), str(route)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "none"},
        {"origin": "http://127.0.0.1"},
        {"origin": "null"},
        {},
    ],
)
async def test_our_own_pages_and_programs_are_heard(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    form = {"language": "km", "back": "/sign-in"}
    answer = await make.post_form(client, "/language", form, page="/sign-in", headers=headers)
    assert answer.status_code == 303
