"""Importing over the JSON API: the file as the body, or as `file` of a multipart form; and imports of the past."""

import asyncio
from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath

from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.errors import NotFound, invalid, say
from rti.core.roles import REQUESTS
from rti.core.validation import decode, text_of
from rti.imports import history, undo
from rti.imports.actions import IMPORTERS, GivenFile, ImportOrder, ask_for_import, meanings
from rti.imports.guessing import guess, read_sheet
from rti.imports.history import ImportFilter, PastImport
from rti.imports.spreadsheets import as_csv
from rti.models.imports import FileKind
from rti.web.api.jobs import JobView, job_view
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import WebRequest, reader_of


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand behind the ? of the address."""

    dry_run: bool = False
    all_or_nothing: bool = False


class MappingView(msgspec.Struct, frozen=True, kw_only=True):
    """A guess at what the columns of a file mean: `mapping` is the TOML to correct, and to send with the file."""

    mapping: str
    columns: dict[str, str]
    lines: int


@post("/api/imports/{name:str}", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], status_code=202)
async def import_one(
    request: WebRequest, state: State, name: FromPath[str], session: Session, person: Who, now: Now
) -> Response[JobView]:
    if name not in set(FileKind):
        raise NotFound
    options = decode(ImportOptions, dict(request.query_params))
    order = ImportOrder(kind=FileKind(name), check=options.dry_run, all_or_nothing=options.all_or_nothing)
    file, secret = await _file(request), state.settings.secret
    if file.mapping and order.kind is not FileKind.REQUESTS:
        raise invalid("mapping", say("A mapping is for files of requests"))
    job = await ask_for_import(session, order, file, person=person, secret=secret, now=now)
    return Response(job_view(request, job), status_code=202, headers={"Location": f"/api/jobs/{job.id}"})


@post(
    "/api/imports/requests/guess", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)], status_code=200
)
async def guess_mapping(request: WebRequest, session: Session) -> MappingView:
    content = await as_csv((await _file(request)).content)
    sheet, known = await asyncio.to_thread(read_sheet, content), await meanings(session)
    found = await asyncio.to_thread(guess, sheet, known)
    columns = {sheet.names[column]: name for column, name in found.fields.items()}
    return MappingView(mapping=found.as_toml(sheet), columns=columns, lines=sheet.lines)


async def _file(request: WebRequest) -> GivenFile:
    """With its name, where it has one, and its mapping."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return GivenFile(name="", content=await request.body())
    form = await request.form()
    upload, mapping = form.get("file"), form.get("mapping")
    if not isinstance(upload, UploadFile):
        raise invalid("file", say("Choose a CSV or XLSX file"))
    text = text_of(await mapping.read(), "mapping") if isinstance(mapping, UploadFile) else str(mapping or "")
    return GivenFile(name=upload.filename, content=await upload.read(), mapping=text)


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was imported; `counts` are lines by what became of them, `by` is null for the command line."""

    id: UUID
    kind: FileKind
    file_name: str
    by: str | None
    created_at: datetime
    counts: dict[str, int]
    undone_at: datetime | None
    undone_by: str | None


class ImportList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` goes into `after` for the page behind it."""

    imports: list[ImportView]
    next: str | None


class ObstacleView(msgspec.Struct, frozen=True, kw_only=True):
    """An obstacle to undoing an import: a request by its reference, or a body or organisation by its code."""

    id: UUID | None
    name: str
    reason: str


class ImportDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An import with the obstacles to undoing it, as far as known before trying."""

    past: ImportView
    obstacles: list[ObstacleView]


def import_view(past: PastImport) -> ImportView:
    return from_attributes(
        ImportView, past.row, file_name=past.file_name, by=past.by, undone_by=past.undone_by
    )


@get("/api/imports", guards=[only(IMPORTERS)])
async def list_imports(request: WebRequest, state: State, session: Session) -> ImportList:
    wanted = decode(ImportFilter, dict(request.query_params))
    found = await history.imports(session, wanted, state.settings.secret)
    return ImportList(imports=[import_view(past) for past in found.items], next=found.next)


@get("/api/imports/{import_id:uuid}", guards=[only(IMPORTERS)])
async def show_import(request: WebRequest, state: State, session: Session, import_id: Id) -> ImportDetail:
    past = await history.one(session, import_id, state.settings.secret)
    found = [] if past.row.undone_at else await undo.obstacles(session, past.row)
    reader = reader_of(request)
    return ImportDetail(
        past=import_view(past),
        obstacles=[from_attributes(ObstacleView, each, reason=reader.say(each.reason)) for each in found],
    )


@post(
    "/api/imports/{import_id:uuid}/undo",
    guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)],
    status_code=200,
)
async def undo_import(state: State, session: Session, person: Who, import_id: Id, now: Now) -> ImportView:
    """Undo everything that the import wrote; 409 lists the obstacles."""
    await undo.undo(session, import_id, person, now)
    return import_view(await history.one(session, import_id, state.settings.secret))


ROUTES = [guess_mapping, import_one, list_imports, show_import, undo_import]
