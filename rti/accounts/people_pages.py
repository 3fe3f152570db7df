"""The pages of people: the administrator's list, and what each person sets for themselves."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import people
from rti.accounts.commands import AddPerson, ChangePassword, SaveMe
from rti.accounts.policy import ADMINISTRATION, LEADS, REQUESTS, Role
from rti.cbos.queries import cbos
from rti.cbos.tables import CboRow
from rti.i18n import LANGUAGES
from rti.intake import decode
from rti.web import forms
from rti.web.guards import only, session_token, signed_in
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


async def _people_page(
    request: WebRequest, session: Session, sent: forms.Sent | None = None, start_password: str = ""
) -> Template:
    faults = sent.faults if sent else ()
    return page(
        request,
        "accounts/people.html",
        await people.people(session),
        status=422 if faults else 200,
        roles=Role,
        cbos=await cbos(session),
        start_password=start_password,
        form=sent.values if sent and faults else {},
        faults=Faults(faults),
    )


@get("/people", guards=[only(ADMINISTRATION)])
async def list_people(request: WebRequest, session: Session) -> Template:
    return await _people_page(request, session)


@post("/people", guards=[only(ADMINISTRATION)], status_code=200)
async def add_person(request: WebRequest, session: Session, now: Now) -> Template:
    """Answers with a page instead of a way to it: the start password is shown here and never again."""
    sent = await forms.read(request)
    password = ""
    async with forms.attempt(session, sent):
        _, password = await people.add(session, decode(AddPerson, sent.values), now)
    return await _people_page(request, session, sent, password)


@post("/people/{person_id:uuid}/disable", guards=[only(ADMINISTRATION)])
async def disable_person(
    request: WebRequest, session: Session, person_id: Id, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await people.disable(session, person_id, person, now)
    if sent.faults:
        return await _people_page(request, session, sent)
    return Redirect("/people", status_code=303)


async def _me_page(
    request: WebRequest, session: Session, person: Who, sent: forms.Sent | None = None, *, done: bool = False
) -> Template:
    """Passwords that were typed are never shown again."""
    row = await people.person(session, person.id)
    return page(
        request,
        "accounts/me.html",
        row,
        status=422 if sent else 200,
        done=done,
        cbo=await session.get(CboRow, row.cbo_id) if row.cbo_id else None,
        may_switch=row.role in LEADS,
        feeds=row.role in REQUESTS,
        language_choices=list(LANGUAGES.items()),
        faults=Faults(sent.faults if sent else ()),
    )


@get("/me", guards=[signed_in])
async def show_me(request: WebRequest, session: Session, person: Who) -> Template:
    return await _me_page(request, session, person, done="saved" in request.query_params)


@post("/me", guards=[signed_in])
async def save_me(request: WebRequest, session: Session, person: Who) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await people.save_me(session, person, decode(SaveMe, sent.values))
    if sent.faults:
        return await _me_page(request, session, person, sent)
    saved = Redirect("/me?saved=1", status_code=303)
    saved.delete_cookie("language")
    return saved


@post("/me/password", guards=[signed_in])
async def change_password(request: WebRequest, session: Session, person: Who) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        command = decode(ChangePassword, sent.values)
        await people.change_password(session, person, command, session_token(request))
    if sent.faults:
        return await _me_page(request, session, person, sent)
    return Redirect("/me?saved=1", status_code=303)


ROUTES = [list_people, add_person, disable_person, show_me, save_me, change_password]
