"""Data retention and the last deletion, as JSON."""

from litestar import get

from rti.core.roles import ADMINISTRATION
from rti.retention.report import RetentionReport, report
from rti.web.guards import only
from rti.web.inject import Session


@get("/api/retention", guards=[only(ADMINISTRATION)])
async def retention(session: Session) -> RetentionReport:
    return await report(session)


ROUTES = [retention]
