"""Data retention and the last deletion, for administrators."""

from litestar import get
from litestar.response import Template

from rti.core.roles import ADMINISTRATION
from rti.retention.report import report
from rti.web.guards import only
from rti.web.inject import Session
from rti.web.templating import WebRequest, page


@get("/retention", guards=[only(ADMINISTRATION)])
async def show_retention(request: WebRequest, session: Session) -> Template:
    return page(request, "retention.html", await report(session))


ROUTES = [show_retention]
