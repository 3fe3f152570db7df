"""The page of saved reports: opening, saving and deleting them."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.core.roles import COMPARING
from rti.models.saved_reports import ReportFile, ReportTo
from rti.statistics import reports
from rti.statistics.commands import SAVED
from rti.statistics.reports import SaveReport
from rti.web.forms import else_show, see_other
from rti.web.guards import only
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/saved-reports", guards=[only(COMPARING)])
async def show_reports(request: WebRequest, session: Session, person: Who, form: Form) -> Template:
    """All that one may open; with figures in the address, the form that saves them."""
    texts = form.values if request.method == "POST" else request.query_params
    return page(
        request,
        "statistics/saved_reports.html",
        await reports.saved_reports(session, person),
        form=form,
        asked={name: texts[name] for name in SAVED if texts.get(name)},
        files=ReportFile,
        receivers=ReportTo,
    )


@post("/saved-reports", guards=[only(COMPARING)])
@else_show(show_reports)
async def save_report(session: Session, person: Who, command: SaveReport, now: Now, today: Today) -> Redirect:
    await reports.save_report(session, command, person, now, today)
    return see_other("/saved-reports")


@post("/saved-reports/{report_id:uuid}/delete", guards=[only(COMPARING)])
async def delete_report(session: Session, person: Who, report_id: Id) -> Redirect:
    await reports.delete_report(session, report_id, person)
    return see_other("/saved-reports", done="")


ROUTES = [show_reports, save_report, delete_report]
