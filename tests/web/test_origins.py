"""What another site makes a browser send does nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from rti.core.db import Database
from rti.core.roles import Role
from tests import make
from tests.sizes import size
from tests.web.asking import contents
from tests.web.routes import ROUTES, Route
from tests.web.things import somebody, things

Send = Callable[..., Awaitable[int]]
PROVED_BY_THE_ADDRESS = {"/unsubscribe/{secret:str}"}
"""Mail programs post to it without a form (RFC 8058); only who got the message knows it."""
FOREIGN: dict[str, dict[str, str]] = {
    "another site says so": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a neighbour says so": {"sec-fetch-site": "same-site"},
    "an old browser says so": {"origin": "https://evil.example"},
    "the same host by another port": {"origin": "http://127.0.0.1:9"},
}


@dataclass(frozen=True)
class Asked:
    """An unsafe route as somebody who may use it, at the address of things that are there."""

    route: Route
    address: str
    bearer: dict[str, str]


@pytest.fixture
async def asked(client: httpx.AsyncClient, database: Database) -> list[Asked]:
    async with database.transaction() as session:
        people = {role: (await make.member(session, role)).person for role in Role}
        about = await somebody(session, people[Role.CBO_LEAD])
        names = await things(session, people[Role.CBO_MEMBER], about)
    bearers = {role: await make.session_of(client, person, database) for role, person in people.items()}
    return [
        Asked(route, route.at(names), bearers[min(route.roles or {Role.CBO_MEMBER})])
        for route in ROUTES
        if route.method != "GET"
    ]


@pytest.fixture
def send(client: httpx.AsyncClient) -> Send:
    """Ask with the cookie of the session that the route is asked in; gives the status of the answer."""

    async def sent(what: Asked, **more: Any) -> int:
        client.cookies.set("session", what.bearer["Authorization"].removeprefix("Bearer "))
        return (await client.request(what.route.method, what.address, **more)).status_code

    return sent


@asynccontextmanager
async def _nothing_changes(database: Database) -> AsyncIterator[None]:
    before = await contents(database, but=set())
    yield
    assert await contents(database, but=set()) == before


async def test_no_page_takes_a_form_without_its_token_or_with_that_of_somebody_else(
    client: httpx.AsyncClient, database: Database, asked: list[Asked], send: Send
) -> None:
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url) as other:
        foreign = await make.form_token(other, "/sign-in")
    own = await make.form_token(client, "/sign-in")
    assert foreign != own
    async with _nothing_changes(database):
        forms = [each for each in asked if not each.route.is_api]
        for each in forms:
            if each.route.path in PROVED_BY_THE_ADDRESS:
                continue
            assert await send(each, data={}) == 403, f"{each.route} without"
            assert await send(each, data={"_csrf_token": foreign}) == 403, f"{each.route} with a foreign one"
        # How a token is read is no matter of the route.
        for more in ({"data": {"_csrf_token": own[:-1] + "x"}}, {"headers": {"x-csrftoken": own}}):
            assert await send(forms[0], **more) == 403, more


async def test_nothing_that_changes_something_is_taken_from_another_site(
    client: httpx.AsyncClient, database: Database, asked: list[Asked], send: Send
) -> None:
    """Even with a good form token and a good bearer token; in `make test` each route hears one of these sites."""
    own = await make.form_token(client, "/sign-in")
    async with _nothing_changes(database):
        for number, each in enumerate(asked):
            what: dict[str, Any] = {"json": {}} if each.route.is_api else {"data": {"_csrf_token": own}}
            first = number % len(FOREIGN)
            for how in list(FOREIGN)[slice(*size((first, first + 1), (0, None)))]:
                status = await send(each, headers={**each.bearer, **FOREIGN[how]}, **what)
                assert status == 403, f"{each.route}: {how}"


async def test_the_api_takes_no_content_type_that_a_foreign_form_can_send_and_no_cookie(
    database: Database, asked: list[Asked], send: Send
) -> None:
    async with _nothing_changes(database):
        for each in asked:
            if not each.route.is_api:
                continue
            headers = {**each.bearer, "content-type": "text/plain"}
            assert await send(each, headers=headers, content=b"{}") == 400, str(each.route)
            if each.route.roles is not None:
                assert await send(each, json={}) == 401, str(each.route)
        (some,) = (each for each in asked if each.route.path == "/api/requests")
        for kind in ("application/x-www-form-urlencoded", "TEXT/PLAIN; charset=utf-8"):
            headers = {**some.bearer, "content-type": kind}
            assert await send(some, headers=headers, content=b"{}") == 400, kind


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
