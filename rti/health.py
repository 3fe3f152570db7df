"""The health of the system; the report names nobody."""

import asyncio
import shutil
import time
from datetime import datetime, timedelta

import msgspec
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from notifications import queries
from rti.audit.checkpoints import last_checkpoint, recipients
from rti.audit.sealer import waiting
from rti.backups import runs
from rti.backups.retention import BACKUP_ALARM, DRILL_ALARM
from rti.core import connections
from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.errors import NotReady
from rti.core.periodic import PeriodicJob
from rti.core.replica import lag
from rti.core.settings import Settings
from rti.models.backups import RunKind
from rti.models.jobs import HeartbeatRow, JobRow
from rti.models.requests import DocumentRow
from rti.readiness import newest_version
from rti.schedule import jobs_of

PATIENCE = 5.0
"""Seconds after which a database that does not respond counts as unreachable."""
LITTLE_ROOM = 1_000_000_000
"""Bytes; less free space is reported."""
STANDSTILL = timedelta(minutes=20)
"""How long a message or a job may be overdue; longer than the lease of one that is being sent."""
UNANCHORED = timedelta(days=2)
"""How old the last checkpoint may be, if it is to be sent daily."""
log = structlog.get_logger()


class Part(msgspec.Struct, frozen=True):
    well: bool


class DatabaseHealth(Part, frozen=True):
    """`connections` are those in use, of `room` that servers may take; those that the command line needs are beside."""

    milliseconds: float | None = None
    schema_current: bool | None = None
    connections: int | None = None
    room: int | None = None


class ReplicaHealth(Part, frozen=True):
    """`lag` is how many seconds the second database is behind the first; null where it is away, or is no replica."""

    lag: float | None = None


class JobHealth(Part, frozen=True):
    """`every` is the number of seconds between runs, `lag` the number since the last; `result` is its outcome."""

    every: float
    last_tick: datetime | None = None
    lag: float | None = None
    result: str = ""


class MailHealth(Part, frozen=True):
    """`mode` is "sent" or "kept"; ages are in seconds."""

    mode: str
    waiting: int | None = None
    oldest_waiting: float | None = None


class QueueHealth(Part, frozen=True):
    """Imports and the like that wait or run; the age is in seconds."""

    waiting: int | None = None
    oldest_waiting: float | None = None


class DocumentHealth(Part, frozen=True):
    """`altered` counts documents that are missing or are not what came in.

    `quarantined` counts those in which a virus scanner found malware, and `scanned` says whether one is configured.
    `overdue` is the number of seconds for which the longest due has waited to be looked at again.
    """

    altered: int | None = None
    quarantined: int | None = None
    scanned: bool = False
    overdue: float | None = None


class StorageHealth(Part, frozen=True):
    """`free` is the number of bytes left on the fullest disk of the embedded database and of backups, if on this machine."""

    free: int | None = None


class AuditHealth(Part, frozen=True):
    """`waiting` entries are not chained yet; `last_anchor` is when the last checkpoint was sent.

    `anchored` says whether anybody receives checkpoints.
    """

    waiting: int | None = None
    anchored: bool = False
    last_anchor: datetime | None = None


class BackupHealth(Part, frozen=True):
    """Ages, in seconds, are since the last good backup or drill was begun; `result` is of the newest attempt."""

    last: datetime | None = None
    age: float | None = None
    result: str = ""


class Health(msgspec.Struct, frozen=True):
    well: bool
    database: DatabaseHealth
    scheduler: dict[str, JobHealth]
    mail: MailHealth
    jobs: QueueHealth
    documents: DocumentHealth
    storage: StorageHealth
    audit: AuditHealth
    backups: dict[RunKind, BackupHealth]
    """Empty where no backups are configured."""
    replica: ReplicaHealth | None = None
    """The second database for reading, where there is one."""


async def examine(settings: Settings, database: Database, now: datetime) -> Health:
    storage = _storage(settings)
    mode = "sent" if settings.smtp_url else "kept"
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE), database.under(Login.AUTH).transaction() as session:
            version = await session.scalar(text("SELECT version_num FROM alembic_version"))
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            current = version == newest_version()
            ticks, queue = await queries.ticks(session), await queries.queue(session)
            jobs = await _jobs(session, now)
            documents = await _documents(session, settings, now)
            unchained = await waiting(session)
            anchored_at = await last_checkpoint(session)
            backups = await _backups(session, now) if settings.makes_backups else {}
            open_now = await connections.count(session, database)
    except NotReady:
        raise
    except Exception:
        log.exception("database_not_well")
        return _unknown(settings, mode, storage, now)
    stands = current and open_now.suffice
    kept = DatabaseHealth(stands, milliseconds, current, open_now.used, open_now.room)
    scheduler = {job.name: _job(job, ticks.get(job.name), now) for job in jobs_of(settings)}
    mail = _mail(queue, mode, now, dispatched=scheduler["dispatch"].well)
    audit = _audit(settings, unchained, anchored_at, now, sealed=scheduler["seal"].well)
    replica = await _replica(database)
    found: tuple[Part, ...] = (
        *([replica] if replica else []),
        kept,
        mail,
        jobs,
        documents,
        storage,
        audit,
        *scheduler.values(),
        *backups.values(),
    )
    return Health(
        all(each.well for each in found),
        kept,
        scheduler,
        mail,
        jobs,
        documents,
        storage,
        audit,
        backups,
        replica,
    )


