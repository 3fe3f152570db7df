"""The input and the report of a job, encrypted for the person who asked for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import personal_encryption
from rti.core.cipher import Unreadable
from rti.core.errors import Conflict, Message
from rti.jobs import queue
from rti.jobs.worker import Work
from rti.models.cbos import CboRow
from rti.models.jobs import JobKind, JobRow, JobState

NAMING = frozenset({JobKind.COLUMNS, JobKind.PRINT, JobKind.DOSSIER, JobKind.MANY})
"""Kinds whose files name organisations or their requests."""


def give(job: JobRow, secret: str, name: str, plain: bytes) -> None:
    """Store the input of a job, which is deleted when it ends."""
    job.content = personal_encryption.encrypt(secret, f"{name} {job.id}", job.person_id, plain)


def given(work: Work, name: str, gone: Message) -> bytes:
    """The same, for its handler; raises Conflict with `gone` where it cannot be opened any more."""
    try:
        return personal_encryption.decrypt(
            work.settings.secret, f"{name} {work.job.id}", work.job.person_id, work.content
        )
    except Unreadable:
        raise Conflict(gone) from None


def sealed(work: Work, name: str, plain: bytes) -> bytes:
    """A report of this name, as it is stored."""
    return personal_encryption.encrypt(work.settings.secret, f"{name} {work.job.id}", work.person.id, plain)


def keep(job: JobRow, secret: str, name: str, plain: bytes, now: datetime) -> None:
    """What waits for the person as long as a report does: a job with nothing to do."""
    queue.end(job, JobState.DONE, now)
    job.report = personal_encryption.encrypt(secret, f"{name} {job.id}", job.person_id, plain)


async def report_of(
    session: AsyncSession, job: JobRow, secret: str, name: str, gone: Message
) -> bytes | None:
    """The report of a job, None before it is done; raises Conflict with `gone` where it cannot be opened any more.

    What names organisations is not opened once any has been locked.
    """
    stored = await session.scalar(select(JobRow.report).where(JobRow.id == job.id))
    if stored is None:
        return None
    locked_since = select(CboRow.id).where(CboRow.locked_at > job.created_at).limit(1)
    if job.kind in NAMING and await session.scalar(locked_since):
        raise Conflict(gone)
    try:
        return personal_encryption.decrypt(secret, f"{name} {job.id}", job.person_id, stored)
    except Unreadable:
        raise Conflict(gone) from None
