"""The pages of statutes, and the calculator."""

from litestar import get, post
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
from rti.web.forms import attempt, else_show, read_query, see_other
from rti.web.guards import only, signed_in
from rti.web.inject import Form, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/statutes", guards=[signed_in])
async def list_statutes(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    return page(
        request,
        "statutes/list.html",
        await queries.newest(session),
        today=today,
        may_edit=person.role in ADMINISTRATION,
    )


@get("/statutes/new", guards=[only(ADMINISTRATION)])
async def new_statute(request: WebRequest, form: Form) -> Template:
    return page(request, "statutes/new.html", form=form)


@post("/statutes/new", guards=[only(ADMINISTRATION)])
@else_show(new_statute)
async def add_statute(session: Session, form: Form, now: Now) -> Redirect:
    """Add a statute or a newer version from the text of its file, pasted or uploaded."""
    if file := form.files.get("file"):
        form.values["text"] = text_of(await file.read(), "file")
    statute = await versions.add(session, decode(AddStatuteText, form.values).text, now)
    return see_other(f"/statutes/{statute.id}")


@get("/statutes/{statute_id:str}", guards=[signed_in])
async def show_statute(
    request: WebRequest, session: Session, person: Who, statute_id: FromPath[str], today: Today, form: Form
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
        form=form,
        stored=stored,
        today=today,
        may_commence=person.role in ADMINISTRATION and statute.status is not StatuteStatus.STANDARD,
    )


@post("/statutes/{statute_id:str}/commence", guards=[only(ADMINISTRATION)])
@else_show(show_statute)
async def commence(session: Session, statute_id: FromPath[str], form: Form, now: Now) -> Redirect:
    await queries.versions(session, statute_id)
    await versions.commence(session, statute_id, decode(Commence, form.values).in_force_from, now)
    return see_other(f"/statutes/{statute_id}")


@get("/calculator", guards=[signed_in])
async def show_calculator(request: WebRequest, session: Session) -> Template:
    """The form, and below it the dates of what was asked; the address can be kept and sent on."""
    form = read_query(request)
    found: Calculated | None = None
    if form.values:
        async with attempt(form, session):
            found = await calculate(session, decode(Calculate, form.values))
    return page(
        request,
        "statutes/calculator.html",
        found,
        form=form,
        statutes=await queries.newest(session),
        pairs=[(key, key) for key in await countries(session)],
        rolls=RollChoice,
        receipts=Receipt,
        channels=Channel,
    )


def _plain(statute_id: str) -> str:
    """No statute has an id with characters that the database cannot hold."""
    if "\x00" in statute_id:
        raise NotFound
    return statute_id


ROUTES = [list_statutes, new_statute, add_statute, show_statute, commence, show_calculator]
