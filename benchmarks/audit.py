"""What the audit log costs those who write: filing a request and recording an event, as the web server does it.

Beside each stands the same transaction in which the entry is left out before anything is sent to the database.
"""

import asyncio
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import data
from rti.accounts.sessions import person_of
from rti.core import wallclock
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import Person, Role
from rti.law.events import EventKind, Outcome
from rti.models.accounts import PersonRow
from rti.models.audit import AuditEntryRow
from rti.models.bodies import PublicBodyRow
from rti.requests.actions import file_request, record_event
from rti.requests.commands import FileRequest, RecordEvent

REQUESTS = 100_000
"""Stored before, as in a system that is in use."""
ROUNDS, WARMING = 400, 20
ANSWERED = RecordEvent(kind=EventKind.ANSWERED, happened_on=data.TODAY, outcome=Outcome.FULL)


def _leave_out(session: Any, *_: object) -> None:
    for row in session.new:
        if isinstance(row, AuditEntryRow):
            session.expunge(row)


def _told(session: AsyncSession, *, told: bool) -> AsyncSession:
    if not told:
        event.listen(session.sync_session, "before_flush", _leave_out)
    return session


async def _round(
    database: Database, person: Person, filed: FileRequest, *, told: bool
) -> tuple[float, float]:
    """Milliseconds of filing a request and of recording its answer, each a transaction of its own."""
    now = wallclock.now()
    begun = perf_counter()
    async with database.transaction(person.id) as session:
        request = await file_request(_told(session, told=told), filed, person, now, data.TODAY)
    between = perf_counter()
    async with database.transaction(person.id) as session:
        await record_event(_told(session, told=told), request.id, ANSWERED, person, now, data.TODAY)
    return (between - begun) * 1_000, (perf_counter() - between) * 1_000


async def _measured(url: str) -> list[tuple[str, float, str]]:
    database = Database(url)
    async with database.transaction() as session:
        lead = select(PersonRow).where(PersonRow.role == Role.CBO_LEAD).limit(1)
        person = person_of((await session.scalars(lead)).one())
        body_id = (await session.scalars(select(PublicBodyRow.id).limit(1))).one()
    filed = FileRequest(body_id=body_id, title="Budget", topic="budget", received_on=data.TODAY)
    under = database.under(login_of(person))
    spent: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    # In turn, so that what else the machine does falls on both.
    for _ in range(ROUNDS):
        for told, times in spent.items():
            times.append(await _round(under, person, filed, told=told))
    await database.close()
    medians = {
        told: [median(each) for each in zip(*times[WARMING:], strict=True)] for told, times in spent.items()
    }
    return [
        line
        for what, with_entry, without in zip(
            ("filing a request", "recording an event"), *medians.values(), strict=True
        )
        for line in (
            (f"{what}, {REQUESTS:,} stored", with_entry, "ms"),
            ("  the same without the entry of the audit log", without, "ms"),
            ("  the audit log costs", (with_entry / without - 1) * 100, "% more"),
        )
    ]


def measure() -> list[tuple[str, float, str]]:
    with data.filled(REQUESTS) as url:
        return asyncio.run(_measured(url))
