"""The headers of every answer: nothing from another host, nothing inline, nothing framed, nothing kept."""

from urllib.parse import quote

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

PROTECTION = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


def attachment(file_name: str) -> str:
    """A Content-Disposition that saves under a name in any script (RFC 6266, with a plain name beside it)."""
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in file_name)
    ascii_only = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(file_name, safe='')}"


async def protect(message: Message, _: Scope) -> None:
    """Add the headers as an answer leaves, refusals and crashes included."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in PROTECTION.items():
            headers.setdefault(name, value)
