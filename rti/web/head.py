"""HEAD is answered like GET, without the content (RFC 9110, section 9.3.2)."""

from typing import cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answered(app: ASGIApp) -> ASGIApp:
    """The application, with an answer to HEAD wherever it has one to GET."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if scope.get("method") == "HEAD":
            await app(cast("Scope", {**scope, "method": "GET"}), receive, send_headers)
        else:
            await app(scope, receive, send)

    return handle
