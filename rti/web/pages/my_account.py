"""What people set for themselves: language, password, address, and what acts in their name."""

from collections.abc import Awaitable, Callable

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.accounts import api_tokens, mfa, people, sessions, sign_in
from rti.accounts.commands import AddToken, ChangeEmail, ChangePassword, SaveMe
from rti.core.errors import Invalid
from rti.core.i18n import LANGUAGES
from rti.core.roles import LEADS, REQUESTS, TokenScope
from rti.core.validation import decode
from rti.models.cbos import CboRow
from rti.web import cookies, forms, reauthentication
from rti.web.guards import signed_in
from rti.web.inject import Door, Id, Me, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


async def _page(
    request: WebRequest,
    session: Session,
    me: Me,
    now: Now,
    sent: forms.Form | None = None,
    *,
    new_token: str = "",
) -> Template:
    """Passwords that were typed are never shown again."""
    faults = sent.faults if sent else ()
    row = await people.person(session, me.person.id)
    return page(
        request,
        "accounts/me.html",
        row,
        status=422 if faults else 200,
        me=me,
        done="saved" in request.query_params,
        new_token=new_token,
        cbo=await session.get(CboRow, row.cbo_id) if row.cbo_id else None,
        may_switch=row.role in LEADS,
        feeds=row.role in REQUESTS,
        second=await mfa.enrolled(session, me.person.id),
        live=await sessions.sessions_of(session, me.person.id, now),
        tokens=await api_tokens.tokens_of(session, me.person.id),
        scopes=TokenScope,
        language_choices=list(LANGUAGES.items()),
        form=sent.values if sent and faults else {},
        faults=Faults(faults),
    )


@get("/me", guards=[signed_in])
async def show_me(request: WebRequest, session: Session, me: Me, now: Now) -> Template:
    return await _page(request, session, me, now)


@post("/me", guards=[signed_in])
async def save_me(request: WebRequest, session: Session, me: Me, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await people.save_me(session, me.person, decode(SaveMe, sent.values), now)
    if sent.faults:
        return await _page(request, session, me, now, sent)
    return Redirect("/me?saved=1", status_code=303, cookies=cookies.forget(request, cookies.LANGUAGE))


async def _renewed(
    request: WebRequest,
    session: Session,
    me: Me,
    now: Now,
    sent: forms.Form,
    change: Callable[[], Awaitable[str]],
) -> Response[None] | Template:
    """Make a change after which only this browser is signed in, under a new token."""
    token = ""
    async with forms.attempt(session, sent):
        sent.good()
        token = await change()
    if sent.faults:
        return await _page(request, session, me, now, sent)
    return Redirect("/me?saved=1", status_code=303, cookies=[cookies.keep(request, cookies.SESSION, token)])


@post("/me/password", guards=[signed_in])
async def change_password(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    try:
        old = decode(ChangePassword, sent.values).old_password
        await sign_in.confirm_password(auth_database, me, old, now, field="old_password")
    except Invalid as refused:
        sent.faults = refused.faults

    async def change() -> str:
        return await people.change_password(session, me, decode(ChangePassword, sent.values), now)

    return await _renewed(request, session, me, now, sent, change)


@post("/me/email", guards=[signed_in])
async def change_email(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)

    async def change() -> str:
        return await people.change_email(session, me, decode(ChangeEmail, sent.values), now)

    return await _renewed(request, session, me, now, sent, change)


@post("/me/sessions/{session_id:uuid}/end", guards=[signed_in])
async def end_session(session: Session, person: Who, session_id: Id, now: Now) -> Redirect:
    await sessions.end(session, person, session_id, now)
    return Redirect("/me", status_code=303)


@post("/me/tokens", guards=[signed_in], status_code=200)
async def add_token(request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now) -> Template:
    """Answers with a page instead of a way to it: the token is shown here and never again."""
    sent = await reauthentication.read(request, auth_database, now)
    token = ""
    async with forms.attempt(session, sent):
        sent.good()
        _, token = await api_tokens.add(session, me.person, decode(AddToken, sent.values), now)
    return await _page(request, session, me, now, sent, new_token=token)


@post("/me/tokens/{token_id:uuid}/revoke", guards=[signed_in])
async def revoke_token(session: Session, person: Who, token_id: Id, now: Now) -> Redirect:
    await api_tokens.revoke(session, person, token_id, now)
    return Redirect("/me", status_code=303)


ROUTES = [show_me, save_me, change_password, change_email, end_session, add_token, revoke_token]
