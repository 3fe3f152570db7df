"""What costs the server much is done as often as anybody needs, and not without end."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle

import httpx
import pytest
from sqlalchemy import select

from rti.accounts.passwords import token_hash
from rti.accounts.rate_limits import LIMITS, LimitedCall, count_call
from rti.audit.jobs import seal
from rti.audit.record import HOUR
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import RateLimitExceeded
from rti.core.periodic import Tick
from rti.core.roles import Person, Role, TokenScope
from rti.core.settings import Settings
from rti.core.wallclock import now as present
from rti.models.accounts import ApiTokenRow, RateLimitRow
from rti.models.audit import AuditAction, AuditEntryRow
from rti.web.routes import HANDLERS
from tests import make
from tests.conftest import NOW, SignIn
from tests.waiting import PATIENCE

EXPORTS = LIMITS[LimitedCall.EXPORTS]


async def allowed(database: Database, person: Person, costly: LimitedCall, now: datetime) -> bool:
    try:
        await count_call(database, person, costly, now)
    except RateLimitExceeded:
        return False
    return True


async def used_up(settings: Settings, database: Database, person: Person, costly: LimitedCall) -> None:
    """Do all at once that the person may, as the web server counts it: an hour ahead, however long a test takes."""
    auth_database = Database.of(settings).under(Login.AUTH)
    later = present() + HOUR
    for _ in range(LIMITS[costly].burst):
        await count_call(auth_database, person, costly, later)
    await auth_database.close()


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.transaction() as session:
        return (await make.member(session)).person


async def test_the_export_after_the_last_that_one_may_is_refused_and_works_when_it_was_said(
    database: Database, person: Person
) -> None:
    for _ in range(EXPORTS.burst):
        assert await allowed(database, person, LimitedCall.EXPORTS, NOW)
    with pytest.raises(RateLimitExceeded) as refused:
        await count_call(database, person, LimitedCall.EXPORTS, NOW)
    again_in = refused.value.again_in
    assert again_in == EXPORTS.interval
    assert not await allowed(database, person, LimitedCall.EXPORTS, NOW + again_in - timedelta(seconds=1))
    assert await allowed(database, person, LimitedCall.EXPORTS, NOW + again_in)
    assert not await allowed(database, person, LimitedCall.EXPORTS, NOW + again_in)


async def test_neither_other_people_nor_other_work_are_affected(database: Database, person: Person) -> None:
    async with database.transaction() as session:
        other = (await make.member(session)).person
    while await allowed(database, person, LimitedCall.EXPORTS, NOW):
        pass
    assert await allowed(database, other, LimitedCall.EXPORTS, NOW)
    assert await allowed(database, person, LimitedCall.FIGURES, NOW)


async def test_calls_that_come_together_are_all_counted(database: Database, person: Person) -> None:
    calls = (allowed(database, person, LimitedCall.EXPORTS, NOW) for _ in range(EXPORTS.burst + 10))
    assert (await asyncio.gather(*calls)).count(True) == EXPORTS.burst


async def test_nobody_is_named_where_it_is_counted(database: Database, person: Person) -> None:
    await count_call(database, person, LimitedCall.EXPORTS, NOW)
    async with database.transaction() as session:
        (row,) = await session.scalars(select(RateLimitRow))
        assert person.id.bytes not in row.key


async def test_all_tables_of_a_year_can_be_exported_in_an_afternoon(
    database: Database, person: Person
) -> None:
    """25 provinces by each of 10 dimensions, as a table and as a file, one after the other."""
    assert all(
        [
            await allowed(database, person, LimitedCall.FIGURES, NOW + n * timedelta(seconds=7))
            for n in range(500)
        ]
    )


@pytest.mark.parametrize("language", ["en", "km"])
async def test_a_refusal_is_told_in_the_readers_language_with_when_it_works_again(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn, language: str
) -> None:
    group = (await sign_in(Role.WORKING_GROUP)).person
    client.cookies.set("language", language)
    await used_up(settings, database, group, LimitedCall.FIGURES)
    longest = (HOUR + LIMITS[LimitedCall.FIGURES].interval).total_seconds()
    for path in ("/statistics", "/statistics.csv", "/statistics.json", "/api/statistics", "/what-if"):
        answer = await client.get(path)
        assert answer.status_code == 429, path
        assert 0 < int(answer.headers["retry-after"]) <= longest, path
        said = "in a row" if language == "en" else "ម្តងទៀត"
        assert said in answer.text, path
    view = (await client.get("/api/statistics")).json()
    assert (view["status"], view["faults"]) == (429, [])
    assert "text/html" in (await client.get("/statistics")).headers["content-type"]


async def test_two_web_servers_and_the_tokens_of_a_person_share_one_count(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn, address: str
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    async with database.transaction() as session:
        session.add(
            ApiTokenRow(
                person_id=member.id,
                token_hash=token_hash("rti_own"),
                name="own",
                scope=TokenScope.STATISTICS,
                created_at=NOW,
                expires_at=present() + HOUR,
            )
        )
    came, began = 0, present()
    async with httpx.AsyncClient(base_url=address, cookies=client.cookies, timeout=PATIENCE) as other:
        servers = cycle((client, other))
        while (answer := await next(servers).get("/requests.csv")).status_code == 200:
            came += 1
    assert answer.status_code == 429
    given_back = (present() - began) // EXPORTS.interval
    assert EXPORTS.burst <= came <= EXPORTS.burst + given_back
    await used_up(settings, database, member, LimitedCall.FIGURES)
    by_token = await client.get("/api/statistics", headers={"Authorization": "Bearer rti_own"})
    assert by_token.status_code == 429


async def test_refusals_give_one_entry_an_hour_with_how_many_there_were(
    client: httpx.AsyncClient, database: Database, settings: Settings, sign_in: SignIn
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    await used_up(settings, database, member, LimitedCall.EXPORTS)
    for _ in range(7):
        assert (await client.get("/requests.csv")).status_code == 429

    async def entries() -> list[tuple[object, ...]]:
        async with database.transaction() as session:
            query = select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.CALLS_REFUSED)
            rows = (await session.scalars(query)).all()
        return [(row.person_id, row.cbo_id, row.details) for row in rows]

    tick = Tick(database.under(Login.WORKER), settings, present())
    await seal(tick)
    assert await entries() == []
    for _ in range(2):
        await seal(replace(tick, now=present() + HOUR))
        entry = (member.id, member.cbo_id, {"calls": "exports", "times": 7})
        assert await entries() == [entry]


async def test_the_description_of_the_api_tells_how_often(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/schema/openapi.json")).json()["paths"]
    result = paths["/api/statistics"]["get"]["responses"]["429"]["description"]
    assert "figures per person: 300 requests in a row, then one in 12 s" in result
    assert "in a row" not in paths["/api/me"]["get"]["responses"]["429"]["description"]


def test_whatever_gives_out_or_takes_a_file_or_counts_requests_is_counted() -> None:
    counted = {
        f"{method} {path}"
        for handler in HANDLERS
        for path in handler.paths
        for method in handler.http_methods
        if any(hasattr(guard, "limited_call") for guard in handler.guards)
    }
    every = {
        f"{method} {path}"
        for handler in HANDLERS
        for path in handler.paths
        for method in handler.http_methods
    }
    costly = ("/statistics", "/what-if", "/documents", "/imports", ".csv", "/identity")
    forms_and_small_pictures = {
        "GET /imports",
        "GET /imports/{import_id:uuid}",
        "GET /imports/template/{file_kind:str}",
        "GET /api/imports",
        "GET /api/imports/{import_id:uuid}",
        "GET /requests/{request_id:uuid}/documents/{document_id:uuid}/original",
        "GET /requests/{request_id:uuid}/documents/{document_id:uuid}/preview",
        "GET /api/requests/{request_id:uuid}/documents/{document_id:uuid}/preview",
    }
    wanted = {each for each in every if any(part in each for part in costly) and "OPTIONS" not in each}
    assert wanted - forms_and_small_pictures <= counted
