"""Importing over the JSON API: the file as the body, or as `file` of a multipart form."""

import msgspec
from litestar import post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound, invalid, say
from rti.core.validation import decode
from rti.imports.actions import IMPORTERS, MOST_LINES, import_file
from rti.imports.report import FileKind, LineResult, Run
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Today, Who
from rti.web.openapi import FaultView
from rti.web.problems import fault_views
from rti.web.templating import WebRequest, reader_of


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand behind the ? of the address."""

    dry_run: bool = False
    all_or_nothing: bool = False


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file; `same_as_line` belongs to a repetition, `note` to a doubtful one."""

    line: int
    result: LineResult
    faults: list[FaultView]
    note: str | None
    same_as_line: int | None


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every line; `kept` is false where nothing was written."""

    kind: FileKind
    kept: bool
    counts: dict[str, int]
    lines: list[LineView]


@post("/api/imports/{name:str}", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], status_code=200)
async def import_one(
    request: WebRequest, name: FromPath[str], session: Session, person: Who, now: Now, today: Today
) -> ImportReport:
    if name not in set(FileKind):
        raise NotFound
    kind = FileKind(name)
    options = decode(ImportOptions, dict(request.query_params))
    run = Run(dry_run=options.dry_run, all_or_nothing=options.all_or_nothing, most_lines=MOST_LINES)
    content = await _content(request)
    report = await import_file(session, kind, content, person=person, now=now, today=today, run=run)
    reader = reader_of(request)
    return ImportReport(
        kind=kind,
        kept=not report.undone,
        counts={fate.value: count for fate, count in report.counts.items()},
        lines=[
            LineView(
                line=line.number,
                result=line.fate,
                faults=fault_views(line.faults, reader),
                note=reader.say(line.note) if line.note else None,
                same_as_line=line.first,
            )
            for line in report.lines
        ],
    )


async def _content(request: WebRequest) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("file", say("Choose a CSV file"))
    return await upload.read()


ROUTES = [import_one]
