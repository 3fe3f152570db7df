"""The first page: what to do next, by role; and whether the system is well."""

from litestar import get
from litestar.response import Redirect, Template

from rti.accounts.policy import REQUESTS
from rti.requests.queries import urgency
from rti.web.guards import open_to_all
from rti.web.inject import Session, Today
from rti.web.templating import WebRequest, page


@get("/", guards=[open_to_all])
async def home(request: WebRequest, session: Session, today: Today) -> Template | Redirect:
    if request.user is None:
        return Redirect("/sign-in")
    counts = await urgency(session, request.user, today) if request.user.role in REQUESTS else None
    return page(request, "home.html", counts)


ROUTES = [home]
