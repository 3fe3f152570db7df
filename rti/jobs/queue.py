"""Jobs as rows: adding them, and recording their progress and result.

A job is claimed for the length of a lease, which its worker renews while it runs; every later write names the
attempt, so that a worker whose lease has passed writes nothing any more.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.db import Database, new_id
from rti.core.errors import Conflict, Message, NotFound, say
from rti.core.roles import Person
from rti.jobs.leases import take
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow, JobState

LEASE = timedelta(minutes=1)
"""How long a job belongs to a worker that does not renew its lease."""
NEVER_AHEAD = timedelta(days=1)
"""No turn is put off so far, so one further ahead was given while the clock was wrong, and comes now."""
RECENT = 10
ENDED = say("This has ended already")
PATIENCE = timedelta(seconds=2)
"""How long an answer waits for the end of a job that was just asked for."""
LOOK_EVERY = 0.1
"""Seconds between two checks of a job whose end somebody waits for."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours until the lease ends."""

    id: UUID
    kind: JobKind
    person_id: UUID
    attempt: int
    arguments: Mapping[str, Any]


class LeaseLost(Exception):
    """Somebody else has taken or ended the job, so nothing of this attempt may be kept."""


def added(person: Person, kind: JobKind, arguments: msgspec.Struct, total: int, now: datetime) -> JobRow:
    """A job for a person, to be added to a session; its turn comes at once. `total` is what it has to go through."""
    return JobRow(
        id=new_id(),
        kind=kind,
        person_id=person.id,
        arguments=msgspec.to_builtins(arguments),
        total=total,
        next_attempt_at=now,
        created_at=now,
    )


async def claim(database: Database, now: datetime) -> Claimed | None:
    """Claim the job that has been due longest, if there is one."""
    due = or_(JobRow.next_attempt_at <= now, JobRow.next_attempt_at > now + NEVER_AHEAD)
    query = select(JobRow.id).where(JobRow.finished_at.is_(None), due)
    first = query.order_by(JobRow.next_attempt_at, JobRow.id).limit(1)
    lease = {"attempt": JobRow.attempt + 1, "next_attempt_at": now + LEASE}
    taken = take(JobRow, first, state=JobState.RUNNING, done=0, **lease)
    columns = (JobRow.id, JobRow.kind, JobRow.person_id, JobRow.attempt, JobRow.arguments)
    async with database.transaction() as session:
        row = (await session.execute(taken.returning(*columns))).one_or_none()
    return Claimed(*row) if row else None


async def renew(database: Database, job: Claimed, done: int, now: datetime) -> bool:
    """Renew the lease and store the progress; returns whether somebody asked to cancel the job."""
    ours = update(JobRow).where(*_ours(job)).values(done=done, next_attempt_at=now + LEASE)
    rows = await database.alone(ours.returning(JobRow.cancel_asked), {})
    return any(row.cancel_asked for row in rows)


async def held(session: AsyncSession, job: Claimed) -> JobRow:
    """The row of a job, locked for its worker to write how it ended; raises LeaseLost."""
    row = await session.scalar(select(JobRow).where(*_ours(job)).with_for_update())
    if row is None:
        raise LeaseLost
    return row


def _ours(job: Claimed) -> tuple[ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.attempt == job.attempt, JobRow.state == JobState.RUNNING


def end(
    row: JobRow, state: JobState, now: datetime, *, report: bytes | None = None, fault: Message | None = None
) -> None:
    """Record how a job ended, and delete its input."""
    row.state, row.finished_at, row.content = state, now, None
    row.report, row.fault = report, msgspec.to_builtins(fault, enc_hook=str)
    if state is JobState.DONE:
        row.done = row.total


def fault_of(row: JobRow) -> Message | None:
    """Why a job failed."""
    return msgspec.convert(row.fault, Message | None)


def jobs_of(person: Person | None, kind: JobKind | None = None) -> Select[JobRow]:
    """The jobs of a person, the newest first; here and below, None is the command line, which sees all, or any kind."""
    newest = select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc())
    newest = newest.where(JobRow.person_id == person.id) if person else newest
    return newest.where(JobRow.kind == kind) if kind else newest


async def recent(session: AsyncSession, person: Person | None, kind: JobKind) -> Sequence[JobRow]:
    return (await session.scalars(jobs_of(person, kind).limit(RECENT))).all()


async def find(
    session: AsyncSession, person: Person | None, job_id: UUID, kind: JobKind | None = None
) -> JobRow:
    """One job; a missing one and one of somebody else look the same."""
    row = await session.scalar(jobs_of(person, kind).where(JobRow.id == job_id))
    if row is None:
        raise NotFound
    return row


async def settled(
    session: AsyncSession, person: Person, job_id: UUID, now: datetime, kind: JobKind
) -> JobRow:
    """One job as soon as it has ended, or as it is `PATIENCE` after it was asked for.

    So a small one is answered at once, and whoever looks again at a long one does not wait.
    """
    row = await find(session, person, job_id, kind)
    clock = asyncio.get_running_loop().time
    give_up = clock() + min(PATIENCE, PATIENCE - (now - row.created_at)).total_seconds()
    while row.finished_at is None and clock() < give_up:
        await asyncio.sleep(LOOK_EVERY)
        await session.refresh(row)
    return row


async def cancel(
    session: AsyncSession, person: Person | None, job_id: UUID, now: datetime, kind: JobKind | None = None
) -> JobRow:
    """End a job that waits, or ask the worker of one that runs to end it; raises Conflict where it has ended."""
    row = await find(session, person, job_id, kind)
    await session.refresh(row, with_for_update=True)
    if row.finished_at:
        raise Conflict(ENDED)
    row.cancel_asked = True
    if row.state is JobState.QUEUED:
        end(row, JobState.CANCELLED, now)
    record(session, AuditAction.JOB_CANCELLED, now, about=row.id, kind=row.kind)
    return row
