"""The first page: what to do next, by role; and whether the system is well."""

from litestar import get
from litestar.response import Redirect, Template

from notifications.channels import count_failing_addresses
from rti.calendars.queries import warning
from rti.core.roles import REQUESTS, SUPPORT
from rti.law.status import RequestStatus
from rti.requests.commands import RequestFilter
from rti.requests.queries import urgency
from rti.requests.reading import worklist
from rti.web.guards import open_to_all
from rti.web.inject import Session, Today
from rti.web.templating import WebRequest, page


@get("/", guards=[open_to_all])
async def home(request: WebRequest, session: Session, today: Today) -> Template | Redirect:
    if request.user is None:
        return Redirect("/sign-in")
    supports = request.user.role in SUPPORT
    notice = await warning(session, today) if supports else None
    failing = await count_failing_addresses(session) if supports else 0
    if request.user.role not in REQUESTS:
        return page(request, "home.html", warning=notice, failing_addresses=failing)
    return page(
        request,
        "home.html",
        await urgency(session, request.user, today),
        open_requests=await worklist(session, request.user, RequestFilter(status=RequestStatus.OPEN), today),
        today=today,
        warning=notice,
        failing_addresses=failing,
    )


ROUTES = [home]
