"""Our cookies: out of reach of scripts, but for `LEFT`, and of other sites."""

from typing import Any, Literal

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

WebRequest = Request[Any, Any, Any]
SESSION, DEVICE, CSRF, LANGUAGE, DONE = "session", "device", "csrf", "language", "done"
LEFT = "left"
"""Set by our script at the moment of a quick exit: the session counts for nothing from then on, even if the server has not
heard of it yet."""


def cookie_name(name: str, *, secure: bool) -> str:
    """`__Host-` binds the cookie to this very host, and browsers accept the prefix over HTTPS only."""
    return f"__Host-{name}" if secure else name


def read(connection: ASGIConnection[Any, Any, Any, Any], name: str) -> str:
    return connection.cookies.get(cookie_name(name, secure=connection.app.state.settings.secure_cookies), "")


def keep(
    request: WebRequest,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    same_site: Literal["lax", "strict"] = "strict",
) -> Cookie:
    """A cookie for so many seconds, or until the browser is closed."""
    secure = request.app.state.settings.secure_cookies
    key = cookie_name(name, secure=secure)
    return Cookie(key, value=value, max_age=seconds, httponly=True, secure=secure, samesite=same_site)


def forget(request: WebRequest, *names: str) -> list[Cookie]:
    return [keep(request, name, "", seconds=0) for name in names]
