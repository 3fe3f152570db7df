"""The page on which an administrator says what a member of the staff sees."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import assignments
from rti.accounts.commands import Assign
from rti.accounts.people import person as person_row
from rti.accounts.policy import ADMINISTRATION
from rti.bodies.queries import provinces
from rti.campaigns.queries import campaigns
from rti.intake import decode
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Id, Now, Session
from rti.web.templating import Faults, WebRequest, page


async def _page(
    request: WebRequest, session: Session, person_id: Id, sent: forms.Sent | None = None
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


ROUTES = [list_assignments, assign, end]
