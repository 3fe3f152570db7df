"""What a list counts, and what needs attention in groups, is read from indexes alone, however many requests are stored."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import data
from rti.core.asking import compiled
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Person, Role
from rti.requests.commands import RequestFilter
from rti.requests.counts import CountBy, CountRequests, needing
from rti.requests.listing import Counted, counting
from tests.conftest import TODAY

REQUESTS = 2_000
PEOPLE = text("SELECT id, cbo_id FROM person WHERE email = :email")


@pytest.fixture
async def people(database: Database) -> Sequence[Person]:
    """Staff and a member, with so many requests that it matters how they are read."""
    async with database.transaction() as session:
        # Else VACUUM does not know yet that all is there to stay.
        await session.execute(text("SET LOCAL synchronous_commit = on"))
        await data.fill(session, REQUESTS, cbos=5, statements=data.COUNTED)
        rows = [
            (role, (await session.execute(PEOPLE, {"email": f"{name}@test.example"})).one())
            for name, role in (("staff", Role.STAFF), ("cbo1", Role.CBO_MEMBER))
        ]
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.exec_driver_sql("VACUUM ANALYZE request")
    return [Person(row.id, role, "", row.cbo_id, "en") for role, row in rows]


async def _scans(session: AsyncSession, sql: str, values: Sequence[Any]) -> set[str]:
    """How requests are read where an index has to be."""
    for otherwise in ("seqscan", "bitmapscan"):
        await session.execute(text(f"SET LOCAL enable_{otherwise} = off"))
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    (plan,) = await driver.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    return {each["Node Type"] for each in _steps(plan["Plan"]) if each.get("Relation Name") == "request"}


def _steps(step: Any) -> Iterator[Any]:
    yield step
    for each in step.get("Plans", ()):
        yield from _steps(each)


async def test_counting_reads_indexes_alone(database: Database, people: Sequence[Person]) -> None:
    async with database.transaction() as session:
        campaign_id = await session.scalar(text("SELECT id FROM campaign WHERE code = 'C1'"))
        body_id = await session.scalar(text("SELECT body_id FROM request LIMIT 1"))
    filters: Sequence[dict[str, Any]] = (
        {"status": "answered"},
        {"topic": "land"},
        {"province": "12"},
        {"campaign_id": campaign_id},
        {"body_id": body_id},
        {"cbo": "CBO1"},
        {"reference": "R-12"},
        {"overdue": True},
        {"due_soon": True},
        {"stalled": True},
        {"due_on": TODAY},
        {"status": "answered", "topic": "land"},
        {"status": "answered", "province": "12"},
    )
    for person in people:
        async with database.under(login_of(person)).transaction(person.id) as session:
            for given in filters:
                wanted = RequestFilter(**given)
                statement = counting(login_of(person), wanted.given)
                every = Counted(wanted, TODAY).values()
                values = [every[name] for name in statement.names]
                scans = await _scans(session, f"SELECT {statement.sql}", values)
                assert scans == {"Index Only Scan"}, (person.role, given)
            # Who sees a line of a batch is who sees its request, which is read for that.
            for by in set(CountBy) - {CountBy.BATCH_ID}:
                groups = needing(person, CountRequests(by=by), TODAY)
                statement, every = compiled(groups), groups.compile().params
                values = [every[name] for name in statement.names]
                scans = await _scans(session, f"SELECT * FROM {statement.sql} AS each", values)  # noqa: S608 -- our own query
                assert scans == {"Index Only Scan"}, (person.role, by)
