"""The page for importing files. The import itself is a job, whose page shows how far it is and its report."""

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import invalid, say
from rti.imports.actions import COLUMNS, IMPORTERS, MOST_LINES, ImportOrder, ask_for_import, kinds_for
from rti.jobs import queue
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/imports", guards=[only(IMPORTERS)])
async def new_import(request: WebRequest, session: Session, person: Who, form: Form) -> Template:
    jobs = await queue.recent(session, person)
    return page(
        request,
        "imports/new.html",
        COLUMNS,
        form=form,
        kinds=kinds_for(person),
        most=MOST_LINES,
        recent=[(job, msgspec.convert(job.arguments, ImportOrder)) for job in jobs],
    )


@post("/imports", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)])
@else_show(new_import)
async def import_one(
    state: State, session: Session, person: Who, form: Form, command: ImportOrder, now: Now
) -> Redirect:
    upload = form.files.get("file")
    if upload is None:
        raise invalid("file", say("Choose a CSV or XLSX file"))
    content, secret = await upload.read(), state.settings.secret
    job = await ask_for_import(session, command, content, person=person, secret=secret, now=now)
    return see_other(f"/jobs/{job.id}")


ROUTES = [new_import, import_one]
