"""Signing in for programs: the token goes into the header `Authorization: Bearer …`."""

import msgspec
from litestar import delete, post
from litestar.params import JSONBody

from rti.accounts import sessions, signing_in
from rti.accounts.commands import ShowPassword, SignIn
from rti.accounts.policy import Role
from rti.web.api import JsonBody
from rti.web.guards import in_person, open_to_all, signed_in
from rti.web.inject import Door, Me, Now, Session
from rti.web.templating import WebRequest


class SignedIn(msgspec.Struct, frozen=True):
    token: str
    role: Role
    expires_in: int


@post("/api/sessions", guards=[open_to_all], dto=JsonBody[SignIn], return_dto=None)
async def open_session(request: WebRequest, data: JSONBody[SignIn], door: Door, now: Now) -> SignedIn:
    demo: bool = request.app.state.settings.demo
    opened = await signing_in.sign_in_for_api(door, data.email, data.password, data.code, now, demo=demo)
    return SignedIn(opened.token, opened.person.role, int(sessions.LONGEST.total_seconds()))


@post(
    "/api/sessions/proof",
    guards=[signed_in, in_person],
    dto=JsonBody[ShowPassword],
    return_dto=None,
    status_code=204,
)
async def show_password(data: JSONBody[ShowPassword], door: Door, me: Me, now: Now) -> None:
    """For ten minutes, what asks for the password again is allowed."""
    await signing_in.show_password(door, me, data.password, now)


@delete("/api/sessions", guards=[signed_in, in_person])
async def close_session(session: Session, me: Me, now: Now) -> None:
    await sessions.sign_out(session, me, now)


ROUTES = [open_session, show_password, close_session]
