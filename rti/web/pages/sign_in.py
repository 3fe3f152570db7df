"""The page behind the link of an invitation; looking at it uses nothing up, as mail scanners do look."""

from litestar import Response, get, post
from litestar.response import Redirect, Template
from sqlalchemy import update

from rti.accounts import invitations, mfa, passkeys, sessions, sign_in
from rti.accounts.commands import Accept, SignIn, VerifyFactor, VerifyPasskey
from rti.accounts.passkeys import Site
from rti.core.errors import Invalid
from rti.core.i18n import LANGUAGES
from rti.core.roles import SignInState
from rti.core.validation import decode
from rti.demo import ACCOUNTS
from rti.models.accounts import PersonRow
from rti.web import cookies, forms, guards
from rti.web.guards import open_to_all
from rti.web.headers import ALL_CLEARED, CLEARED
from rti.web.inject import Door, Me, Now, Session
from rti.web.problems import NEXT_STEP
from rti.web.templating import Faults, WebRequest, page

A_YEAR = 365 * 24 * 3600
THREE_MONTHS = 90 * 24 * 3600


def _sign_in_page(request: WebRequest, sent: forms.Form | None = None) -> Template:
    accounts = ACCOUNTS if request.app.state.settings.demo else ()
    if sent is None:
        done = "set" in request.query_params
        return page(request, "sign_in.html", accounts, done=done)
    kept = {"email": sent.values.get("email", "")}
    faults = Faults(sent.faults)
    return page(request, "sign_in.html", accounts, status=422, form=kept, faults=faults, done=False)


@get("/sign-in", guards=[open_to_all])
async def show_sign_in(request: WebRequest) -> Response[None] | Template:
    step = NEXT_STEP.get(request.auth.standing) if request.auth else None
    return Redirect(step) if step else _sign_in_page(request)


@post("/sign-in", guards=[open_to_all])
async def do_sign_in(request: WebRequest, auth_database: Door, now: Now) -> Response[None] | Template:
    """Opens a session; whether it is complete is found at the next request, which leads on."""
    sent = await forms.read(request)
    try:
        given = decode(SignIn, sent.values)
        device = cookies.read(request, cookies.DEVICE)
        opened = await sign_in.sign_in(auth_database, given.email, given.password, now, device=device)
    except Invalid as refused:
        sent.faults = refused.faults
        return _sign_in_page(request, sent)
    kept = [
        cookies.keep(request, cookies.SESSION, opened.token),
        cookies.keep(request, cookies.DEVICE, opened.device, seconds=THREE_MONTHS),
    ]
    return Redirect("/", status_code=303, cookies=kept)


async def _second_factor_page(
    request: WebRequest, session: Session, me: Me, sent: forms.Form | None = None
) -> Template:
    site = Site.of(request.app.state.settings.address)
    there = await mfa.enrolled(session, me.person.id)
    known = [each.credential_id for each in there.passkeys]
    return page(
        request,
        "accounts/second_factor.html",
        there,
        status=422 if sent else 200,
        wanted=passkeys.wanted(site, me.token, known) if site and known else "",
        faults=Faults(sent.faults if sent else ()),
    )


@get("/second-factor", guards=[guards.signing_in])
async def show_second_factor(request: WebRequest, session: Session, me: Me) -> Response[None] | Template:
    if me.standing is not SignInState.MUST_PROVE:
        return Redirect(NEXT_STEP.get(me.standing, "/"))
    return await _second_factor_page(request, session, me)


@post("/second-factor", guards=[guards.verifying])
async def do_second_factor(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    try:
        token = await sign_in.verify_code(auth_database, me, decode(VerifyFactor, sent.values).code, now)
    except Invalid as refused:
        sent.faults = refused.faults
        return await _second_factor_page(request, session, me, sent)
    return Redirect("/", status_code=303, cookies=[cookies.keep(request, cookies.SESSION, token)])


@post("/second-factor/passkey", guards=[guards.verifying])
async def do_passkey(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    site = Site.of(request.app.state.settings.address)
    try:
        token = await sign_in.verify_passkey(
            auth_database, site, me, decode(VerifyPasskey, sent.values).answer, now
        )
    except Invalid as refused:
        sent.faults = refused.faults
        return await _second_factor_page(request, session, me, sent)
    return Redirect("/", status_code=303, cookies=[cookies.keep(request, cookies.SESSION, token)])


@post("/sign-out", guards=[guards.signing_in])
async def do_sign_out(request: WebRequest, session: Session, me: Me, now: Now) -> Redirect:
    """The device is still known afterwards, so that strangers cannot keep its owner out."""
    await sessions.sign_out(session, me, now)
    gone = cookies.forget(request, cookies.SESSION, cookies.CSRF)
    return Redirect("/sign-in", status_code=303, cookies=gone, headers=CLEARED)


@post("/exit", guards=[open_to_all], status_code=200)
async def leave(request: WebRequest, session: Session, now: Now) -> Response[str]:
    """End the session, forget everything, and show a page that says nothing.

    `Refresh` and not a redirect: forms lead to our own host only (`form-action`), and browsers put what a
    page refreshes to at once in the place of that page in their history.
    """
    if request.auth and request.auth.scope is None:
        await sessions.sign_out(session, request.auth, now)
    gone = cookies.forget(request, cookies.SESSION, cookies.CSRF, cookies.DEVICE, cookies.LANGUAGE)
    away = {"Refresh": f"0; url={request.app.state.settings.exit_url}"}
    return Response("", media_type="text/html", cookies=gone, headers={**ALL_CLEARED, **away})


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
    kept = cookies.keep(request, cookies.LANGUAGE, chosen, seconds=A_YEAR, same_site="lax")
    return Redirect(back, status_code=303, cookies=[kept])


def _page(request: WebRequest, row: PersonRow, token: str, sent: forms.Form | None = None) -> Template:
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
