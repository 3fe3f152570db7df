"""Takes jobs and runs each as the person who asked, in one transaction with its own end.

So what a job did and that it is done are kept together or not at all: a worker that is killed leaves nothing
half done, and one whose lease has passed cannot keep what another does again.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.sessions import ACTIVE, person_of
from rti.audit.record import record
from rti.core import wallclock
from rti.core.db import Database, is_busy
from rti.core.db_roles import Login, login_of
from rti.core.errors import Busy, Forbidden, Invalid, Message, Problem, say
from rti.core.periodic import Result, Tick
from rti.core.roles import Person
from rti.core.settings import Settings
from rti.jobs.leases import back_off
from rti.jobs.queue import Claimed, LeaseLost, claim, end, held, renew
from rti.models.accounts import PersonRow
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow, JobState

MOST_ATTEMPTS = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
BEAT = 0.5
"""Seconds between two looks at a running job, by which its lease is renewed and a wish to cancel it is heard."""
log = structlog.get_logger()


@dataclass(slots=True)
class Progress:
    """How far a job is, of the `total` of its row; its handler writes it, and the worker stores it."""

    done: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler gets: the transaction in which it acts for the person, and what was asked."""

    session: AsyncSession
    person: Person
    job: Claimed
    content: bytes
    settings: Settings
    now: datetime
    progress: Progress


Handler = Callable[[Work], Awaitable[bytes]]
"""Does a kind of job, and returns its report, sealed for the person."""


async def work_off(tick: Tick, handlers: Mapping[JobKind, Handler]) -> Result:
    """Run jobs one after the other, until none is due or the process is told to stop."""
    states: Counter[JobState] = Counter()
    while not tick.stopping.is_set() and (job := await claim(tick.database, wallclock.now())):
        try:
            states[await _attend(tick, job, handlers[job.kind])] += 1
        except LeaseLost:
            log.warning("job_lease_lost", job=str(job.id), attempt=job.attempt)
    return Result(", ".join(f"{count} {state}" for state, count in sorted(states.items())))


async def _attend(tick: Tick, job: Claimed, handler: Handler) -> JobState:
    """Run a job while its lease is renewed; returns the state in which that leaves it."""
    if job.attempt > MOST_ATTEMPTS:
        message = say(
            "The server stopped {count} times while doing this. Nothing was changed", count=MOST_ATTEMPTS
        )
        return await _settle(tick.database, job, Problem(message))
    progress = Progress()
    running = asyncio.create_task(_run(tick, job, handler, progress))
    try:
        while not (await asyncio.wait({running}, timeout=BEAT))[0]:
            cancelled = await renew(tick.database, job, progress.done, wallclock.now())
            if cancelled or tick.stopping.is_set():
                break
    finally:
        running.cancel()
        await asyncio.wait({running})
    if running.cancelled():
        return await _settle(tick.database, job, None)
    if fault := running.exception():
        return await _settle(tick.database, job, fault)
    return JobState.DONE


async def _run(tick: Tick, job: Claimed, handler: Handler, progress: Progress) -> None:
    person = await _active(tick.database, job)
    async with tick.database.under(login_of(person)).transaction(person.id) as session:
        content = await session.scalar(select(JobRow.content).where(JobRow.id == job.id)) or b""
        now = wallclock.now()
        report = await handler(Work(session, person, job, content, tick.settings, now, progress))
        end(await held(session, job), JobState.DONE, wallclock.now(), report=report)


async def _active(database: Database, job: Claimed) -> Person:
    """Whoever asked, as they are now; raises Forbidden for whom nobody lets in any more."""
    async with database.under(Login.AUTH).transaction() as session:
        row = await session.scalar(select(PersonRow).where(PersonRow.id == job.person_id, *ACTIVE))
    if row is None:
        raise Forbidden(say("This account is switched off, or its organisation is locked"))
    return person_of(row)


async def _settle(database: Database, job: Claimed, fault: BaseException | None) -> JobState:
    """Record what follows if a job did not finish; without a fault it was told to stop.

    What another holds is tried again until it is free.
    """
    now = wallclock.now()
    async with database.transaction() as session:
        row = await held(session, job)
        if row.cancel_asked:
            end(row, JobState.CANCELLED, now)
        elif fault is None or isinstance(fault, Busy) or is_busy(fault):
            pause = timedelta() if fault is None else Busy.again_in
            row.state, row.attempt, row.next_attempt_at = JobState.QUEUED, job.attempt - 1, now + pause
        elif isinstance(fault, Problem):
            message = fault.faults[0].message if isinstance(fault, Invalid) else fault.detail
            _fail(session, row, message, now)
        else:
            reference = uuid.uuid4().hex[:12]
            log.error("job_broke", job=str(job.id), attempt=job.attempt, reference=reference, exc_info=fault)
            if job.attempt < MOST_ATTEMPTS:
                pause = back_off(job.attempt - 1, FIRST_PAUSE, LONGEST_PAUSE)
                row.state, row.next_attempt_at = JobState.QUEUED, now + pause
            else:
                message = say(
                    "Something went wrong on our side. Nothing was changed. Tell us this reference: {reference}",
                    reference=reference,
                )
                _fail(session, row, message, now)
        return row.state


def _fail(session: AsyncSession, row: JobRow, fault: Message, now: datetime) -> None:
    end(row, JobState.FAILED, now, fault=fault)
    record(session, AuditAction.JOB_FAILED, now, about=row.id, by=row.person_id, kind=row.kind)
