"""Signing in for programs: the token goes into the header `Authorization: Bearer …`."""

import msgspec
from litestar import delete, post
from litestar.params import JSONBody

from rti.accounts import sessions
from rti.accounts.commands import SignIn
from rti.accounts.policy import Role
from rti.web.api import JsonBody
from rti.web.guards import open_to_all, session_token, signed_in
from rti.web.inject import Now, Session
from rti.web.templating import WebRequest


class SignedIn(msgspec.Struct, frozen=True):
    token: str
    role: Role
    expires_in: int


@post("/api/sessions", guards=[open_to_all], dto=JsonBody[SignIn], return_dto=None)
async def open_session(data: JSONBody[SignIn], session: Session, now: Now) -> SignedIn:
    token, person = await sessions.sign_in(session, data.email, data.password, now)
    return SignedIn(token, person.role, int(sessions.LONGEST.total_seconds()))


@delete("/api/sessions", guards=[signed_in])
async def close_session(request: WebRequest, session: Session) -> None:
    await sessions.sign_out(session, session_token(request))


ROUTES = [open_session, close_session]
