"""What if, as a job: the same question of the same person has one answer until its data changes."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import literal, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import say
from rti.core.replica import for_reading
from rti.core.roles import Person
from rti.core.wallclock import day_of
from rti.jobs import queue
from rti.jobs.reports import report_of, sealed
from rti.jobs.worker import Work
from rti.models.jobs import JobKind, JobRow, JobState
from rti.statistics.judging import States
from rti.statistics.measures import State
from rti.statistics.queries import version_of_figures
from rti.statistics.what_if import Comparison, WhatIf, checked, compared, comparison, how_many

PERCENT = 100
"""Progress is given in percent, because not everybody who may ask may know the number of requests."""
AGAIN_AFTER = timedelta(minutes=1)
"""How long a failed comparison is shown before it is made again."""


class Comparing(WhatIf, frozen=True, kw_only=True):
    """What was asked, of figures at a version of theirs."""

    version: list[int]


async def asked_for(
    session: AsyncSession, person: Person, wanted: WhatIf, now: datetime, zone: str
) -> JobRow | None:
    """The job that answers the question, if there is one; raises Invalid."""
    arguments = msgspec.to_builtins(await _order(session, person, wanted, now, zone))
    stands = or_(
        JobRow.state.in_((JobState.QUEUED, JobState.RUNNING, JobState.DONE)),
        (JobRow.state == JobState.FAILED) & (JobRow.finished_at > now - AGAIN_AFTER),
    )
    same = JobRow.arguments == literal(arguments, JSONB)
    row: JobRow | None = await session.scalar(
        queue.jobs_of(person, JobKind.COMPARE).where(same, stands).limit(1)
    )
    return row and await queue.settled(session, person, row.id, now, JobKind.COMPARE)


async def ask(session: AsyncSession, person: Person, wanted: WhatIf, now: datetime, zone: str) -> JobRow:
    """Add the job; raises Invalid."""
    job = queue.added(person, JobKind.COMPARE, await _order(session, person, wanted, now, zone), PERCENT, now)
    session.add(job)
    await session.flush()
    return job


async def _order(
    session: AsyncSession, person: Person, wanted: WhatIf, now: datetime, zone: str
) -> Comparing:
    version = await version_of_figures(session)
    plain = await checked(session, person, wanted, day_of(now, zone))
    return Comparing(**msgspec.structs.asdict(plain), version=[*(version or ())])


async def compare(work: Work) -> bytes:
    """Judge under the login of statistics; returns the states, sealed."""
    wanted = msgspec.convert(work.job.arguments, Comparing)

    database: Database = work.session.info["database"]
    reading = await for_reading(database.under(Login.STATISTICS))
    async with reading.transaction(work.person.id) as session:
        total = await how_many(session, wanted)

        def progress(done: int) -> None:
            work.progress.done = PERCENT * done // total

        states = await compared(session, wanted, progress)
    plain = msgspec.json.encode([(*pair, number) for pair, number in states.items()])
    return sealed(work, "compare", plain)


async def result(session: AsyncSession, person: Person, job: JobRow, secret: str) -> Comparison | None:
    """What came of a job, as it is told to who asked; None before it is done."""
    gone = say("This comparison cannot be opened any more. Ask for another cut-off date")
    plain = await report_of(session, job, secret, "compare", gone)
    if plain is None:
        return None
    moves = msgspec.json.decode(plain, type=list[tuple[State, State, int]])
    states = States({(own, other): number for own, other, number in moves})
    return await comparison(session, person, msgspec.convert(job.arguments, Comparing), states)
