"""A release from draft to publication. Nothing is published by one person alone."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.campaigns.queries import campaign
from rti.core.db import Database, new_id, unique
from rti.core.db_roles import Login
from rti.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound, invalid, say
from rti.core.roles import Person
from rti.core.wallclock import day_of
from rti.jobs import queue
from rti.jobs.reports import report_of, sealed
from rti.jobs.worker import Work
from rti.models.audit import AuditAction
from rti.models.jobs import JobKind, JobRow
from rti.models.releases import EmbargoRow, ReleaseCheckRow, ReleaseRow
from rti.releases import queries
from rti.releases.commands import (
    ApproveRelease,
    CheckRelease,
    DraftRelease,
    GiveReason,
    SetEmbargo,
    VerifyRelease,
    check,
)
from rti.releases.content import content_of, digest_of, packed, unpacked
from rti.releases.drafting import drafted
from rti.releases.verify import Verification, verified


async def ask_for_draft(
    session: AsyncSession, person: Person, wanted: DraftRelease, now: datetime, today: date
) -> JobRow:
    """Add the job that drafts it, because counting and auditing may take minutes; raises Invalid."""
    await _checked(session, wanted, today)
    total = len(wanted.groups) * len(wanted.methods) + 1
    job = queue.added(person, JobKind.RELEASE, wanted, total, now)
    session.add(job)
    await session.flush()
    return job


async def draft_asked(work: Work) -> bytes:
    """Draft what a job asks for; returns its code, sealed."""
    wanted = msgspec.convert(work.job.arguments, DraftRelease)
    today = day_of(work.now, work.settings.timezone)
    async with _counting(work) as counting:
        row = await draft(work.session, counting, wanted, work.person.id, work.now, today, _telling(work))
    return sealed(work, "release", row.code.encode())


def _counting(work: Work) -> AbstractAsyncContextManager[AsyncSession]:
    """A transaction that reads what figures are made of."""
    database: Database = work.session.info["database"]
    return database.under(Login.STATISTICS).transaction(work.person.id)


def _telling(work: Work) -> Callable[[int], None]:
    def progress(done: int) -> None:
        work.progress.done = done

    return progress


async def code_of(session: AsyncSession, job: JobRow, secret: str) -> str | None:
    """The code of the release that a job drafted, None before it is done."""
    code = await report_of(session, job, secret, "release", say("This draft cannot be opened any more"))
    return code.decode() if code else None


async def ask_for_verification(session: AsyncSession, person: Person, code: str, now: datetime) -> JobRow:
    """Add the job that counts a release once more, which takes as long as drafting it did; raises NotFound."""
    row = await queries.release(session, code)
    total = len(content_of(row.content).tables) + 1
    job = queue.added(person, JobKind.VERIFICATION, VerifyRelease(release=row.code), total, now)
    session.add(job)
    await session.flush()
    return job


async def verification_asked(work: Work) -> bytes:
    """Verify what a job asks for; returns the `Verification`, sealed."""
    wanted = msgspec.convert(work.job.arguments, VerifyRelease)
    row = await queries.release(work.session, wanted.release, kept=True)
    today = day_of(work.now, work.settings.timezone)
    async with _counting(work) as counting:
        found = await verified(counting, row, today, _telling(work))
    return sealed(work, "verification", msgspec.json.encode(found))


async def verification_of(session: AsyncSession, job: JobRow, secret: str) -> Verification | None:
    """What a job found, None before it is done."""
    gone = say("This verification cannot be opened any more")
    found = await report_of(session, job, secret, "verification", gone)
    return msgspec.json.decode(found, type=Verification) if found else None


async def _checked(session: AsyncSession, wanted: DraftRelease, today: date) -> ReleaseRow | None:
    """The release that is corrected; raises Invalid for what cannot be drafted."""
    check(wanted, today)
    corrected = None
    if wanted.corrects:
        corrected = await queries.release_of(session, wanted.corrects, "corrects")
        if corrected.approved_at is None:
            raise invalid("corrects", say("This is a draft. Only an approved release can be corrected"))
    if wanted.campaign_id:
        await campaign(session, wanted.campaign_id)
    return corrected


async def draft(
    session: AsyncSession,
    counting: AsyncSession,
    wanted: DraftRelease,
    author_id: UUID,
    now: datetime,
    today: date,
    progress: Callable[[int], None] = lambda _: None,
) -> ReleaseRow:
    """Count, protect and audit what is asked for; raises Invalid. `counting` reads what figures are made of, and `progress`
    hears how many tables are counted."""
    corrected = await _checked(session, wanted, today)
    content, kept = await drafted(counting, wanted, await queries.earlier(session), today, progress)
    stored = msgspec.to_builtins(content)
    row = ReleaseRow(
        id=new_id(),
        code=await _code(session, today),
        title_km=wanted.title_km,
        title_en=wanted.title_en,
        asked=msgspec.to_builtins(wanted),
        content=stored,
        kept=packed(kept),
        # As it will be read: a whole number may be a decimal one then.
        digest=digest_of(content_of(stored)),
        as_of=content.as_of,
        checks_needed=wanted.checks_needed,
        reasons={},
        author_id=author_id,
        drafted_at=now,
        corrects_id=corrected.id if corrected else None,
        changes=wanted.changes,
    )
    async with unique(session, Conflict()):
        session.add(row)
    record(session, AuditAction.RELEASE_DRAFTED, now, about=row.id, code=row.code, digest=row.digest)
    return row


async def _code(session: AsyncSession, today: date) -> str:
    """The year and the next number in it."""
    last = await session.scalar(
        select(func.max(ReleaseRow.code)).where(ReleaseRow.code.startswith(f"{today.year}-"))
    )
    return f"{today.year}-{int(last.partition('-')[2]) + 1 if last else 1:03}"


async def discard(session: AsyncSession, code: str, now: datetime) -> None:
    """Discard a draft; an approved release stays for good."""
    row = await _draft_of(session, code)
    record(session, AuditAction.RELEASE_DISCARDED, now, about=row.id, code=row.code)
    await session.execute(delete(ReleaseRow).where(ReleaseRow.id == row.id))


async def check_release(
    session: AsyncSession, code: str, command: CheckRelease, person_id: UUID, now: datetime
) -> None:
    """Record a check by somebody other than the author; raises Invalid if the draft has changed since."""
    row = await _draft_of(session, code)
    if person_id == row.author_id:
        raise Forbidden(say("A release is checked by others than its author"))
    if command.digest != row.digest:
        raise invalid("digest", say("The draft has changed since you looked at it. Look at it again"))
    values = {"release_id": row.id, "person_id": person_id, "digest": row.digest}
    checked = insert(ReleaseCheckRow).values(**values, checked_at=now, remark=command.remark)
    await session.execute(checked.on_conflict_do_nothing())
    record(session, AuditAction.RELEASE_CHECKED, now, about=row.id, code=row.code, digest=row.digest)


async def give_reason(session: AsyncSession, code: str, command: GiveReason) -> None:
    row = await _draft_of(session, code)
    known = {each.id for each in unpacked(row.kept).findings if not each.blocks}
    if command.warning not in known:
        raise invalid("warning", say("There is no such warning"))
    row.reasons = row.reasons | {command.warning: command.reason}


async def approve(
    session: AsyncSession,
    counting: AsyncSession,
    code: str,
    command: ApproveRelease,
    now: datetime,
    today: date,
) -> ReleaseRow:
    """Freeze a release for its day; raises Invalid with everything that prevents it."""
    found = await queries.standing(session, code, None, today)
    row, day = found.row, command.publish_on or today
    if found.state != "draft":
        raise Conflict(say("This release is approved already"))
    faults = [Fault("publish_on", message) for message in found.missing]
    if day < today:
        faults.append(Fault("publish_on", say("Choose today or a later day")))
    for embargo, of in await queries.touched_by(counting, found.content, await queries.embargoes(session)):
        if embargo.until_on > day:
            until = say(
                "A part of the campaign {code} is under embargo until {day}",
                code=of.code,
                day=embargo.until_on,
            )
            faults.append(Fault("publish_on", until))
    if await queries.approved_since(session, row):
        faults.append(
            Fault(
                "publish_on", say("Another release was approved since this one was drafted. Draft it again")
            )
        )
    if faults:
        raise Invalid(*faults)
    row.approved_at, row.publish_on = now, day
    record(
        session, AuditAction.RELEASE_APPROVED, now, about=row.id, code=row.code, digest=row.digest, day=day
    )
    await session.flush()
    return row


async def _draft_of(session: AsyncSession, code: str) -> ReleaseRow:
    row = await queries.release(session, code, kept=True)
    if row.approved_at:
        raise Conflict(say("This release is approved already"))
    return row


async def set_embargo(session: AsyncSession, command: SetEmbargo, now: datetime) -> EmbargoRow:
    await campaign(session, command.campaign_id)
    row = EmbargoRow(id=new_id(), set_at=now, **msgspec.structs.asdict(command))
    async with unique(session, Conflict()):
        session.add(row)
    record(session, AuditAction.EMBARGO_CHANGED, now, about=command.campaign_id, until=command.until_on)
    return row


async def lift_embargo(session: AsyncSession, embargo_id: UUID, now: datetime) -> None:
    row = await session.get(EmbargoRow, embargo_id)
    if row is None:
        raise NotFound
    record(session, AuditAction.EMBARGO_CHANGED, now, about=row.campaign_id, until="")
    await session.delete(row)
