"""People's own settings: language, password, address and API tokens."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts import api_tokens, mfa, people, sessions, sign_in
from rti.accounts.commands import AddToken, ChangeEmail, ChangePassword, SaveMe
from rti.core.i18n import LANGUAGES
from rti.core.roles import LEADS, REQUESTS, TokenScope
from rti.core.validation import decode
from rti.models.cbos import CboRow
from rti.web import cookies, reauthentication
from rti.web.forms import attempt, else_show, read, see_other
from rti.web.guards import signed_in
from rti.web.inject import Door, Form, Id, Me, Now, Session, Who
from rti.web.templating import WebRequest, page


async def _page(
    request: WebRequest,
    session: Session,
    me: Me,
    now: Now,
    form: Form | None = None,
    *,
    new_token: str = "",
) -> Template:
    row = await people.person(session, me.person.id)
    return page(
        request,
        "accounts/me.html",
        row,
        form=form,
        me=me,
        new_token=new_token,
        cbo=await session.get(CboRow, row.cbo_id) if row.cbo_id else None,
        may_switch=row.role in LEADS,
        feeds=row.role in REQUESTS,
        second=await mfa.enrolled(session, me.person.id),
        live=await sessions.sessions_of(session, me.person.id, now),
        tokens=await api_tokens.tokens_of(session, me.person.id),
        scopes=TokenScope,
        language_choices=list(LANGUAGES.items()),
    )


@get("/me", guards=[signed_in])
async def show_me(request: WebRequest, session: Session, me: Me, now: Now, form: Form) -> Template:
    return await _page(request, session, me, now, form)


@post("/me", guards=[signed_in])
@else_show(show_me)
async def save_me(request: WebRequest, session: Session, me: Me, command: SaveMe, now: Now) -> Redirect:
    await people.save_me(session, me.person, command, now)
    return see_other("/me", cookies=cookies.forget(request, cookies.LANGUAGE))


def _renewed(request: WebRequest, token: str) -> Redirect:
    """After a change only this browser is signed in, under a new token."""
    return see_other("/me", cookies=[cookies.keep(request, cookies.SESSION, token)])


async def _read_password(request: WebRequest, auth_database: Door, me: Me, now: Now) -> Form:
    """The form for a new password; the old one is checked as in `reauthentication.read`."""
    form = await read(request)
    async with attempt(form):
        old = decode(ChangePassword, form.values).old_password
        await sign_in.confirm_password(auth_database, me, old, now, field="old_password")
    return form


@post("/me/password", guards=[signed_in])
@else_show(show_me, _read_password)
async def change_password(
    request: WebRequest, session: Session, me: Me, command: ChangePassword, now: Now
) -> Redirect:
    return _renewed(request, await people.change_password(session, me, command, now))


@post("/me/email", guards=[signed_in])
@else_show(show_me, reauthentication.read)
async def change_email(
    request: WebRequest, session: Session, me: Me, command: ChangeEmail, now: Now
) -> Redirect:
    return _renewed(request, await people.change_email(session, me, command, now))


@post("/me/sessions/{session_id:uuid}/end", guards=[signed_in])
async def end_session(session: Session, person: Who, session_id: Id, now: Now) -> Redirect:
    await sessions.end(session, person, session_id, now)
    return see_other("/me")


@post("/me/tokens", guards=[signed_in], status_code=200)
@else_show(show_me, reauthentication.read)
async def add_token(request: WebRequest, session: Session, me: Me, command: AddToken, now: Now) -> Template:
    """Responds with a page instead of a redirect: the token is shown only here."""
    _, token = await api_tokens.add(session, me.person, command, now)
    return await _page(request, session, me, now, new_token=token)


@post("/me/tokens/{token_id:uuid}/revoke", guards=[signed_in])
async def revoke_token(session: Session, person: Who, token_id: Id, now: Now) -> Redirect:
    await api_tokens.revoke(session, person, token_id, now)
    return see_other("/me")


ROUTES = [show_me, save_me, change_password, change_email, end_session, add_token, revoke_token]
