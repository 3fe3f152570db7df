"""The pages of statutes, and the calculator."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.calendars.queries import countries
from rti.core.errors import NotFound
from rti.core.roles import ADMINISTRATION
from rti.core.validation import decode, text_of
from rti.law.rules import Receipt
from rti.law.statutes import StatuteStatus
from rti.models.requests import Channel
from rti.statutes import queries, versions
from rti.statutes.calculator import Calculated, calculate
from rti.statutes.commands import AddStatuteText, Calculate, Commence, RollChoice
from rti.statutes.documents import parse_statute
from rti.web import forms
from rti.web.guards import only, signed_in
from rti.web.inject import Now, Session, Today
from rti.web.templating import Faults, WebRequest, page


@get("/statutes", guards=[signed_in])
async def list_statutes(request: WebRequest, session: Session, today: Today) -> Template:
    return page(
        request,
        "statutes/list.html",
        await queries.newest(session),
        today=today,
        may_edit=_may_edit(request),
    )


@get("/statutes/new", guards=[only(ADMINISTRATION)])
async def new_statute(request: WebRequest) -> Template:
    return page(request, "statutes/new.html")


@post("/statutes/new", guards=[only(ADMINISTRATION)])
async def add_statute(request: WebRequest, session: Session, now: Now) -> Response[None] | Template:
    """Add a statute or a newer version from the text of its file, pasted or uploaded."""
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        if file := sent.files.get("file"):
            sent.values["text"] = text_of(await file.read(), "file")
        statute = await versions.add(session, decode(AddStatuteText, sent.values).text, now)
    if sent.faults:
        return page(request, "statutes/new.html", status=422, form=sent.values, faults=Faults(sent.faults))
    return Redirect(f"/statutes/{statute.id}", status_code=303)


@get("/statutes/{statute_id:str}", guards=[signed_in])
async def show_statute(
    request: WebRequest, session: Session, statute_id: FromPath[str], today: Today
) -> Template:
    return await _statute_page(request, session, statute_id, today)


@post("/statutes/{statute_id:str}/commence", guards=[only(ADMINISTRATION)])
async def commence(
    request: WebRequest, session: Session, statute_id: FromPath[str], now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    await queries.versions(session, statute_id)
    async with forms.attempt(session, sent):
        day = decode(Commence, sent.values).in_force_from
        await versions.commence(session, statute_id, day, now)
    if sent.faults:
        return await _statute_page(request, session, statute_id, today, sent)
    return Redirect(f"/statutes/{statute_id}", status_code=303)


@get("/calculator", guards=[signed_in])
async def show_calculator(request: WebRequest, session: Session) -> Template:
    """The form, and below it the dates of what was asked; the address can be kept and sent on."""
    given = {name: value for name, value in request.query_params.items() if value}
    sent = forms.Form(given, {})
    found: Calculated | None = None
    if given:
        async with forms.attempt(session, sent):
            found = await calculate(session, decode(Calculate, given))
    return page(
        request,
        "statutes/calculator.html",
        found,
        status=422 if sent.faults else 200,
        statutes=await queries.newest(session),
        pairs=[(key, key) for key in await countries(session)],
        rolls=RollChoice,
        receipts=Receipt,
        channels=Channel,
        form=given,
        faults=Faults(sent.faults),
    )


def _may_edit(request: WebRequest) -> bool:
    return request.user is not None and request.user.role in ADMINISTRATION


async def _statute_page(
    request: WebRequest, session: Session, statute_id: str, today: Today, sent: forms.Form | None = None
) -> Template:
    """The newest version, or the one that `?version=` names."""
    stored = await queries.versions(session, _plain(statute_id))
    wanted = request.query_params.get("version", str(stored[0].version))
    shown = next((row for row in stored if str(row.version) == wanted), None)
    if shown is None:
        raise NotFound
    statute = parse_statute(shown.document)
    return page(
        request,
        "statutes/detail.html",
        statute,
        status=422 if sent else 200,
        stored=stored,
        today=today,
        may_commence=_may_edit(request) and statute.status is not StatuteStatus.STANDARD,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


def _plain(statute_id: str) -> str:
    """No statute has an id with characters that the database cannot hold."""
    if "\x00" in statute_id:
        raise NotFound
    return statute_id


ROUTES = [list_statutes, new_statute, add_statute, show_statute, commence, show_calculator]
