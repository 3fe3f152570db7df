"""The page for importing files, and the report of what became of each line.

The report answers the form itself: sending the same file again changes nothing, so nothing is lost when
the page is loaded anew.
"""

import msgspec
from litestar import Response, get, post
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import invalid, say
from rti.core.validation import decode
from rti.imports.actions import COLUMNS, IMPORTERS, MOST_LINES, import_file, kinds_for
from rti.imports.report import FileKind, LineResult, Report, Run
from rti.web import forms
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.templating import Faults, WebRequest, page, reader_of


class ImportForm(msgspec.Struct, frozen=True, kw_only=True):
    """`check` goes through everything and keeps nothing."""

    kind: FileKind
    check: bool = False
    all_or_nothing: bool = False
    as_csv: bool = False


def _page(request: WebRequest, person: Who, sent: forms.Form | None = None) -> Template:
    return page(
        request,
        "imports/new.html",
        COLUMNS,
        status=422 if sent else 200,
        kinds=kinds_for(person),
        most=MOST_LINES,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/imports", guards=[only(IMPORTERS)])
async def new_import(request: WebRequest, person: Who) -> Template:
    return _page(request, person)


@post("/imports", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], status_code=200)
async def import_one(
    request: WebRequest, session: Session, person: Who, now: Now, today: Today
) -> Template | Response[str]:
    sent = await forms.read(request)
    report = Report()
    async with forms.attempt(session, sent):
        asked = decode(ImportForm, sent.values)
        upload = sent.files.get("file")
        if upload is None:
            raise invalid("file", say("Choose a CSV file"))
        run = Run(dry_run=asked.check, all_or_nothing=asked.all_or_nothing, most_lines=MOST_LINES)
        report = await import_file(
            session, asked.kind, await upload.read(), person=person, now=now, today=today, run=run
        )
    if sent.faults:
        return _page(request, person, sent)
    if asked.as_csv:
        return Response(
            report.as_csv(reader_of(request).translate),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="import-report.csv"'},
        )
    return page(
        request,
        "imports/report.html",
        report,
        kind=asked.kind,
        checked=asked.check,
        rejected=LineResult.REJECTED,
    )


ROUTES = [new_import, import_one]
