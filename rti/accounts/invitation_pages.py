"""The page behind the link of an invitation; looking at it uses nothing up, as mail scanners do look."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import invitations
from rti.accounts.commands import Accept
from rti.accounts.tables import PersonRow
from rti.intake import decode
from rti.web import forms
from rti.web.guards import open_to_all
from rti.web.inject import Now, Session
from rti.web.templating import Faults, WebRequest, page


def _page(request: WebRequest, row: PersonRow, token: str, sent: forms.Sent | None = None) -> Template:
    """A password that was typed is never shown again."""
    return page(
        request,
        "accounts/invitation.html",
        row,
        status=422 if sent else 200,
        token=token,
        form={"name": sent.values.get("name", "") if sent else row.name},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/invitation", guards=[open_to_all])
async def show_invitation(request: WebRequest, session: Session, now: Now) -> Template:
    token = request.query_params.get("token", "")
    return _page(request, await invitations.invited(session, token, now), token)


@post("/invitation", guards=[open_to_all])
async def accept(request: WebRequest, session: Session, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    token = sent.values.get("token", "")
    await invitations.invited(session, token, now)
    async with forms.attempt(session, sent):
        await invitations.accept(session, decode(Accept, sent.values), now)
    if sent.faults:
        return _page(request, await invitations.invited(session, token, now), token, sent)
    return Redirect("/sign-in?set=1", status_code=303)


ROUTES = [show_invitation, accept]
