"""Every periodic job of the system, as the scheduler runs them and /health and the System page show them."""

from collections.abc import Sequence

import notifications.jobs
import rti.audit.jobs
import rti.backups.jobs
import rti.requests.jobs
import rti.retention.jobs
from rti.core.periodic import PeriodicJob
from rti.core.settings import Settings

JOBS: Sequence[PeriodicJob] = (
    *notifications.jobs.JOBS,
    *rti.audit.jobs.JOBS,
    *rti.retention.jobs.JOBS,
    *rti.requests.jobs.JOBS,
    *rti.backups.jobs.JOBS,
)


def jobs_of(settings: Settings) -> Sequence[PeriodicJob]:
    """The jobs that an installation has."""
    return [job for job in JOBS if job.wanted(settings)]
