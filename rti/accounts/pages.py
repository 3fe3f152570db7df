"""Signing in and out, and the reader's language."""

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from sqlalchemy import update

from rti.accounts import sessions
from rti.accounts.commands import SignIn
from rti.accounts.tables import PersonRow
from rti.demo import ACCOUNTS
from rti.i18n import LANGUAGES
from rti.intake import decode
from rti.web import forms
from rti.web.guards import cookie_name, open_to_all, session_token, signed_in
from rti.web.inject import Now, Session
from rti.web.templating import Faults, WebRequest, page

A_YEAR = 365 * 24 * 3600


def _session_cookie(request: WebRequest, token: str) -> Cookie:
    secure = request.app.state.settings.secure_cookies
    return Cookie(
        key=cookie_name(secure=secure),
        value=token,
        max_age=None if token else 0,
        httponly=True,
        secure=secure,
        samesite="strict",
    )


def _sign_in_page(request: WebRequest, sent: forms.Sent | None = None) -> Template:
    accounts = ACCOUNTS if request.app.state.settings.demo else ()
    if sent is None:
        return page(request, "sign_in.html", accounts)
    kept = {"email": sent.values.get("email", "")}
    return page(request, "sign_in.html", accounts, status=422, form=kept, faults=Faults(sent.faults))


@get("/sign-in", guards=[open_to_all])
async def show_sign_in(request: WebRequest) -> Template:
    return _sign_in_page(request)


@post("/sign-in", guards=[open_to_all])
async def do_sign_in(request: WebRequest, session: Session, now: Now) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        given = decode(SignIn, sent.values)
        token, _ = await sessions.sign_in(session, given.email, given.password, now)
    if sent.faults:
        return _sign_in_page(request, sent)
    return Redirect("/", status_code=303, cookies=[_session_cookie(request, token)])


@post("/sign-out", guards=[signed_in])
async def do_sign_out(request: WebRequest, session: Session) -> Redirect:
    await sessions.sign_out(session, session_token(request))
    return Redirect(
        "/sign-in",
        status_code=303,
        cookies=[_session_cookie(request, "")],
        headers={"Clear-Site-Data": '"cache", "storage"'},
    )


@post("/language", guards=[open_to_all])
async def choose_language(request: WebRequest, session: Session) -> Redirect:
    """Keep the language on this device, and in the account of whoever is signed in."""
    sent = await forms.read(request)
    chosen = sent.values.get("language", "")
    back = sent.values.get("back", "/")
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        back = "/"
    if chosen not in LANGUAGES:
        return Redirect(back, status_code=303)
    if request.user:
        await session.execute(
            update(PersonRow).where(PersonRow.id == request.user.id).values(language=chosen)
        )
    kept = Cookie(
        key="language",
        value=chosen,
        max_age=A_YEAR,
        secure=request.app.state.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return Redirect(back, status_code=303, cookies=[kept])


ROUTES = [show_sign_in, do_sign_in, do_sign_out, choose_language]