def _mail(queue: queries.Queue, mode: str, now: datetime, *, dispatched: bool) -> MailHealth:
    return MailHealth(
        well=dispatched and _age(queue.next_turn_at, now) < STANDSTILL.total_seconds(),
        mode=mode,
        waiting=queue.waiting,
        oldest_waiting=_age(queue.oldest_at, now) if queue.oldest_at else None,
    )


def _audit(
    settings: Settings, unchained: int, anchored_at: datetime | None, now: datetime, *, sealed: bool
) -> AuditHealth:
    keeps = bool(recipients(settings))
    return AuditHealth(
        well=sealed and (not keeps or _age(anchored_at, now) < UNANCHORED.total_seconds()),
        waiting=unchained,
        anchored=keeps,
        last_anchor=anchored_at,
    )


async def _replica(database: Database) -> ReplicaHealth | None:
    behind = await lag(database.under(Login.AUTH))
    return ReplicaHealth(behind.well, behind.seconds) if behind else None


def _unknown(settings: Settings, mode: str, storage: StorageHealth, now: datetime) -> Health:
    """While the database is unreachable."""
    silent = {job.name: _job(job, None, now) for job in jobs_of(settings)}
    unknown = MailHealth(False, mode), QueueHealth(False), DocumentHealth(False)
    return Health(False, DatabaseHealth(False), silent, *unknown, storage, AuditHealth(False), {})


def _storage(settings: Settings) -> StorageHealth:
    """Free disk space, reported long before writing stops (`db.RESERVE`)."""
    folders = [each for each in (settings.embedded_folder, settings.backup_folder) if each and each.exists()]
    free = min((shutil.disk_usage(each).free for each in folders), default=None)
    return StorageHealth(free is None or free >= LITTLE_ROOM, free)


async def _jobs(session: AsyncSession, now: datetime) -> QueueHealth:
    facts = select(func.count(), func.min(JobRow.created_at), func.min(JobRow.next_attempt_at))
    count, oldest, turn = (await session.execute(facts.where(JobRow.finished_at.is_(None)))).one()
    well = _age(turn, now) < STANDSTILL.total_seconds()
    return QueueHealth(well, count, _age(oldest, now) if oldest else None)


async def _documents(session: AsyncSession, settings: Settings, now: datetime) -> DocumentHealth:
    altered, quarantined = [
        await session.scalar(select(func.count(column)).where(column.is_not(None))) or 0
        for column in (DocumentRow.altered_at, DocumentRow.threat)
    ]
    next_check = await session.scalar(select(func.min(DocumentRow.next_check_at)))
    return DocumentHealth(altered == 0, altered, quarantined, bool(settings.clamd), _age(next_check, now))


async def _backups(session: AsyncSession, now: datetime) -> dict[RunKind, BackupHealth]:
    """How old the last good backup and drill are; before the first drill, its time runs from the first backup."""
    good, tried = await runs.last_good(session), await runs.last(session)
    found = {}
    for kind, alarm in ((RunKind.BACKUP, BACKUP_ALARM), (RunKind.DRILL, DRILL_ALARM)):
        last, attempt = good.get(kind), tried.get(kind)
        since = last or (await runs.first_good_backup(session) if kind is RunKind.DRILL else None)
        found[kind] = BackupHealth(
            well=since is not None and now - since < alarm and (attempt is None or attempt.well),
            last=last,
            age=_age(last, now) if last else None,
            result=attempt.result if attempt else "",
        )
    return found


def _job(job: PeriodicJob, tick: HeartbeatRow | None, now: datetime) -> JobHealth:
    every = job.every.total_seconds()
    if tick is None:
        return JobHealth(well=False, every=every)
    # A tick in the future was noted before the clock was set back, and says nothing about the present.
    silent = abs(now - tick.began_at) >= job.silence
    return JobHealth(tick.well and not silent, every, tick.began_at, _age(tick.began_at, now), tick.result)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, round((now - moment).total_seconds(), 1)) if moment else 0.0
