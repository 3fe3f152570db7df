"""Signing in and out, leaving in a hurry, the language, and the page behind the link of an invitation."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from sqlalchemy import update

from rti.accounts import invitations, mfa, passkeys, sessions, sign_in
from rti.accounts.commands import Accept, SignIn, VerifyFactor, VerifyPasskey
from rti.accounts.passkeys import Site
from rti.core.i18n import LANGUAGES
from rti.core.roles import SignInState
from rti.core.validation import decode
from rti.demo import ACCOUNTS
from rti.models.accounts import PersonRow
from rti.web import cookies, forms, guards, typed
from rti.web.forms import else_show, read, see_other, shows_again
from rti.web.guards import open_to_all
from rti.web.headers import ALL_CLEARED, CLEARED
from rti.web.inject import Door, Form, Me, Now, Session
from rti.web.problems import NEXT_STEP, go_on
from rti.web.templating import WebRequest, page
from rti.web.transfers import TO_THE_END

A_YEAR = 365 * 24 * 3600
THREE_MONTHS = 90 * 24 * 3600


@get("/sign-in", guards=[open_to_all])
async def show_sign_in(request: WebRequest, form: Form) -> Response[Any]:
    if request.auth and (step := NEXT_STEP.get(request.auth.standing)) and not form.faults:
        return Redirect(step)
    _wants_back(request, form)
    accounts = ACCOUNTS if request.app.state.settings.demo else ()
    done = "set" in request.query_params and not form.faults
    return page(request, "sign_in.html", accounts, form=form, done=done)


@post("/sign-in", guards=[open_to_all])
@else_show(show_sign_in)
async def do_sign_in(
    request: WebRequest, auth_database: Door, form: Form, command: SignIn, now: Now
) -> Response[Any]:
    """Opens a session; whether it is complete is found at the next request, which leads on."""
    device = cookies.read(request, cookies.DEVICE)
    opened = await sign_in.sign_in(auth_database, command.email, command.password, now, device=device)
    kept = [
        cookies.keep(request, cookies.SESSION, opened.token),
        *(cookies.forget(request, cookies.LEFT) if cookies.read(request, cookies.LEFT) else ()),
        cookies.keep(request, cookies.DEVICE, opened.device, seconds=THREE_MONTHS),
    ]
    return _onwards(request, form, kept)


def _onwards(request: WebRequest, form: forms.Form, kept: list[Cookie]) -> Response[Any]:
    """On to the page that was wanted, or back to the form in which something was typed before."""
    path, _, typed_there = form.kept.partition(" ")
    back = _own(path)
    if back == "/" or not typed_there:
        return see_other(back, done="", cookies=kept)
    answer = go_on(request, form.kept, back)
    answer.cookies.extend(kept)
    return answer


def _wants_back(request: WebRequest, form: forms.Form) -> None:
    """Keep in the form where an address says that somebody wanted to go."""
    form.kept = form.kept or _own(request.query_params.get("back", "/")).partition(" ")[0]


def _own(path: str) -> str:
    """The path, if it leads nowhere else but to this site."""
    plain = path.isascii() and path.isprintable()
    return path if plain and path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@get("/second-factor", guards=[guards.signing_in])
async def show_second_factor(request: WebRequest, session: Session, me: Me, form: Form) -> Response[Any]:
    if me.standing is not SignInState.MUST_PROVE:
        return Redirect(NEXT_STEP.get(me.standing, "/"))
    _wants_back(request, form)
    site = Site.of(request.app.state.settings.address)
    there = await mfa.enrolled(session, me.person.id)
    known = [each.credential_id for each in there.passkeys]
    wanted = passkeys.wanted(site, me.token, known) if site and known else ""
    return page(request, "accounts/second_factor.html", there, form=form, wanted=wanted)


@post("/second-factor", guards=[guards.verifying])
@else_show(show_second_factor)
async def do_second_factor(
    request: WebRequest, auth_database: Door, me: Me, form: Form, command: VerifyFactor, now: Now
) -> Response[Any]:
    token = await sign_in.verify_code(auth_database, me, command.code, now)
    return _onwards(request, form, [cookies.keep(request, cookies.SESSION, token)])


@post("/second-factor/passkey", guards=[guards.verifying])
@else_show(show_second_factor)
async def do_passkey(
    request: WebRequest, auth_database: Door, me: Me, form: Form, command: VerifyPasskey, now: Now
) -> Response[Any]:
    site = Site.of(request.app.state.settings.address)
    token = await sign_in.verify_passkey(auth_database, site, me, command.answer, now)
    return _onwards(request, form, [cookies.keep(request, cookies.SESSION, token)])


@post("/sign-out", guards=[guards.signing_in], opt=TO_THE_END)
async def do_sign_out(request: WebRequest, session: Session, me: Me, now: Now) -> Redirect:
    """The device is still known afterwards, so that strangers cannot keep its owner out."""
    await sessions.sign_out(session, me, now)
    gone = cookies.forget(request, cookies.SESSION, cookies.CSRF)
    return see_other("/sign-in", done="", cookies=gone, headers=CLEARED)


@post("/exit", guards=[open_to_all], status_code=200, opt=TO_THE_END)
async def leave(request: WebRequest, session: Session, now: Now) -> Response[str]:
    """End the session, clear the browser's data, and show a neutral page.

    `Refresh` and not a redirect: forms lead to our own host only (`form-action`), and browsers put what a
    page refreshes to at once in the place of that page in their history.
    """
    if request.auth and request.auth.scope is None:
        await sessions.sign_out(session, request.auth, now)
    gone = cookies.forget(
        request, cookies.SESSION, cookies.CSRF, cookies.DEVICE, cookies.LANGUAGE, cookies.LEFT
    )
    away = {"Refresh": f"0; url={request.app.state.settings.exit_url}"}
    return Response("", media_type="text/html", cookies=gone, headers={**ALL_CLEARED, **away})


@post("/language", guards=[open_to_all])
async def choose_language(request: WebRequest, session: Session) -> Response[Any]:
    """Store the language on this device, and in the account of the signed-in person.

    A browser with scripts sends along what was typed into a form (`typed.` before its names), to see it there again.
    """
    values = (await read(request)).values
    chosen = values.get("language", "")
    back = _own(values.get("back", "/"))
    if chosen not in LANGUAGES:
        return see_other(back, done="")
    if request.user:
        await session.execute(
            update(PersonRow).where(PersonRow.id == request.user.id).values(language=chosen)
        )
    kept = cookies.keep(request, cookies.LANGUAGE, chosen, seconds=A_YEAR, same_site="lax")
    if request.user and (carried := _typed(request, request.user.id, values)):
        answer = go_on(request, carried, _own(values["form"]), at_once=True)
        answer.cookies.append(kept)
        return answer
    return see_other(back, done="", cookies=[kept])


def _typed(request: WebRequest, person_id: UUID, values: dict[str, str]) -> str:
    """What was typed into the form that is named, sealed; empty where its page cannot show it again."""
    path = _own(values.get("form", "/")).partition("?")[0]
    if not shows_again(request.app, path):
        return ""
    fields = {name.removeprefix("typed."): text for name, text in values.items() if name.startswith("typed.")}
    return typed.seal(path, person_id, request.app.state.settings.secret, fields, [])


@get("/invitation", guards=[open_to_all])
async def show_invitation(request: WebRequest, session: Session, now: Now, form: Form) -> Template:
    """Looking at it uses nothing up, as mail scanners do look."""
    token = form.values.get("token", request.query_params.get("token", ""))
    row = await invitations.invited(session, token, now)
    return page(request, "accounts/invitation.html", row, form=form, initial={"name": row.name}, token=token)


@post("/invitation", guards=[open_to_all])
@else_show(show_invitation)
async def accept(session: Session, form: Form, now: Now) -> Redirect:
    await invitations.invited(session, form.values.get("token", ""), now)
    await invitations.accept(session, decode(Accept, form.values), now)
    return see_other("/sign-in?set=1")


ROUTES = [
    show_sign_in,
    do_sign_in,
    show_second_factor,
    do_second_factor,
    do_passkey,
    do_sign_out,
    leave,
    choose_language,
    show_invitation,
    accept,
]
