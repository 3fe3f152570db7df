"""Filing a batch: its bodies are rows first, then a job makes the requests of those that wait.

The job keeps all of it or nothing, so it can be asked for again after a crash or a cancellation: what has its request is
not filed a second time.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.batches.commands import FileBatch
from rti.batches.planning import foresee, reasons
from rti.batches.queries import batch_of
from rti.calendars.queries import calendar_of, count_undisturbed
from rti.campaigns.queries import campaign as campaign_of
from rti.core.attributes import from_attributes
from rti.core.db import Base, new_id
from rti.core.errors import Conflict, invalid, say
from rti.core.roles import Person
from rti.core.wallclock import HOME_ZONE, day_of
from rti.jobs import queue
from rti.jobs.worker import Work
from rti.models.audit import AuditAction
from rti.models.batches import BatchBodyRow, BatchRow, LeftOut
from rti.models.bodies import PublicBodyRow
from rti.models.jobs import JobKind, JobRow
from rti.models.requests import RequestRow
from rti.requests.actions import deadline_rows, filing_events, request_row, write_projection
from rti.requests.commands import FileRequest, PlainFields
from rti.requests.projection import project, to_law
from rti.requests.references import next_references
from rti.statutes.queries import newest_of

AT_ONCE = 200
"""Requests written together, so that memory does not grow with the batch and progress is visible."""


class BatchOrder(msgspec.Struct, frozen=True, kw_only=True):
    """File the missing requests of a batch."""

    batch_id: UUID


async def ask(
    session: AsyncSession, person: Person, campaign_id: UUID, command: FileBatch, now: datetime, today: date
) -> BatchRow:
    """Add a batch with its bodies, and the job that files it; raises Invalid where another number was foreseen."""
    campaign = await campaign_of(session, campaign_id)
    found = await foresee(session, person, campaign, command, today)
    if not found.ask:
        raise invalid("areas", say("None of these bodies would be asked"))
    if command.foreseen != len(found.ask):
        message = say("This would file {count} requests now. Look at it again", count=len(found.ask))
        raise invalid("foreseen", message)
    plain = from_attributes(PlainFields, command)
    batch = BatchRow(
        id=new_id(),
        cbo_id=command.cbo_id or person.cbo_id,
        campaign_id=campaign_id,
        filing=command.filing,
        title=command.title,
        asked=msgspec.to_builtins(plain),
        filed_by=person.id,
        created_at=now,
    )
    session.add(batch)
    await session.flush()
    session.add_all(_chosen(batch, body) for body in found.ask)
    session.add_all(_chosen(batch, body, why) for body, why in found.left_out)
    await session.flush()
    await ask_again(session, person, batch.id, now)
    return batch


def _chosen(batch: BatchRow, body: PublicBodyRow, why: LeftOut | None = None) -> BatchBodyRow:
    return BatchBodyRow(batch_id=batch.id, body_id=body.id, cbo_id=batch.cbo_id, left_out=why)


async def ask_again(session: AsyncSession, person: Person, batch_id: UUID, now: datetime) -> JobRow:
    """Add the job that files what waits of a batch; raises Conflict where nothing does, or one is under way."""
    batch = await batch_of(session, person, batch_id)
    total = await session.scalar(select(func.count()).select_from(_waiting(batch.id).subquery())) or 0
    running = await job_of(session, person, batch.id)
    if not total or (running and running.finished_at is None):
        raise Conflict(say("There is nothing to file in this batch, or it is being filed already"))
    job = queue.added(person, JobKind.BATCH, BatchOrder(batch_id=batch.id), total, now)
    session.add(job)
    await session.flush()
    return job


async def cancel(session: AsyncSession, person: Person, batch_id: UUID, now: datetime) -> None:
    """End the filing of a batch, of which then nothing is kept; raises Conflict where it has ended."""
    batch = await batch_of(session, person, batch_id)
    job = await job_of(session, person, batch.id)
    if job is None:
        raise Conflict(queue.ENDED)
    await queue.cancel(session, person, job.id, now)


async def job_of(session: AsyncSession, person: Person, batch_id: UUID) -> JobRow | None:
    """The newest job of a person that files a batch."""
    of_batch = JobRow.arguments["batch_id"].astext == str(batch_id)
    jobs = queue.jobs_of(person, JobKind.BATCH).where(of_batch)
    return await session.scalar(jobs.limit(1))


def _waiting(batch_id: UUID) -> Select[BatchBodyRow]:
    return select(BatchBodyRow).where(
        BatchBodyRow.batch_id == batch_id,
        BatchBodyRow.request_id.is_(None),
        BatchBodyRow.left_out.is_(None),
    )


async def file_batch(work: Work) -> bytes:
    """File the requests of a batch that wait; there is no report."""
    session, order = work.session, msgspec.convert(work.job.arguments, BatchOrder)
    batch = await batch_of(session, work.person, order.batch_id)
    await count_undisturbed(session)
    # Of two jobs the second waits here, and then finds nothing.
    waiting = (await session.scalars(_waiting(batch.id).with_for_update())).all()
    of_waiting = select(PublicBodyRow).where(PublicBodyRow.id.in_([row.body_id for row in waiting]))
    bodies = (await session.scalars(of_waiting)).all()
    why = await reasons(session, work.person, batch, bodies, day_of(work.now, work.settings.timezone))
    for row in waiting:
        row.left_out = why.get(row.body_id)
    ask = [row for row in waiting if row.left_out is None]
    await _make_requests(work, batch, ask)
    about = {"about": batch.id, "cbo_id": batch.cbo_id}
    record(session, AuditAction.BATCH_FILED, work.now, **about, requests=len(ask))
    await session.flush()
    return b""


async def _make_requests(work: Work, batch: BatchRow, ask: Sequence[BatchBodyRow]) -> None:
    """Make the request to each body, a draft of today."""
    session, today = work.session, day_of(work.now, work.settings.timezone)
    campaign = await campaign_of(session, batch.campaign_id)
    statute = await newest_of(session, campaign.statute_id)
    calendar = await calendar_of(session, statute.countries, statute.weekend)
    plain = msgspec.convert(batch.asked, PlainFields)
    of_batch = {"campaign_id": batch.campaign_id, "filing": batch.filing}
    references = await next_references(session, batch.cbo_id, batch.filing, len(ask))
    projection = None
    for at in range(0, len(ask), AT_ONCE):
        requests: list[RequestRow] = []
        parts: list[Base] = []
        chosen = ask[at : at + AT_ONCE]
        for row, reference in zip(chosen, references[at : at + AT_ONCE], strict=True):
            command = from_attributes(FileRequest, plain, **of_batch, body_id=row.body_id)
            request = request_row(
                command,
                cbo_id=batch.cbo_id,
                reference=reference,
                statute=statute,
                by=work.person.id,
                now=work.now,
            )
            events = filing_events(request, command, work.now, today, work.person.id, statute.zone)
            # The same happened to all of them on the same day, so they stand at the same place.
            projection = projection or project(statute, calendar, [to_law(each) for each in events])
            write_projection(request, projection, day_of(work.now, HOME_ZONE))
            requests.append(request)
            parts += [*events, *deadline_rows(request, projection.deadlines)]
        await _write(session, chosen, requests, parts)
        work.progress.done = at + len(requests)


async def _write(
    session: AsyncSession,
    chosen: Sequence[BatchBodyRow],
    requests: Sequence[RequestRow],
    parts: Sequence[Base],
) -> None:
    """Write requests with what hangs on them, and forget them."""
    session.add_all(requests)
    await session.flush()
    for row, request in zip(chosen, requests, strict=True):
        row.request_id = request.id
    session.add_all(parts)
    await session.flush()
    for written in (*requests, *parts):
        session.expunge(written)
