"""The page for importing files, and the report of what became of each line.

The report answers the form itself: sending the same file again changes nothing, so nothing is lost when
the page is loaded anew.
"""

import msgspec
from litestar import Response, get, post
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import invalid, say
from rti.imports.actions import COLUMNS, IMPORTERS, MOST_LINES, import_file, kinds_for
from rti.imports.report import FileKind, LineResult, Run
from rti.web.forms import else_show
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Now, Session, Today, Who
from rti.web.templating import WebRequest, page, reader_of


class ImportForm(msgspec.Struct, frozen=True, kw_only=True):
    """`check` goes through everything and keeps nothing."""

    kind: FileKind
    check: bool = False
    all_or_nothing: bool = False
    as_csv: bool = False


@get("/imports", guards=[only(IMPORTERS)])
async def new_import(request: WebRequest, person: Who, form: Form) -> Template:
    return page(request, "imports/new.html", COLUMNS, form=form, kinds=kinds_for(person), most=MOST_LINES)


@post("/imports", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], status_code=200)
@else_show(new_import)
async def import_one(
    request: WebRequest,
    session: Session,
    person: Who,
    form: Form,
    command: ImportForm,
    now: Now,
    today: Today,
) -> Template | Response[str]:
    upload = form.files.get("file")
    if upload is None:
        raise invalid("file", say("Choose a CSV file"))
    run = Run(dry_run=command.check, all_or_nothing=command.all_or_nothing, most_lines=MOST_LINES)
    report = await import_file(
        session, command.kind, await upload.read(), person=person, now=now, today=today, run=run
    )
    if command.as_csv:
        return Response(
            report.as_csv(reader_of(request).translate),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="import-report.csv"'},
        )
    return page(
        request,
        "imports/report.html",
        report,
        kind=command.kind,
        checked=command.check,
        rejected=LineResult.REJECTED,
    )


ROUTES = [new_import, import_one]
