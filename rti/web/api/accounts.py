"""Signing in for programs: the token goes into the header `Authorization: Bearer …`."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import JSONBody

from rti.accounts import api_tokens, people, sessions, sign_in
from rti.accounts.commands import AddToken, ChangeEmail, ChangePassword, ConfirmPassword, SaveMe, SignIn
from rti.core.attributes import from_attributes
from rti.core.roles import Role, TokenScope
from rti.web.api.people import PersonView, person_view
from rti.web.guards import interactive_only, open_to_all, recently_authenticated, signed_in
from rti.web.inject import Door, Id, Me, Now, Session, Who
from rti.web.templating import WebRequest


class SignedIn(msgspec.Struct, frozen=True):
    token: str
    role: Role
    expires_in: int


@post("/api/sessions", guards=[open_to_all])
async def open_session(
    request: WebRequest, data: JSONBody[SignIn], auth_database: Door, now: Now
) -> SignedIn:
    demo: bool = request.app.state.settings.demo
    opened = await sign_in.sign_in_for_api(
        auth_database, data.email, data.password, data.code, now, demo=demo
    )
    return SignedIn(opened.token, opened.person.role, int(sessions.LONGEST.total_seconds()))


@post("/api/sessions/proof", guards=[signed_in, interactive_only], status_code=204)
async def confirm_password(data: JSONBody[ConfirmPassword], auth_database: Door, me: Me, now: Now) -> None:
    """Confirm the password; for ten minutes, actions that need it are allowed."""
    await sign_in.confirm_password(auth_database, me, data.password, now)


@delete("/api/sessions", guards=[signed_in, interactive_only])
async def close_session(session: Session, me: Me, now: Now) -> None:
    await sessions.sign_out(session, me, now)


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """`this` is the one that asks."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    this: bool


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime


class AddedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token, in this answer and in no other."""

    token: str
    about: TokenView


@get("/api/me", guards=[signed_in])
async def show_me(session: Session, person: Who) -> PersonView:
    return person_view(await people.person(session, person.id))


@put("/api/me", guards=[signed_in])
async def save_me(data: JSONBody[SaveMe], session: Session, person: Who, now: Now) -> PersonView:
    return person_view(await people.save_me(session, person, data, now))


@put("/api/me/password", guards=[signed_in, interactive_only])
async def change_password(
    data: JSONBody[ChangePassword], session: Session, auth_database: Door, me: Me, now: Now
) -> SignedIn:
    """Every session and token ends; the answer holds a new one."""
    await sign_in.confirm_password(auth_database, me, data.old_password, now, field="old_password")
    token = await people.change_password(session, me, data, now)
    return SignedIn(token, me.person.role, int(sessions.LONGEST.total_seconds()))


@put("/api/me/email", guards=[signed_in, recently_authenticated])
async def change_email(data: JSONBody[ChangeEmail], session: Session, me: Me, now: Now) -> SignedIn:
    """Every session and token ends; the answer holds a new one."""
    token = await people.change_email(session, me, data, now)
    return SignedIn(token, me.person.role, int(sessions.LONGEST.total_seconds()))


@get("/api/me/sessions", guards=[signed_in])
async def list_sessions(session: Session, me: Me, now: Now) -> list[SessionView]:
    live = await sessions.sessions_of(session, me.person.id, now)
    return [from_attributes(SessionView, row, this=row.id == me.id) for row in live]


@delete("/api/me/sessions/{session_id:uuid}", guards=[signed_in])
async def end_session(session: Session, person: Who, session_id: Id, now: Now) -> None:
    await sessions.end(session, person, session_id, now)


@get("/api/me/tokens", guards=[signed_in])
async def list_tokens(session: Session, person: Who) -> list[TokenView]:
    return [from_attributes(TokenView, row) for row in await api_tokens.tokens_of(session, person.id)]


@post("/api/me/tokens", guards=[signed_in, recently_authenticated])
async def add_token(data: JSONBody[AddToken], session: Session, person: Who, now: Now) -> AddedToken:
    row, token = await api_tokens.add(session, person, data, now)
    return AddedToken(token=token, about=from_attributes(TokenView, row))


@delete("/api/me/tokens/{token_id:uuid}", guards=[signed_in])
async def revoke_token(session: Session, person: Who, token_id: Id, now: Now) -> None:
    await api_tokens.revoke(session, person, token_id, now)


ROUTES = [
    open_session,
    confirm_password,
    close_session,
    show_me,
    save_me,
    change_password,
    change_email,
    list_sessions,
    end_session,
    list_tokens,
    add_token,
    revoke_token,
]
