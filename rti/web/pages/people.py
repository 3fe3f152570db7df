"""The pages of those who invite: administrators see everybody, a lead the own organisation."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import assignments, invitations, mfa, people
from rti.accounts.commands import Assign, ChangeRole, Invite, PeopleFilter, Reset
from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.cbos.queries import cbos, named, with_cbo_id
from rti.core.roles import ADMINISTRATION, INVITING, Person, Role
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.models.accounts import PersonRow
from rti.models.cbos import CboRow
from rti.web import reauthentication
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, language_of, page


@get("/people", guards=[only(INVITING)])
async def list_people(request: WebRequest, session: Session, person: Who, form: Form, now: Now) -> Template:
    settings: Settings = request.app.state.settings
    administers = person.role in ADMINISTRATION
    wanted = decode(PeopleFilter, dict(request.query_params))
    found = await people.people(session, person, wanted)
    return page(
        request,
        "accounts/people.html",
        found,
        form=form,
        initial={"cbo_code": wanted.cbo, "role": Role.CBO_MEMBER if wanted.cbo else None},
        wanted=wanted,
        names={each.id: each for each in await cbos(session, person)},
        until=await people.invited_until(session, found.items),
        now=now,
        roles=Role if administers else [Role.CBO_MEMBER],
        sends_mail=bool(settings.smtp_url),
    )


@get("/people/{person_id:uuid}", guards=[only(INVITING)])
async def show_person(
    request: WebRequest, session: Session, person_id: Id, person: Who, form: Form
) -> Template:
    settings: Settings = request.app.state.settings
    row = await _known(session, person_id, person)
    cbo = await session.get(CboRow, row.cbo_id) if row.cbo_id else None
    return page(
        request,
        "accounts/person.html",
        row,
        form=form,
        initial={"role": row.role, "cbo": cbo.code if cbo and not cbo.locked_at else ""},
        cbo=cbo,
        second=await mfa.enrolled(session, row.id),
        roles=Role,
        sends_mail=bool(settings.smtp_url),
    )


async def _known(session: Session, person_id: Id, by: Person) -> PersonRow:
    """Somebody of whom there is a page for `by`, who is there, too."""
    if by.id == person_id and by.role in ADMINISTRATION:
        return await people.person(session, person_id)
    return await people.managed(session, person_id, by)


def _handed_over(
    request: WebRequest, session: Session, row: PersonRow, token: str, now: Now, *, by_mail: bool
) -> Response[Any]:
    """Send the link, or show it: here and never again."""
    settings: Settings = request.app.state.settings
    link = invitations.hand_over(session, settings, row, token, now, by_mail=by_mail)
    return page(request, "accounts/link.html", row, link=link) if link else see_other("/people")


@post("/people", guards=[only(INVITING), rate_limited(LimitedCall.INVITATIONS)], status_code=200)
@else_show(list_people, reauthentication.read)
async def invite(request: WebRequest, session: Session, person: Who, form: Form, now: Now) -> Response[Any]:
    """The organisation of members and leads is named by its code; a lead invites to the own one."""
    given = {**form.values}
    if code := given.pop("cbo_code", None):
        given["cbo_id"] = str((await named(session, code, "cbo_code", language_of(request))).id)
    if person.cbo_id:
        given["cbo_id"] = str(person.cbo_id)
    command = decode(Invite, given)
    row, token = await invitations.invite(session, command, person, now)
    return _handed_over(request, session, row, token, now, by_mail=command.by_mail)


@post(
    "/people/{person_id:uuid}/reset",
    guards=[only(INVITING), rate_limited(LimitedCall.INVITATIONS)],
    status_code=200,
)
@else_show(show_person, reauthentication.read)
async def reset(
    request: WebRequest, session: Session, person_id: Id, person: Who, command: Reset, now: Now
) -> Response[Any]:
    row, token = await invitations.reset(session, person_id, command, person, now)
    return _handed_over(request, session, row, token, now, by_mail=command.by_mail)


@post("/people/{person_id:uuid}/role", guards=[only(ADMINISTRATION)])
@else_show(show_person, reauthentication.read)
async def change_role(
    request: WebRequest, session: Session, person_id: Id, person: Who, form: Form, now: Now
) -> Redirect:
    command = decode(ChangeRole, await with_cbo_id(session, person, form.values, language_of(request)))
    await people.change_role(session, person_id, command, person, now)
    return see_other(f"/people/{person_id}")


@post("/people/{person_id:uuid}/disable", guards=[only(INVITING)])
@else_show(show_person)
async def disable_person(session: Session, person_id: Id, person: Who, now: Now) -> Redirect:
    await people.disable(session, person_id, person, now)
    return see_other("/people")


@post("/people/{person_id:uuid}/sign-out", guards=[only(INVITING)])
@else_show(show_person)
async def send_away(session: Session, person_id: Id, person: Who, now: Now) -> Redirect:
    await people.send_away(session, person_id, person, now)
    return see_other(f"/people/{person_id}")


@get("/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
async def list_assignments(request: WebRequest, session: Session, person_id: Id, form: Form) -> Template:
    return page(
        request,
        "accounts/assignments.html",
        await assignments.assignments_of(session, person_id),
        form=form,
        whose=await people.person(session, person_id),
        campaigns=await campaigns(session),
        provinces=await provinces(session),
    )


@post("/people/{person_id:uuid}/assignments", guards=[only(ADMINISTRATION)])
@else_show(list_assignments)
async def assign(session: Session, person_id: Id, command: Assign, now: Now) -> Redirect:
    await assignments.assign(session, person_id, command, now)
    return see_other(f"/people/{person_id}/assignments")


@post("/people/{person_id:uuid}/assignments/{assignment_id:uuid}/end", guards=[only(ADMINISTRATION)])
async def end(session: Session, person_id: Id, assignment_id: Id, now: Now) -> Redirect:
    await assignments.end(session, person_id, assignment_id, now)
    return see_other(f"/people/{person_id}/assignments")


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
