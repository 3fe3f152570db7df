"""The health of the system, for staff and administrators: the scheduler, the queue, and failing addresses."""

from litestar import get
from litestar.datastructures import State
from litestar.response import Template

from notifications.channels import failing_addresses
from rti.core.roles import SUPPORT
from rti.core.settings import Settings
from rti.health import examine
from rti.law.explanations import N_
from rti.schedule import jobs_of
from rti.web.guards import only
from rti.web.in_words import result_in_words
from rti.web.inject import Now, Session
from rti.web.templating import WebRequest, page


@get("/status", guards=[only(SUPPORT)])
async def show_status(request: WebRequest, state: State, session: Session, now: Now) -> Template:
    found, jobs = await examine(state.settings, state.database, now), jobs_of(state.settings)
    return page(
        request,
        "status.html",
        found,
        jobs=jobs,
        missing=missing(state.settings),
        in_words=result_in_words,
        failing_addresses=await failing_addresses(session),
    )


def missing(settings: Settings) -> list[str]:
    """What an installation lacks, as message ids: nothing is broken, but something is not set up."""
    without = {
        N_(
            "No backup is made. The server operator must set RTI_BACKUP_FOLDER and RTI_BACKUP_RECIPIENT."
        ): settings.backup_folder and settings.backup_recipient,
        N_("No mail leaves. Messages are kept here until RTI_SMTP_URL is set."): settings.smtp_url,
        N_("No virus scanner looks at documents. Set RTI_CLAMD."): settings.clamd,
        N_("No checkpoint of the audit log is sent outside. Set RTI_ANCHOR_TO."): settings.anchor_to,
    }
    return [words for words, there in without.items() if not there]


ROUTES = [show_status]
