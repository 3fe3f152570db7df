"""The headers of every response: nothing from another host, nothing inline, nothing framed, nothing cached."""

from collections.abc import Mapping
from urllib.parse import quote

from litestar.types import Message, Scope

PROTECTION = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), "
        "display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), "
        "idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self), xr-spatial-tracking=()"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""A year, and hosts below ours, of which there are none (ASVS 5.0, 3.4.1)."""
DOWNLOAD_POLICY = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of a file that somebody brought: it runs nothing, wherever it is opened."""
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""That of a picture of ours, which carries its own styles and runs nothing."""
CLEARED = {"Clear-Site-Data": '"cache", "storage"'}
"""What a browser forgets when somebody signs out; the cookies of the session are deleted by name."""
ALL_CLEARED = {"Clear-Site-Data": '"cache", "cookies", "storage"'}


def attachment(file_name: str) -> str:
    """A Content-Disposition that saves under a name in any script (RFC 6266, with a plain name beside it)."""
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in file_name)
    ascii_only = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(file_name, safe='')}"


async def protect(message: Message, scope: Scope) -> None:
    """Add the headers to every response, including refusals and crashes."""
    if message["type"] == "http.response.start":
        secure = scope["litestar_app"].state.settings.secure_cookies
        there = {name.lower() for name, _ in message["headers"]}
        more = [header for header in (_OVER_HTTPS if secure else _PROTECTION) if header[0] not in there]
        message["headers"] = [*message["headers"], *more]


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_PROTECTION, _OVER_HTTPS = _encoded(PROTECTION), _encoded({**PROTECTION, **HTTPS_ONLY})
