"""The page on which people set up and remove their second factors."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from rti.accounts import mfa, passkeys, sessions, totp
from rti.accounts.commands import AddApp, AddPasskey
from rti.accounts.passkeys import Site
from rti.core.errors import Invalid
from rti.core.roles import TWO_FACTORS, SignInState
from rti.core.settings import Settings
from rti.core.validation import decode
from rti.web import cookies, forms, reauthentication
from rti.web.guards import enrolling, signed_in
from rti.web.inject import Door, Id, Me, Now, Session
from rti.web.templating import Faults, WebRequest, page


def _app_to_scan(settings: Settings, me: Me, sent: forms.Form | None) -> dict[str, Any]:
    """What an authenticator app takes up: the same again where a first code was wrong."""
    secret, made = mfa.new_app(settings.secret, me.person)
    if sent and sent.values.get("made"):
        with suppress(Invalid):
            secret = mfa.read_new_app(settings.secret, me.person, sent.values["made"])
            made = sent.values["made"]
    host = urlsplit(settings.address).hostname or ""
    width, path = totp.picture(totp.address(secret, me.person.name, host))
    return {"made": made, "shown": totp.shown(secret), "width": width, "path": path}


async def _page(request: WebRequest, session: Session, me: Me, sent: forms.Form | None = None) -> Template:
    settings: Settings = request.app.state.settings
    there = await mfa.enrolled(session, me.person.id)
    site = Site.of(settings.address)
    known = [each.credential_id for each in there.passkeys]
    name = me.person.name
    return page(
        request,
        "accounts/factors.html",
        there,
        status=422 if sent else 200,
        app=None if there.app_since else _app_to_scan(settings, me, sent),
        wanted=passkeys.wanted_for_new(site, me.token, me.person.id, name, known) if site else "",
        needed=me.person.role in TWO_FACTORS,
        only_this=me.standing is SignInState.MUST_ENROL,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


def _kept(request: WebRequest, token: str) -> Cookie:
    return cookies.keep(request, cookies.SESSION, token)


def _added(request: WebRequest, token: str, codes: Sequence[str]) -> Response[None] | Template:
    """On to the page of factors, or where there are new recovery codes to a page that shows them once."""
    if not codes:
        return Redirect("/me/factors", status_code=303, cookies=[_kept(request, token)])
    shown = page(request, "accounts/codes.html", codes)
    shown.set_cookie(_kept(request, token))
    return shown


@get("/me/factors", guards=[enrolling])
async def show_factors(request: WebRequest, session: Session, me: Me) -> Template:
    return await _page(request, session, me)


async def _changed(
    request: WebRequest,
    session: Session,
    me: Me,
    now: Now,
    sent: forms.Form,
    change: Callable[[], Awaitable[Sequence[str]]],
    *,
    enrolled: bool = False,
) -> Response[None] | Template:
    """Make a change that may come with new recovery codes; only this browser stays signed in, under a new token."""
    token = ""
    codes: Sequence[str] = ()
    async with forms.attempt(session, sent):
        sent.good()
        codes = await change()
        token = await sessions.renew(session, me, now, enrolled=enrolled)
    return await _page(request, session, me, sent) if sent.faults else _added(request, token, codes)


@post("/me/factors/app", guards=[enrolling], status_code=200)
async def add_app(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)

    async def change() -> Sequence[str]:
        given = decode(AddApp, sent.values)
        secret: str = request.app.state.settings.secret
        made = mfa.read_new_app(secret, me.person, given.made)
        return await mfa.add_app(session, secret, me.person, made, given.code, now)

    return await _changed(request, session, me, now, sent, change, enrolled=True)


@post("/me/factors/passkeys", guards=[enrolling], status_code=200)
async def add_passkey(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)
    site = Site.of(request.app.state.settings.address)

    async def change() -> Sequence[str]:
        given = decode(AddPasskey, sent.values)
        return await mfa.add_passkey(session, site, me, given.answer, given.name, now)

    return await _changed(request, session, me, now, sent, change, enrolled=True)


@post("/me/factors/app/remove", guards=[signed_in])
async def remove_app(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)

    async def change() -> Sequence[str]:
        await mfa.remove_app(session, me.person, now, demo=request.app.state.settings.demo)
        return ()

    return await _changed(request, session, me, now, sent, change)


@post("/me/factors/passkeys/{passkey_id:uuid}/remove", guards=[signed_in])
async def remove_passkey(
    request: WebRequest, session: Session, auth_database: Door, me: Me, passkey_id: Id, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)

    async def change() -> Sequence[str]:
        demo = request.app.state.settings.demo
        await mfa.remove_passkey(session, me.person, passkey_id, now, demo=demo)
        return ()

    return await _changed(request, session, me, now, sent, change)


@post("/me/factors/codes", guards=[signed_in], status_code=200)
async def new_codes(
    request: WebRequest, session: Session, auth_database: Door, me: Me, now: Now
) -> Response[None] | Template:
    sent = await reauthentication.read(request, auth_database, now)
    codes: list[str] = []
    async with forms.attempt(session, sent):
        sent.good()
        codes = await mfa.new_codes(session, me.person, now)
    if sent.faults:
        return await _page(request, session, me, sent)
    return page(request, "accounts/codes.html", codes)


ROUTES = [show_factors, add_app, add_passkey, remove_app, remove_passkey, new_codes]
