"""The page for redacting documents, with its pictures of pages."""

import hashlib
import re
from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound, Problem, invalid, say
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.files.answers import Mark
from rti.requests import evidence, redaction
from rti.requests.commands import Redact
from rti.requests.evidence import Download
from rti.requests.redaction import Preview, Redactable
from rti.web.downloads import download
from rti.web.forms import Form as Sent
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, page
from rti.web.transfers import FILE

_BOX = re.compile(r"boxes\[(\d{1,4})\]\.(page|left|top|right|bottom)")
_CHOSEN = "documents."
"""Before the identifier of a document in the name of its box to tick."""
_LEAST_ROWS = 3
"""Of fields for boxes, without a script."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Of what documents the page is: those of a request or of a batch, and which one is drawn on first."""

    request: UUID | None = None
    batch: UUID | None = None
    document: UUID | None = None


@get("/redact", guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)])
async def new_redaction(request: WebRequest, session: Session, person: Who, form: Form, now: Now) -> Template:
    return await _page(request, session, person, form, now)


@post("/redact/preview", guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)], status_code=200)
@else_show(new_redaction)
async def preview_redaction(
    request: WebRequest, session: Session, person: Who, form: Form, now: Now
) -> Template:
    command = _command(form)
    hits = await redaction.hits_of(session, person, command, now)
    return await _page(request, session, person, form, now, hits=hits, shown=_digest(command))


@post("/redact", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(new_redaction)
async def redact(session: Session, person: Who, form: Form, now: Now) -> Redirect:
    shown = form.values.pop("shown", "")
    command = _command(form)
    if shown != _digest(command):
        raise invalid("words", say("First look at what will be hidden"))
    done = await redaction.redact(session, person, command, now)
    return see_other(f"/requests/{done[0].document.request_id}#timeline")


async def _page(
    request: WebRequest,
    session: Session,
    person: Who,
    form: Sent,
    now: Now,
    *,
    hits: Sequence[Preview] = (),
    shown: str = "",
) -> Template:
    """The form; a document is drawn on if it is chosen, or named in the address."""
    asked = decode(Asked, dict(request.query_params))
    found = await redaction.redactable(
        session, person, request_id=asked.request, batch_id=asked.batch, documents=_named(asked)
    )
    chosen = _chosen(form) or _named(asked)
    drawn = next((each for each in found if each.id in chosen), None)
    rows = max(_LEAST_ROWS, 1 + len({box[1] for name in form.values if (box := _BOX.fullmatch(name))}))
    return page(
        request,
        "redact.html",
        found,
        form=form,
        chosen=chosen,
        drawn=drawn,
        pages=await _pages(session, person, drawn, now),
        rows=rows,
        most=redaction.MOST_DOCUMENTS,
        query=request.url.query,
        hits=hits,
        shown=shown,
    )


async def _pages(session: Session, person: Who, drawn: Redactable | None, now: Now) -> int:
    return await redaction.pages_in(session, person, drawn, now) if drawn else 0


def _named(asked: Asked) -> list[UUID]:
    return [asked.document] if asked.document else []


def _chosen(form: Sent) -> list[UUID]:
    names = [name for name in form.values if name.startswith(_CHOSEN)]
    return [each for name in names for each in _named(decode(Asked, {"document": name[len(_CHOSEN) :]}))]


def _command(form: Sent) -> Redact:
    """What the form says; rows for boxes that were left empty close up, so that faults stand at their fields."""
    rows: dict[int, dict[str, str]] = {}
    for name in [each for each in form.values if _BOX.fullmatch(each)]:
        number, what = name[6:].split("].")
        rows.setdefault(int(number), {})[what] = form.values.pop(name)
    boxes = [row for _, row in sorted(rows.items()) if row.keys() - {"page"}]
    form.values |= {f"boxes[{at}].{what}": text for at, row in enumerate(boxes) for what, text in row.items()}
    values = {name: form.values.get(name, "") for name in ("phones", "reason")}
    erased = re.split(r"[\s,;]+", form.values.get("erased", "").strip())
    words = [each.strip() for each in form.values.get("words", "").splitlines()]
    lists = {"erased": [*filter(None, erased)], "words": [*filter(None, words)], "boxes": boxes}
    return decode(Redact, {**values, **lists, "documents": [*map(str, _chosen(form))]})


def _digest(command: Redact) -> str:
    """The digest that shows that somebody saw the preview of these matches."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(command, reason=""))).hexdigest()


@get("/requests/{request_id:uuid}/documents/{document_id:uuid}/preview", guards=[only(REQUESTS)])
async def show_preview(
    request: WebRequest, session: Session, person: Who, request_id: Id, document_id: Id
) -> Response[bytes]:
    """The small picture beside the name of a document."""
    return download(request, await evidence.preview_of(session, person, request_id, document_id), within=True)


@get(
    "/requests/{request_id:uuid}/documents/{document_id:uuid}/pages/{number:int}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)],
    opt=FILE,
)
async def show_page(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: Id,
    document_id: Id,
    number: FromPath[int],
    now: Now,
) -> Response[bytes]:
    """A page of the copy as a picture, as it would look with each `box=left,top,right,bottom`, or `erased`."""
    boxes = [_box(each) for each in request.query_params.getall("box", [])]
    marks = [Mark(number)] if "erased" in request.query_params else [Mark(number, box) for box in boxes]
    found = await redaction.shown_page(session, person, request_id, document_id, number, marks, now)
    shown = found if isinstance(found, Problem) else Download("page.jpg", "image/jpeg", found)
    return download(request, shown, within=True)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = map(float, text.split(","))
    except ValueError:
        raise NotFound from None
    if not (0 <= left < right <= 100 and 0 <= top < bottom <= 100):
        raise NotFound
    return left, top, right, bottom


ROUTES = [new_redaction, preview_redaction, redact, show_preview, show_page]
