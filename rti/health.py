"""Whether database, scheduler and mail are well; open to all, so it names nobody and nothing secret."""

import asyncio
import time
from datetime import datetime, timedelta

import msgspec
import structlog
from litestar import Response, get
from litestar.datastructures import State
from sqlalchemy import func, select, text

from rti import migrating
from rti.correspondence import queries
from rti.correspondence.tables import TickRow
from rti.requests.tables import DocumentRow
from rti.tenancy.logins import Login
from rti.web.guards import open_to_all
from rti.web.inject import Now

PATIENCE = 5.0
"""Seconds after which a silent database counts as away."""
SILENCE = timedelta(minutes=5)
"""How long the scheduler may be silent; it ticks every few seconds."""
STANDSTILL = timedelta(minutes=20)
"""How long a message may wait past its turn; longer than the lease of one that is being sent."""
JOBS = ("sweep", "dispatch")
log = structlog.get_logger()


class DatabaseHealth(msgspec.Struct, frozen=True):
    well: bool
    milliseconds: float | None = None
    schema_current: bool | None = None


class JobHealth(msgspec.Struct, frozen=True):
    """`lag` is the number of seconds since the last tick; `result` what it came to."""

    well: bool
    last_tick: datetime | None = None
    lag: float | None = None
    result: str = ""


class MailHealth(msgspec.Struct, frozen=True):
    """`mode` tells whether messages are "sent" or "kept"; ages are in seconds."""

    well: bool
    mode: str
    waiting: int | None = None
    oldest_waiting: float | None = None


class DocumentHealth(msgspec.Struct, frozen=True):
    """`altered` counts documents that were found, at a download, not to be what came in."""

    well: bool
    altered: int | None = None


class Health(msgspec.Struct, frozen=True):
    well: bool
    database: DatabaseHealth
    scheduler: dict[str, JobHealth]
    mail: MailHealth
    documents: DocumentHealth


@get("/health", guards=[open_to_all], opt={"exclude_from_auth": True})
async def health(state: State, now: Now) -> Response[Health]:
    """200 when all is well, else 503; the body says what is not."""
    found = await examine(state, now)
    return Response(found, status_code=200 if found.well else 503)


async def examine(state: State, now: datetime) -> Health:
    mode = "sent" if state.settings.smtp_url else "kept"
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE), state.database.under(Login.DOOR).transaction() as session:
            version = await session.scalar(text("SELECT version_num FROM alembic_version"))
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            current = version == migrating.newest_version()
            ticks, queue = await queries.ticks(session), await queries.queue(session)
            altered = (
                await session.scalar(
                    select(func.count(DocumentRow.altered_at)).where(DocumentRow.altered_at.is_not(None))
                )
                or 0
            )
    except Exception:
        log.exception("database_not_well")
        jobs = dict.fromkeys(JOBS, JobHealth(well=False))
        return Health(False, DatabaseHealth(False), jobs, MailHealth(False, mode), DocumentHealth(False))
    database = DatabaseHealth(current, milliseconds, current)
    scheduler = {job: _job(ticks.get(job), now) for job in JOBS}
    mail = MailHealth(
        well=scheduler["dispatch"].well and _age(queue.next_turn_at, now) < STANDSTILL.total_seconds(),
        mode=mode,
        waiting=queue.waiting,
        oldest_waiting=_age(queue.oldest_at, now) if queue.oldest_at else None,
    )
    documents = DocumentHealth(well=altered == 0, altered=altered)
    well = database.well and mail.well and documents.well and all(job.well for job in scheduler.values())
    return Health(well, database, scheduler, mail, documents)


def _job(tick: TickRow | None, now: datetime) -> JobHealth:
    if tick is None:
        return JobHealth(well=False)
    # A tick in the future was noted before the clock was set back, and says nothing about the present.
    silent = abs(now - tick.began_at) >= SILENCE
    return JobHealth(tick.well and not silent, tick.began_at, _age(tick.began_at, now), tick.result)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, round((now - moment).total_seconds(), 1)) if moment else 0.0


ROUTES = [health]
