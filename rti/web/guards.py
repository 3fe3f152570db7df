"""Who is asking, and whether this route is for them.

The browser carries a session cookie; the JSON API carries the same token as a bearer token (RFC 6750)
and never the cookie, so that no other site can make a browser use it.
"""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from rti.accounts import sessions
from rti.accounts.policy import EVERYBODY, Role
from rti.errors import Forbidden, SignInRequired
from rti.tenancy.logins import Login
from rti.wallclock import now

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this very host, and browsers accept the prefix over HTTPS only."""
    return "__Host-session" if secure else "session"


def session_token(connection: Connection) -> str:
    """The token that came with the request, or an empty string."""
    if connection.url.path.startswith("/api/"):
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    return connection.cookies.get(cookie_name(secure=connection.app.state.settings.secure_cookies), "")


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the person behind the token, in a transaction of its own."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        token = session_token(connection)
        if not token:
            return AuthenticationResult(user=None, auth=None)
        async with connection.app.state.database.under(Login.DOOR).transaction() as session:
            person = await sessions.find(session, token, now())
        return AuthenticationResult(user=person, auth=token if person else None)


def open_to_all(connection: Connection, handler: BaseRouteHandler) -> None:
    """This route is for anybody, signed in or not."""


def only(roles: frozenset[Role]) -> Guard:
    """This route is for these roles."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if connection.user is None:
            raise SignInRequired
        if connection.user.role not in roles:
            raise Forbidden

    guard.roles = roles  # type: ignore[attr-defined]
    return guard


signed_in = only(EVERYBODY)


def require_declared_guards(handlers: list[HTTPRouteHandler]) -> None:
    """Refuse to start with a route that does not say who may use it."""
    for handler in handlers:
        guards = handler.guards or ()
        if not any(guard is open_to_all or hasattr(guard, "roles") for guard in guards):
            raise RuntimeError(f"{handler} does not say who may use it")
