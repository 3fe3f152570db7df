"""Packs answers for browsers that unpack them (RFC 1952), and lets long ones leave in pieces, between which others get
their turn."""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from zlib_ng import zlib_ng

from rti.web.transfers import SMALL

LEAST = 500
"""Bytes below which an answer does not become much shorter."""
_LEVEL, _GZIP = 3, 31
"""A page takes half the time of level 6, and is 4 % longer; and how the library is told to write gzip."""
_LONG, _LONG_LEVEL = 32_000, 6
"""Bytes of a page from which on every byte that is sent counts more than the time that it takes."""
_PACKED = ((b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"))


class Packing(ASGIMiddleware):
    """Stands before the handler. An answer is begun with its first part, by which it is known whether that is all."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        unpacks = b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
        start: Any = None
        packer: Any = None

        async def packed(message: Any) -> None:
            nonlocal start, packer
            if message["type"] != "http.response.body":
                start = message
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            if start and unpacks and (more or len(body) >= LEAST):
                level = _LEVEL if more or len(body) < _LONG else _LONG_LEVEL
                packer = zlib_ng.compressobj(level, zlib_ng.DEFLATED, _GZIP)
                start["headers"] = [
                    *(each for each in start["headers"] if each[0] != b"content-length"),
                    *_PACKED,
                ]
                if not more and len(body) <= SMALL:
                    body, packer = packer.compress(body) + packer.flush(), None
                    start["headers"].append((b"content-length", str(len(body)).encode()))
            if start:
                await send(start)
                start = None
            for place in range(0, max(len(body), 1), SMALL):
                piece, rest = body[place : place + SMALL], more or place + SMALL < len(body)
                if packer:
                    piece = packer.compress(piece) + (b"" if rest else packer.flush())
                await send({"type": "http.response.body", "body": piece, "more_body": rest})
                if rest:
                    await asyncio.sleep(0)

        await next_app(scope, receive, packed)
