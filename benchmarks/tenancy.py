"""What row-level security and encryption cost on the list and the detail of a request.

Beside each stands the same by a superuser whom no policy stops; beside the detail it is that of a request of an
organisation without keys, where nothing is sealed.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import data
from rti.accounts.sessions import person_of
from rti.core import keyring, wallclock
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Person, Role
from rti.encryption.data_keys import keys_to_encrypt
from rti.models.accounts import PersonRow
from rti.models.requests import EventRow, RequestRow
from rti.requests.commands import RequestFilter, SaveRequester
from rti.requests.listing import worklist
from rti.requests.queries import events_of
from rti.requests.reading import one
from rti.requests.requester import save_requester

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "1000000"))
CBOS = 2_000
ROUNDS, WARMING = 300, 20
REQUESTER = SaveRequester(
    requester_name="Sok Dara",
    requester_phone="012 345 678",
    requester_address="Phum 3",
    requester_note="a neighbour",
)


@dataclass(frozen=True)
class Case:
    """Somebody, and a request that they may see; both have the same number of events."""

    person: Person
    request: RequestRow


async def _milliseconds(*works: "tuple[Database, Case, Work]") -> list[float]:
    """Medians of whole transactions, in turn, so that what else the machine does falls on all."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for (database, case, work), times in zip(works, spent, strict=True):
            begun = perf_counter()
            async with database.transaction(case.person.id) as session:
                await work(session, case)
            times.append((perf_counter() - begun) * 1_000)
    return [median(times[WARMING:]) for times in spent]


Work = Callable[[AsyncSession, Case], Awaitable[None]]


async def _cases(session: AsyncSession, role: Role) -> list[Case]:
    """Two of different organisations."""
    people = [
        person_of(row)
        for row in await session.scalars(select(PersonRow).where(PersonRow.role == role).limit(2))
    ]
    taken: list[UUID] = []
    cases = []
    for person in (people[0], people[-1]):
        answered = select(RequestRow).where(
            RequestRow.answered_on.is_not(None), RequestRow.cbo_id.not_in(taken)
        )
        own = answered.where(RequestRow.cbo_id == person.cbo_id) if person.cbo_id else answered
        request = (await session.scalars(own.limit(1))).one()
        taken.append(request.cbo_id)
        cases.append(Case(person, request))
    return cases


async def _seal(session: AsyncSession, request: RequestRow) -> None:
    """Give a request a requester, and a note to each of its events."""
    now = wallclock.now()
    await save_requester(session, request, REQUESTER, now)
    keys = await keys_to_encrypt(session, request.cbo_id, now)
    for event in await events_of(session, request.id):
        event.note = keys.encrypt_text(EventRow.note, event.id, "They asked to come back on Monday.")


async def _list(session: AsyncSession, case: Case) -> None:
    await worklist(session, case.person, RequestFilter(), data.TODAY)


async def _detail(session: AsyncSession, case: Case) -> None:
    await one(session, case.person, case.request.id)


async def _of_role(database: Database, role: Role) -> list[tuple[str, float, str]]:
    async with database.transaction() as session:
        sealed, plain = await _cases(session, role)
        await _seal(session, sealed.request)
    under = database.under(login_of(sealed.person))
    list_ms, bare_list, detail_ms, bare_detail = await _milliseconds(
        (under, sealed, _list),
        (database, sealed, _list),
        (under, sealed, _detail),
        (database, plain, _detail),
    )
    return [
        (f"list, {role.value}, {REQUESTS:,} requests of {CBOS:,} CBOs", list_ms, "ms"),
        ("  the same without policies", bare_list, "ms"),
        ("  row-level security costs", (list_ms / bare_list - 1) * 100, "% more"),
        (f"detail, {role.value}, with 8 sealed cells", detail_ms, "ms"),
        ("  the same without policies and cells", bare_detail, "ms"),
        ("  security and encryption cost", (detail_ms / bare_detail - 1) * 100, "% more"),
    ]


async def _measured(url: str) -> list[tuple[str, float, str]]:
    with TemporaryDirectory() as folder:
        database = Database(url, keyring=keyring.read(keyring.kept(Path(folder) / "wrapping")))
    found = [line for role in (Role.CBO_LEAD, Role.STAFF) for line in await _of_role(database, role)]
    await database.close()
    return found


def measure() -> list[tuple[str, float, str]]:
    with data.filled(REQUESTS, cbos=CBOS) as url:
        return asyncio.run(_measured(url))
