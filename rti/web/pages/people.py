"""The pages of those who invite: administrators see everybody, a lead the own organisation."""

from collections.abc import Awaitable, Callable

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import assignments, invitations, mfa, people
from rti.accounts.commands import Assign, ChangeRole, Invite, Reset
from rti.accounts.people import person as person_row
from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.cbos.queries import cbos
from rti.core.roles import ADMINISTRATION, INVITING, Person, Role
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.accounts import PersonRow
from rti.web import forms, reauthentication
from rti.web.guards import only, rate_limited
from rti.web.inject import Door, Id, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


async def _people_page(
    request: WebRequest, session: Session, person: Person, sent: forms.Form | None = None
) -> Template:
    settings: Settings = request.app.state.settings
    administers = person.role in ADMINISTRATION
    return page(
        request,
        "accounts/people.html",
        await people.people(session, person),
        status=422 if sent else 200,
        roles=Role if administers else [Role.CBO_MEMBER],
        cbos=[each for each in await cbos(session) if administers or each.id == person.cbo_id],
        sends_mail=bool(settings.smtp_url),
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


async def _person_page(
    request: WebRequest, session: Session, person_id: Id, person: Person, sent: forms.Form | None = None
) -> Template:
    settings: Settings = request.app.state.settings
    row = await _known(session, person_id, person)
    return page(
        request,
        "accounts/person.html",
        row,
        status=422 if sent else 200,
        second=await mfa.enrolled(session, row.id),
        roles=Role,
        cbos=await cbos(session),
        sends_mail=bool(settings.smtp_url),
        form=sent.values if sent else {"role": row.role, "cbo_id": str(row.cbo_id or "")},
        faults=Faults(sent.faults if sent else ()),
    )


async def _known(session: Session, person_id: Id, by: Person) -> PersonRow:
    """Somebody of whom there is a page for `by`, who is there, too."""
    if by.id == person_id and by.role in ADMINISTRATION:
        return await people.person(session, person_id)
    return await people.managed(session, person_id, by)


def _handed_over(
    request: WebRequest, session: Session, row: PersonRow, token: str, now: Now, *, by_mail: bool
) -> Response[None] | Template:
    """Send the link, or show it: here and never again."""
    settings: Settings = request.app.state.settings
    link = invitations.hand_over(session, settings, row, token, now, by_mail=by_mail)
    return (
        page(request, "accounts/link.html", row, link=link) if link else Redirect("/people", status_code=303)
    )


@get("/people", guards=[only(INVITING)])
async def list_people(request: WebRequest, session: Session, person: Who) -> Template:
    return await _people_page(request, session, person)


@post("/people", guards=[only(INVITING), rate_limited(LimitedCall.INVITATIONS)], status_code=200)
async def invite(
    request: WebRequest, session: Session, auth_database: Door, person: Who, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)
    if person.cbo_id:
        sent.values.setdefault("cbo_id", str(person.cbo_id))
    answer: Response[None] | Template | None = None
    async with forms.attempt(session, sent):
        sent.good()
        command = decode(Invite, sent.values)
        row, token = await invitations.invite(session, command, person, now)
        answer = _handed_over(request, session, row, token, now, by_mail=command.by_mail)
    return answer or await _people_page(request, session, person, sent)


@get("/people/{person_id:uuid}", guards=[only(INVITING)])
async def show_person(request: WebRequest, session: Session, person_id: Id, person: Who) -> Template:
    return await _person_page(request, session, person_id, person)


@post(
    "/people/{person_id:uuid}/reset",
    guards=[only(INVITING), rate_limited(LimitedCall.INVITATIONS)],
    status_code=200,
)
async def reset(
    request: WebRequest, session: Session, auth_database: Door, person_id: Id, person: Who, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)
    answer: Response[None] | Template | None = None
    async with forms.attempt(session, sent):
        sent.good()
        command = decode(Reset, sent.values)
        row, token = await invitations.reset(session, person_id, command, person, now)
        answer = _handed_over(request, session, row, token, now, by_mail=command.by_mail)
    return answer or await _person_page(request, session, person_id, person, sent)


async def _changed(
    request: WebRequest,
    session: Session,
    person_id: Id,
    person: Person,
    sent: forms.Form,
    change: Callable[[], Awaitable[PersonRow]],
    *,
    to: str,
) -> Response[None] | Template:
    """Change somebody and go on to another page, or show theirs with what is wrong."""
    async with forms.attempt(session, sent):
        sent.good()
        await change()
    if sent.faults:
        return await _person_page(request, session, person_id, person, sent)
    return Redirect(to, status_code=303)


@post("/people/{person_id:uuid}/role", guards=[only(ADMINISTRATION)])
async def change_role(
    request: WebRequest, session: Session, auth_database: Door, person_id: Id, person: Who, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)

    async def change() -> PersonRow:
        return await people.change_role(session, person_id, decode(ChangeRole, sent.values), person, now)

    return await _changed(request, session, person_id, person, sent, change, to=f"/people/{person_id}")


@post("/people/{person_id:uuid}/disable", guards=[only(INVITING)])
async def disable_person(
    request: WebRequest, session: Session, person_id: Id, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)

    async def change() -> PersonRow:
        return await people.disable(session, person_id, person, now)

    return await _changed(request, session, person_id, person, sent, change, to="/people")


@post("/people/{person_id:uuid}/sign-out", guards=[only(INVITING)])
async def send_away(
    request: WebRequest, session: Session, person_id: Id, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)

    async def change() -> PersonRow:
        return await people.send_away(session, person_id, person, now)

    return await _changed(request, session, person_id, person, sent, change, to=f"/people/{person_id}")


async def _page(
    request: WebRequest, session: Session, person_id: Id, sent: forms.Form | None = None
) -> Template:
    return page(
        request,
        "accounts/assignments.html",
        await assignments.assignments_of(session, person_id),
        status=422 if sent else 200,
        whose=await person_row(session, person_id),
        campaigns=await campaigns(session),
        provinces=await provinces(session),
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def list_assignments(request: WebRequest, session: Session, person_id: Id) -> Template:
    return await _page(request, session, person_id)


@post("/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def assign(request: WebRequest, session: Session, person_id: Id, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await assignments.assign(session, person_id, decode(Assign, sent.values), now)
    if sent.faults:
        return await _page(request, session, person_id, sent)
    return Redirect(f"/people/{person_id}/assignments", status_code=303)


@post("/people/{person_id:uuid}/assignments/{assignment_id:uuid}/end", guards=[only(ADMINISTRATION)])
async def end(session: Session, person_id: Id, assignment_id: Id, now: Now) -> Redirect:
    await assignments.end(session, person_id, assignment_id, now)
    return Redirect(f"/people/{person_id}/assignments", status_code=303)


ROUTES = [
    list_people,
    invite,
    show_person,
    reset,
    change_role,
    disable_person,
    send_away,
    list_assignments,
    assign,
    end,
]
