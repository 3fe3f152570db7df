"""What row-level security costs: the queries of list and detail, beside the same by a superuser whom no policy stops."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import data
from rti.accounts.policy import Person, Role
from rti.accounts.sessions import person_of
from rti.accounts.tables import PersonRow
from rti.db import Database
from rti.requests.commands import RequestFilter
from rti.requests.queries import one, worklist
from rti.requests.tables import RequestRow
from rti.tenancy.logins import login_of

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "1000000"))
CBOS = 2_000
ROUNDS = 300
Work = Callable[[AsyncSession], Awaitable[object]]


async def _milliseconds(
    with_policies: Database, without: Database, person: Person, work: Work
) -> tuple[float, float]:
    """Medians of whole transactions, in turn, so that what else the machine does falls on both."""
    spent: dict[Database, list[float]] = {with_policies: [], without: []}
    for place in range(2 * ROUNDS):
        database = (with_policies, without)[place % 2]
        begun = perf_counter()
        async with database.transaction(person.id) as session:
            await work(session)
        spent[database].append((perf_counter() - begun) * 1_000)
    return median(spent[with_policies][20:]), median(spent[without][20:])


async def _measured(url: str) -> list[tuple[str, float, str]]:
    database = Database(url)
    found: list[tuple[str, float, str]] = []
    for role in (Role.CBO_LEAD, Role.STAFF):
        async with database.transaction() as session:
            row = (await session.scalars(select(PersonRow).where(PersonRow.role == role).limit(1))).one()
            person = person_of(row)
            mine = select(RequestRow.id).limit(1)
            mine = mine.where(RequestRow.cbo_id == person.cbo_id) if person.cbo_id else mine
            request_id: UUID = (await session.scalars(mine)).one()
        works: dict[str, Work] = {
            "list": lambda session, person=person: worklist(session, person, RequestFilter(), data.TODAY),
            "detail": lambda session, person=person, request_id=request_id: one(session, person, request_id),
        }
        for what, work in works.items():
            under, bare = await _milliseconds(database.under(login_of(person)), database, person, work)
            found += [
                (f"{what}, {role.value}, {REQUESTS:,} requests of {CBOS:,} CBOs", under, "ms"),
                ("  the same without policies", bare, "ms"),
                ("  row-level security costs", (under / bare - 1) * 100, "% more"),
            ]
    await database.close()
    return found


def measure() -> list[tuple[str, float, str]]:
    with data.filled(REQUESTS, cbos=CBOS) as url:
        return asyncio.run(_measured(url))
