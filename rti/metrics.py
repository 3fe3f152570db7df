"""The same figures as /health for Prometheus; they name nobody.

Who may scrape carries the token of RTI_METRICS_TOKEN; without one, or with a wrong one, the page is not there.
"""

import hmac

from litestar import MediaType, Response, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from rti.errors import NotFound
from rti.health import Health, examine
from rti.web.guards import open_to_all
from rti.web.inject import Now
from rti.web.templating import WebRequest


@get("/metrics", guards=[open_to_all], media_type=MediaType.TEXT)
async def metrics(request: WebRequest, state: State, now: Now) -> Response[bytes]:
    expected = f"Bearer {state.settings.metrics_token}".encode()
    given = request.headers.get("authorization", "").encode()
    if not state.settings.metrics_token or not hmac.compare_digest(given, expected):
        raise NotFound
    return Response(exposition(await examine(state, now)), media_type=CONTENT_TYPE_LATEST)


def exposition(found: Health) -> bytes:
    """`found` in the text format of Prometheus; times are in seconds."""
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"rti_{name}", meaning, labels, registry=registry)

    gauge("well", "1 if database, scheduler and messages are well").set(found.well)
    gauge("database_well", "1 if the database answers and has the present schema").set(found.database.well)
    well = gauge("job_well", "1 if a job of the scheduler ticks and does not fail", "job")
    lag = gauge("job_lag_seconds", "Seconds since a job of the scheduler last ticked", "job")
    tick = gauge("job_last_tick_timestamp_seconds", "When a job of the scheduler last ticked", "job")
    for name, job in found.scheduler.items():
        well.labels(name).set(job.well)
        if job.last_tick is not None and job.lag is not None:
            lag.labels(name).set(job.lag)
            tick.labels(name).set(job.last_tick.timestamp())
    if found.storage.free is not None:
        gauge("storage_free_bytes", "Bytes left on the fullest disk of database and backups").set(
            found.storage.free
        )
    backed = gauge("backup_well", "1 if the last backup or drill went well and is not too old", "kind")
    age = gauge("backup_age_seconds", "Seconds since the last good backup or drill was begun", "kind")
    for kind, backup in found.backups.items():
        backed.labels(kind).set(backup.well)
        if backup.age is not None:
            age.labels(kind).set(backup.age)
    documents = found.documents
    if not (documents.altered is None or documents.quarantined is None or documents.overdue is None):
        gauge("documents_altered", "Documents that are missing or not what came in").set(documents.altered)
        gauge("documents_quarantined", "Documents in which a virus scanner found something").set(
            documents.quarantined
        )
        gauge("documents_overdue_seconds", "How long the longest due waits to be looked at again").set(
            documents.overdue
        )
    if found.mail.waiting is not None:
        gauge("messages_waiting", "Messages that are to be sent").set(found.mail.waiting)
        gauge("messages_oldest_waiting_seconds", "Age of the oldest of them").set(
            found.mail.oldest_waiting or 0
        )
    return generate_latest(registry)


ROUTES = [metrics]
