"""Changes are accepted only from our own pages, or from a program that is not a browser."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from rti.core.errors import Forbidden, Malformed, say

SAFE = {"GET", "HEAD", "OPTIONS"}
SIMPLE = ("application/x-www-form-urlencoded", "text/plain")
"""Content types that a page of another site can send without asking (Fetch standard, 2.2.2)."""
_FOREIGN = say("This was sent from another site. Open the page on this site and send it again")


class SameOrigin(ASGIMiddleware):
    """Refuses what a page of another site made a browser send (Fetch metadata, W3C; Origin, RFC 6454).

    It stands beside the form token. Browsers send `Origin: null` from pages that give no referrer, as ours.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: Request[Any, Any, Any] = Request(scope)
        if request.method not in SAFE:
            _check(request)
        await next_app(scope, receive, send)


def _check(request: Request[Any, Any, Any]) -> None:
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    ours = {
        request.headers.get("host", ""),
        urlsplit(request.app.state.settings.address).netloc,
    }
    if site is not None and site not in {"same-origin", "none"}:
        raise Forbidden(_FOREIGN)
    if site is None and origin != "null" and urlsplit(origin).netloc not in ours:
        raise Forbidden(_FOREIGN)
    content_type = request.headers.get("content-type", "").lower()
    if request.url.path.startswith("/api/") and content_type.startswith(SIMPLE):
        raise Malformed(say("Send one JSON object, in UTF-8"))
