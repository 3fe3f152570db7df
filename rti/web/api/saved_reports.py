"""Saved reports as JSON."""

from litestar import delete, get, post
from litestar.params import JSONBody

from rti.core.roles import COMPARING
from rti.statistics import reports
from rti.statistics.reports import SavedReport, SaveReport
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who


@get("/api/saved-reports", guards=[only(COMPARING)])
async def list_reports(session: Session, person: Who) -> list[SavedReport]:
    """One's own reports and those for the working group; `wanted` are the parameters of `GET /api/statistics`."""
    return await reports.saved_reports(session, person)


@post("/api/saved-reports", guards=[only(COMPARING)])
async def save_report(
    session: Session, person: Who, data: JSONBody[SaveReport], now: Now, today: Today
) -> list[SavedReport]:
    """Save figures under a name, replacing one's own of that name."""
    await reports.save_report(session, data, person, now, today)
    return await reports.saved_reports(session, person)


@delete("/api/saved-reports/{report_id:uuid}", guards=[only(COMPARING)])
async def delete_report(session: Session, person: Who, report_id: Id) -> None:
    await reports.delete_report(session, report_id, person)


ROUTES = [list_reports, save_report, delete_report]
