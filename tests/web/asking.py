"""Asking every route as somebody, and seeing what it changed."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Base, Database
from rti.core.roles import Person, Role
from tests import make
from tests.web.routes import ROUTES, Route
from tests.web.things import MAKERS, Things


def who_tries(route: Route) -> Role:
    """One of those for whom a route is, another for the next one: where each need not be tried by everybody."""
    roles = sorted(route.roles or Role)
    return roles[ROUTES.index(route) % len(roles)]


async def working(session: AsyncSession, role: Role) -> Things:
    """Somebody of a role, and what they may name: their own as far as the role has any."""
    person = (await make.member(session, role)).person
    return Things(person if person.cbo_id else (await make.member(session)).person, person)


async def peopled(session: AsyncSession, role: Role) -> tuple[Person, dict[str, str]]:
    """Somebody of a role, and all that they may name."""
    made = await working(session, role)
    return made.me, await made.named(session, *MAKERS)


_opened: WeakKeyDictionary[httpx.AsyncClient, dict[tuple[UUID, bool], dict[str, str]]] = WeakKeyDictionary()
"""The headers of the sessions in which `send` asks."""


async def send(
    client: httpx.AsyncClient,
    route: Route,
    address: str,
    person: Person | None,
    database: Database,
    *,
    complete: bool = True,
) -> httpx.Response:
    """Ask as a person, with an empty form or JSON object and a good form token.

    The session is that of the question before, unless something was taken, by which it may have ended.
    """
    client.cookies.delete("session")
    token = client.cookies.get("csrf") or await make.form_token(client, "/sign-in")
    headers: dict[str, str] = {}
    opened = _opened.setdefault(client, {})
    if person:
        if (person.id, complete) not in opened:
            opened[person.id, complete] = await make.session_of(client, person, database, complete=complete)
        headers = opened[person.id, complete]
        client.cookies.set("session", headers["Authorization"].removeprefix("Bearer "))
    what: dict[str, Any] = {"json": {}} if route.is_api else {"data": {"_csrf_token": token}}
    if route.method == "GET":
        return await client.get(address, headers=headers)
    answer = await client.request(route.method, address, headers=headers, **what)
    if answer.status_code < 400:
        opened.clear()
    return answer


@dataclass
class Visitor:
    """Somebody of a role at work, or a stranger: signed in, and with things to name for as long as they last."""

    client: httpx.AsyncClient
    database: Database
    role: Role | None
    things: Things | None = None
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def send(self, method: str, address: str, **what: Any) -> httpx.Response:
        """Ask; whatever was taken may have ended the session or removed what is named, so all is made anew."""
        answer = await self.client.request(method, address, **what)
        if method != "GET" and answer.status_code < 400:
            self.things = None
        return answer

    async def ready(self, *names: str) -> dict[str, str]:
        """Sign in unless that is done; something for each of the names."""
        if self.things and set(names) <= set(self.things.made):
            return self.things.made
        new = self.things is None
        async with self.database.transaction() as session:
            self.things = self.things or await working(session, self.role or Role.CBO_MEMBER)
            made = await self.things.named(session, *names)
        if new and self.role:
            self.headers = await make.session_of(self.client, self.things.me, self.database)
        if new:
            self.token = self.client.cookies.get("csrf") or await make.form_token(self.client, "/sign-in")
        return made


async def contents(database: Database, *, but: set[str]) -> dict[str, str]:
    """A digest of what is in each table, `but` these, and but what no page writes to."""
    digests = [
        f"SELECT '{name}', (SELECT concat(count(*), ' ', bit_xor(hashtextextended(t::text, 0))) FROM {name} t)"  # noqa: S608 -- our own tables
        for name in Base.metadata.tables.keys() - {"area", "audit_entry", "audit_count", *but}
    ]
    async with database.transaction() as session:
        return dict((await session.execute(text(" UNION ALL ".join(digests)))).all())
