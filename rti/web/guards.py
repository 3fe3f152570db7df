"""Authentication, and whether a person may use a route.

The browser carries a session cookie; the JSON API carries the same token, or one made for a program, as a
bearer token (RFC 6750) and never the cookie, so that no other site can make a browser use it.

`request.user` is a person only once everything that the account asks for was shown; until then it is None,
as for a visitor, and only `request.auth` knows who is signing in.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from rti.accounts import sessions
from rti.accounts.rate_limits import LimitedCall, count_call
from rti.core.db_roles import Login
from rti.core.errors import Forbidden, Invalid, ReauthenticationRequired, SignInRequired, say
from rti.core.roles import EVERYBODY, Role, SignInState, scope_needed
from rti.core.wallclock import now
from rti.web import forms, typed
from rti.web.cookies import LEFT, SESSION, read
from rti.web.transfers import READS

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None] | None]

COMPLETE = frozenset({SignInState.COMPLETE})
ENROLLING = COMPLETE | {SignInState.MUST_ENROL}


def _token(connection: Connection) -> str:
    """The token that came with the request, or an empty string."""
    if connection.url.path.startswith("/api/"):
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    if read(connection, LEFT) and connection.url.path != "/exit":
        return ""
    token = read(connection, SESSION)
    return "" if token.startswith(sessions.API_TOKEN) else token


READ = "read"
"""Where in the state of a connection there is what came of the reading of a route."""


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the person behind the token, and reads along what the route `reads`; who may see that, guards say."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        token = _token(connection)
        if not token:
            return AuthenticationResult(user=None, auth=None)
        state, reading = connection.app.state, None
        if reads := connection.route_handler.opt.get(READS):
            try:
                reading = reads(connection)
                reading.values()
            except Invalid as wrong:
                reading, connection.scope["state"][READ] = None, wrong
        me, answer = await state.entrance.enter(state.database, token, now(), reading)
        if reading:
            connection.scope["state"][READ] = answer
        complete = me is not None and me.standing is SignInState.COMPLETE
        return AuthenticationResult(user=me.person if me and complete else None, auth=me)


def read_along(request: Request[Any, Any, Any]) -> Any:
    """What was read with the question who asks, for the handler; raises what was wrong with the address."""
    found = request.scope["state"].get(READ)
    if isinstance(found, Invalid):
        raise found
    return found and found()


def open_to_all(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard for routes that are open to everybody."""


def only(roles: frozenset[Role], *, standings: frozenset[SignInState] = COMPLETE) -> Guard:
    """This route is for these roles, once they have come so far in signing in."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        me: sessions.SignedIn | None = connection.auth
        if me is None or me.standing not in standings:
            raise SignInRequired(await _typed(connection, handler))
        if me.person.role not in roles:
            raise Forbidden
        if me.scope and not me.scope.covers(
            scope_needed(str(connection.scope.get("method")), connection.url.path)
        ):
            raise Forbidden(say("The scope of this token does not allow this"))

    guard.roles, guard.standings = roles, standings  # type: ignore[attr-defined]
    return guard


async def _typed(connection: Connection, handler: BaseRouteHandler) -> str:
    """What was typed into a form whose page can be shown again after signing in, by whoever was signed in before."""
    if not isinstance(connection, Request) or not hasattr(handler.fn, "shows_again"):
        return ""
    form = await forms.read(connection)
    if form.kept:
        return form.kept
    state, token = connection.app.state, _token(connection)
    async with state.database.under(Login.AUTH).transaction() as session:
        person_id = await sessions.person_before(session, token) if token else None
    if person_id is None:
        return ""
    return typed.seal(connection.url.path, person_id, state.settings.secret, form.values, list(form.files))


signed_in = only(EVERYBODY)
verifying = only(EVERYBODY, standings=frozenset({SignInState.MUST_PROVE}))
enrolling = only(EVERYBODY, standings=ENROLLING)
signing_in = only(EVERYBODY, standings=frozenset(SignInState))


def interactive_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Beside another guard: the person signed in interactively, not with an API token."""
    if connection.auth is None or connection.auth.scope:
        raise Forbidden(say("You cannot do this with a token. Sign in instead"))


def recently_authenticated(connection: Connection, _: BaseRouteHandler) -> None:
    """Beside another guard: the person confirmed the password within ten minutes; a token never has.

    For the JSON API. Pages ask for the password in the form itself, by `reauthentication.read`.
    """
    me: sessions.SignedIn | None = connection.auth
    if me is None or not me.recently_authenticated(now()):
        raise ReauthenticationRequired


def rate_limited(what: LimitedCall) -> Guard:
    """Beside and after another guard: only as often as one person may, and before anything is done."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        state = connection.app.state
        await count_call(state.database.under(Login.AUTH), connection.auth.person, what, now())

    guard.limited_call = what  # type: ignore[attr-defined]
    return guard


def require_declared_guards(handlers: list[HTTPRouteHandler]) -> None:
    """Refuse to start with a route that does not say who may use it."""
    for handler in handlers:
        guards = handler.guards or ()
        if not any(guard is open_to_all or hasattr(guard, "roles") for guard in guards):
            raise RuntimeError(f"{handler} does not say who may use it")
