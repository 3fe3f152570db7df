"""Importing over the JSON API: the file as the body, or as `file` of a multipart form."""

import msgspec
from litestar import Response, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound, invalid, say
from rti.core.validation import decode
from rti.imports.actions import IMPORTERS, ImportOrder, ask_for_import
from rti.imports.report import FileKind
from rti.web.api.jobs import JobView, job_view
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Who
from rti.web.templating import WebRequest


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand behind the ? of the address."""

    dry_run: bool = False
    all_or_nothing: bool = False


@post("/api/imports/{name:str}", guards=[only(IMPORTERS), rate_limited(LimitedCall.IMPORTS)], status_code=202)
async def import_one(
    request: WebRequest, state: State, name: FromPath[str], session: Session, person: Who, now: Now
) -> Response[JobView]:
    if name not in set(FileKind):
        raise NotFound
    options = decode(ImportOptions, dict(request.query_params))
    order = ImportOrder(kind=FileKind(name), check=options.dry_run, all_or_nothing=options.all_or_nothing)
    content, secret = await _content(request), state.settings.secret
    job = await ask_for_import(session, order, content, person=person, secret=secret, now=now)
    return Response(job_view(request, job), status_code=202, headers={"Location": f"/api/jobs/{job.id}"})


async def _content(request: WebRequest) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("file", say("Choose a CSV or XLSX file"))
    return await upload.read()


ROUTES = [import_one]
