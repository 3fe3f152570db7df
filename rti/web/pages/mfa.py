"""The page on which people set up and remove their second factors."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.response import Template

from rti.accounts import mfa, passkeys, sessions, totp
from rti.accounts.commands import AddApp, AddPasskey
from rti.accounts.passkeys import Site
from rti.core.errors import Invalid
from rti.core.roles import TWO_FACTORS, SignInState
from rti.core.settings import Settings
from rti.web import cookies, reauthentication
from rti.web.forms import else_show, see_other
from rti.web.guards import enrolling, signed_in
from rti.web.inject import Form, Id, Me, Now, Session
from rti.web.templating import WebRequest, page


def _app_to_scan(settings: Settings, me: Me, form: Form) -> dict[str, Any]:
    """What an authenticator app takes up: the same again where a first code was wrong."""
    secret, made = mfa.new_app(settings.secret, me.person)
    if sent := form.values.get("made"):
        with suppress(Invalid):
            secret, made = mfa.read_new_app(settings.secret, me.person, sent), sent
    host = urlsplit(settings.address).hostname or ""
    width, path = totp.picture(totp.address(secret, me.person.name, host))
    return {"made": made, "shown": totp.shown(secret), "width": width, "path": path}


@get("/me/factors", guards=[enrolling])
async def show_factors(request: WebRequest, session: Session, me: Me, form: Form) -> Template:
    settings: Settings = request.app.state.settings
    there = await mfa.enrolled(session, me.person.id)
    site = Site.of(settings.address)
    known = [each.credential_id for each in there.passkeys]
    name = me.person.name
    return page(
        request,
        "accounts/factors.html",
        there,
        form=form,
        app=None if there.app_since else _app_to_scan(settings, me, form),
        wanted=passkeys.wanted_for_new(site, me.token, me.person.id, name, known) if site else "",
        needed=me.person.role in TWO_FACTORS,
        only_this=me.standing is SignInState.MUST_ENROL,
    )


async def _on(
    request: WebRequest,
    session: Session,
    me: Me,
    now: Now,
    codes: Sequence[str] = (),
    *,
    enrolled: bool = False,
) -> Response[Any]:
    """After a change only this browser stays signed in, under a new token.

    On to the page of factors, or where there are new recovery codes to a page that shows them once.
    """
    token = await sessions.renew(session, me, now, enrolled=enrolled)
    kept = cookies.keep(request, cookies.SESSION, token)
    if not codes:
        return see_other("/me/factors", cookies=[kept])
    shown = page(request, "accounts/codes.html", codes)
    shown.set_cookie(kept)
    return shown


@post("/me/factors/app", guards=[enrolling], status_code=200)
@else_show(show_factors, reauthentication.read)
async def add_app(request: WebRequest, session: Session, me: Me, command: AddApp, now: Now) -> Response[Any]:
    secret: str = request.app.state.settings.secret
    made = mfa.read_new_app(secret, me.person, command.made)
    codes = await mfa.add_app(session, secret, me.person, made, command.code, now)
    return await _on(request, session, me, now, codes, enrolled=True)


@post("/me/factors/passkeys", guards=[enrolling], status_code=200)
@else_show(show_factors, reauthentication.read)
async def add_passkey(
    request: WebRequest, session: Session, me: Me, command: AddPasskey, now: Now
) -> Response[Any]:
    site = Site.of(request.app.state.settings.address)
    codes = await mfa.add_passkey(session, site, me, command.answer, command.name, now)
    return await _on(request, session, me, now, codes, enrolled=True)


@post("/me/factors/app/remove", guards=[signed_in])
@else_show(show_factors, reauthentication.read)
async def remove_app(request: WebRequest, session: Session, me: Me, now: Now) -> Response[Any]:
    await mfa.remove_app(session, me.person, now, demo=request.app.state.settings.demo)
    return await _on(request, session, me, now)


@post("/me/factors/passkeys/{passkey_id:uuid}/remove", guards=[signed_in])
@else_show(show_factors, reauthentication.read)
async def remove_passkey(
    request: WebRequest, session: Session, me: Me, passkey_id: Id, now: Now
) -> Response[Any]:
    demo = request.app.state.settings.demo
    await mfa.remove_passkey(session, me.person, passkey_id, now, demo=demo)
    return await _on(request, session, me, now)


@post("/me/factors/codes", guards=[signed_in], status_code=200)
@else_show(show_factors, reauthentication.read)
async def new_codes(request: WebRequest, session: Session, me: Me, now: Now) -> Template:
    return page(request, "accounts/codes.html", await mfa.new_codes(session, me.person, now))


ROUTES = [show_factors, add_app, add_passkey, remove_app, remove_passkey, new_codes]
