"""Every periodic job of the system, as the scheduler runs them and /health and the System page show them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import notifications.jobs
import rti.audit.jobs
import rti.backups.jobs
import rti.inbox.jobs
import rti.requests.jobs
import rti.retention.jobs
import rti.safety.jobs
import rti.statistics.jobs
from notifications.forecast import forecast
from rti.batches.filing import file_batch
from rti.core.periodic import PeriodicJob, Result, Tick
from rti.core.settings import Settings
from rti.dossiers.actions import make_dossier
from rti.imports.actions import run_import
from rti.jobs.worker import Handler, work_off
from rti.law.explanations import N_
from rti.letters.print_runs import print_letters
from rti.models.jobs import JobKind
from rti.releases.actions import draft_asked, verification_asked
from rti.requests.bulk import act_on_many
from rti.statistics.comparing import compare
from rti.statistics.exporting import export

HANDLERS: Mapping[JobKind, Handler] = {
    JobKind.IMPORT: partial(run_import, foresee=forecast),
    JobKind.PRINT: print_letters,
    JobKind.COMPARE: compare,
    JobKind.EXPORT: export,
    JobKind.DOSSIER: make_dossier,
    JobKind.MANY: act_on_many,
    JobKind.BATCH: file_batch,
    JobKind.RELEASE: draft_asked,
    JobKind.VERIFICATION: verification_asked,
}


async def do_jobs(tick: Tick) -> Result:
    return await work_off(tick, HANDLERS)


JOBS: Sequence[PeriodicJob] = (
    *notifications.jobs.JOBS,
    *rti.audit.jobs.JOBS,
    *rti.retention.jobs.JOBS,
    *rti.safety.jobs.JOBS,
    *rti.requests.jobs.JOBS,
    *rti.inbox.jobs.JOBS,
    *rti.statistics.jobs.JOBS,
    *rti.backups.jobs.JOBS,
    PeriodicJob(
        "jobs",
        N_(
            "Run imports, exports, comparisons and bulk actions, file batches, print letters, make dossiers and draft releases"
        ),
        timedelta(seconds=1),
        do_jobs,
        at_once=2,
    ),
)


def jobs_of(settings: Settings) -> Sequence[PeriodicJob]:
    """The jobs that an installation has."""
    return [job for job in JOBS if job.wanted(settings)]
