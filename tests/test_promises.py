"""What is promised is kept by tests that are there."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Base, Database
from rti.core.roles import Role
from rti.web.pages.protections import LIMITS, PROMISES, SEIZURES
from tests import make
from tests.sources import ROOT, written_in

VISITOR = "203.0.113.77"


def test_every_promise_names_tests_that_are_there() -> None:
    assert [promise.what for promise in PROMISES if not promise.tests] == []
    assert [named for promise in PROMISES for named in promise.tests if not is_there(named)] == []


def is_there(test: str) -> bool:
    path, _, function = test.partition("::")
    return (ROOT / path).is_file() and function in written_in(ROOT / path)


@pytest.mark.parametrize("language", ["en", "km"])
async def test_anybody_can_read_what_is_protected_and_what_is_not(
    client: httpx.AsyncClient, language: str
) -> None:
    shown = await client.get("/safety", headers={"accept-language": language})
    assert shown.status_code == 200
    if language == "en":
        for said in (*LIMITS, *(each.gives for each in SEIZURES), *(each.what for each in PROMISES)):
            assert said in shown.text
    assert 'href="/safety"' in (await client.get("/sign-in")).text


async def test_no_address_of_a_visitor_is_stored_or_logged(
    address: str, server_log: Callable[[], str], database: Database
) -> None:
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD)
    proxied = {"x-forwarded-for": VISITOR, "x-real-ip": VISITOR, "forwarded": f"for={VISITOR}"}
    async with httpx.AsyncClient(base_url=address, headers=proxied) as visitor:
        await make.post_form(visitor, "/sign-in", {"email": "nobody@test.example", "password": "wrong"})
        await make.sign_in(visitor, lead)
        for path in ("/", "/requests", "/people", "/nothing", "/api/requests?after=x"):
            assert (await visitor.get(path)).status_code < 500
    async with database.transaction() as session:
        kept = {
            name: str((await session.execute(select(table))).all())
            for name, table in Base.metadata.tables.items()
        }
    assert lead.email in kept["person"]
    assert not [name for name, rows in kept.items() if VISITOR in rows]
    assert VISITOR not in server_log()
