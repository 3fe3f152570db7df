"""Inviting many people at once: a template, and the link of each person, shown once or sent."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Template

from rti.accounts import invitations
from rti.accounts.rate_limits import LimitedCall
from rti.core.csv_export import as_csv
from rti.core.errors import invalid, say
from rti.core.roles import ADMINISTRATION, Role
from rti.core.settings import Settings
from rti.imports.people import MOST_INVITED, PEOPLE_COLUMNS, invite_people
from rti.web import reauthentication
from rti.web.downloads import csv_file
from rti.web.forms import else_show
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/people/invite", guards=[only(ADMINISTRATION)])
async def show_invite(request: WebRequest, form: Form) -> Template:
    settings: Settings = request.app.state.settings
    return page(
        request,
        "accounts/invite.html",
        PEOPLE_COLUMNS,
        form=form,
        most=MOST_INVITED,
        roles=Role,
        sends_mail=bool(settings.smtp_url),
    )


@post(
    "/people/invite",
    guards=[only(ADMINISTRATION), rate_limited(LimitedCall.INVITATIONS)],
    status_code=200,
)
@else_show(show_invite, reauthentication.read)
async def invite_all(
    request: WebRequest, session: Session, person: Who, form: Form, now: Now
) -> Response[Any]:
    upload = form.files.get("file")
    if upload is None:
        raise invalid("file", say("Choose a CSV or XLSX file"))
    settings: Settings = request.app.state.settings
    invited = await invite_people(session, await upload.read(), person, now)
    by_mail = bool(form.values.get("by_mail"))
    links = [
        (row, invitations.hand_over(session, settings, row, token, now, by_mail=by_mail))
        for row, token in invited
    ]
    return page(request, "accounts/links.html", links)


@get("/people/invite/template", guards=[only(ADMINISTRATION)], sync_to_thread=False)
def download_template() -> Response[str]:
    """A file with the names of all columns, to fill in with a spreadsheet."""
    return csv_file("people.csv", as_csv(PEOPLE_COLUMNS.known, ()))


ROUTES = [show_invite, invite_all, download_template]
