"""How the system is, for staff and administrators: the scheduler, the queue, and addresses that do not work."""

from litestar import get
from litestar.datastructures import State
from litestar.response import Template

from notifications.channels import failing_addresses
from rti.core.roles import SUPPORT
from rti.health import examine
from rti.schedule import jobs_of
from rti.web.guards import only
from rti.web.inject import Now, Session
from rti.web.templating import WebRequest, page


@get("/status", guards=[only(SUPPORT)])
async def show_status(request: WebRequest, state: State, session: Session, now: Now) -> Template:
    found, jobs = await examine(state.settings, state.database, now), jobs_of(state.settings)
    return page(request, "status.html", found, jobs=jobs, failing_addresses=await failing_addresses(session))


ROUTES = [show_status]
