"""/health for people and watchdogs, and /metrics with the same figures for Prometheus.

/metrics needs the token of RTI_METRICS_TOKEN; without one, or with a wrong one, it is not there.
"""

import hmac
from collections.abc import Callable

from litestar import MediaType, Response, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from rti.core.errors import NotFound
from rti.health import Health, ReplicaHealth, examine
from rti.web.guards import open_to_all
from rti.web.inject import Now
from rti.web.templating import WebRequest


@get("/health", guards=[open_to_all], opt={"exclude_from_auth": True})
async def health(state: State, now: Now) -> Response[Health]:
    """200 when all is well, else 503; the body says what is not."""
    found = await examine(state.settings, state.database, now)
    return Response(found, status_code=200 if found.well else 503)


@get("/metrics", guards=[open_to_all], media_type=MediaType.TEXT)
async def metrics(request: WebRequest, state: State, now: Now) -> Response[bytes]:
    expected = f"Bearer {state.settings.metrics_token}".encode()
    given = request.headers.get("authorization", "").encode()
    if not state.settings.metrics_token or not hmac.compare_digest(given, expected):
        raise NotFound
    return Response(
        exposition(await examine(state.settings, state.database, now)), media_type=CONTENT_TYPE_LATEST
    )


def exposition(found: Health) -> bytes:
    """`found` in the text format of Prometheus; times are in seconds."""
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"rti_{name}", meaning, labels, registry=registry)

    gauge("well", "1 if the database, scheduler and messages are healthy").set(found.well)
    gauge("database_well", "1 if the database has the current schema and enough connections").set(
        found.database.well
    )
    gauge("database_connections", "Connections of the database in use").set(found.database.connections or 0)
    gauge("database_room", "Connections that servers may take").set(found.database.room or 0)
    _tell_replica(gauge, found.replica)
    well = gauge("job_well", "1 if a job of the scheduler runs on time and does not fail", "job")
    lag = gauge("job_lag_seconds", "Seconds since the last run of a job of the scheduler", "job")
    tick = gauge("job_last_tick_timestamp_seconds", "Time of the last run of a job of the scheduler", "job")
    for name, job in found.scheduler.items():
        well.labels(name).set(job.well)
        if job.last_tick is not None and job.lag is not None:
            lag.labels(name).set(job.lag)
            tick.labels(name).set(job.last_tick.timestamp())
    if found.storage.free is not None:
        gauge("storage_free_bytes", "Bytes left on the fullest disk of database and backups").set(
            found.storage.free
        )
    backed = gauge("backup_well", "1 if the last backup or drill succeeded and is not too old", "kind")
    age = gauge("backup_age_seconds", "Seconds since the last successful backup or drill started", "kind")
    for kind, backup in found.backups.items():
        backed.labels(kind).set(backup.well)
        if backup.age is not None:
            age.labels(kind).set(backup.age)
    documents = found.documents
    if not (documents.altered is None or documents.quarantined is None or documents.overdue is None):
        gauge("documents_altered", "Documents that are missing or altered").set(documents.altered)
        gauge("documents_quarantined", "Documents quarantined by the virus scanner").set(
            documents.quarantined
        )
        gauge("documents_overdue_seconds", "Seconds that the longest overdue document check has waited").set(
            documents.overdue
        )
    if found.mail.waiting is not None:
        gauge("messages_waiting", "Messages in the queue").set(found.mail.waiting)
        gauge("messages_oldest_waiting_seconds", "Age of the oldest queued message").set(
            found.mail.oldest_waiting or 0
        )
    if found.jobs.waiting is not None:
        gauge("jobs_waiting", "Imports and the like that wait or run").set(found.jobs.waiting)
        gauge("jobs_oldest_waiting_seconds", "Age of the oldest of them").set(found.jobs.oldest_waiting or 0)
    return generate_latest(registry)


def _tell_replica(gauge: Callable[..., Gauge], found: ReplicaHealth | None) -> None:
    if found is None:
        return
    gauge("replica_well", "1 if the second database is there and not too far behind").set(found.well)
    if found.lag is not None:
        gauge("replica_lag_seconds", "Seconds that the second database is behind").set(found.lag)


ROUTES = [health, metrics]
