"""A form or call that is sent twice is executed once, and the second gets the response of the first.

A form carries the key of its sending in a hidden field, so that a second click is the same sending; a changed
form is another one. A program names the key in a header, and must not use it for anything else
(draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
from collections.abc import Iterable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts import submissions
from rti.accounts.rate_limits import LimitedCall
from rti.accounts.submissions import KeptAnswer, Submission
from rti.core.errors import Malformed, say
from rti.core.wallclock import now
from rti.web import inject
from rti.web.forms import CSRF_FIELD, ONCE_FIELD, by_name
from rti.web.templating import Unwritten, WebRequest

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
_ASKED = {"request": WebRequest, "session": inject.Session, "recalculating": inject.Recomputing}
_NOT_KEPT = {"set-cookie", "content-length"}


def each_once(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Make each of these routes that writes idempotent; routes that only open something may repeat."""
    for handler in handlers:
        opens = any(
            getattr(guard, "limited_call", None) is LimitedCall.OPENINGS for guard in handler.guards or ()
        )
        if "POST" in handler.http_methods and not opens and (writes_in := _transaction_of(handler)):
            _wrap(handler, writes_in)


def _transaction_of(handler: HTTPRouteHandler) -> str | None:
    """The name of the transaction in which a handler writes.

    None where it commits apart from that before its answer is known: it would hold one connection and wait for another.
    """
    asked = set(signature(handler.fn).parameters)
    if "auth_database" in signature(getattr(handler.fn, "acting", handler.fn)).parameters:
        return None
    for provided in (handler.dependencies or {}).values():
        asked |= set(signature(provided.dependency).parameters)  # type: ignore[union-attr]
    return next((name for name in ("recalculating", "session") if name in asked), None)


def _wrap(handler: HTTPRouteHandler, writes_in: str) -> None:
    action = handler.fn
    acting, own = by_name(action), signature(action)

    @wraps(action)
    async def sent_once(**given: Any) -> Any:
        request, session = given["request"], given[writes_in]
        sent = await _submission(request)
        if sent is None:
            return await acting(given)
        if reading := getattr(action, "reading", None):
            given["form"] = await reading(given)
        secret: str = request.app.state.settings.secret
        kept = await submissions.take(session, sent, secret, now())
        if kept:
            return Response(
                kept.body, status_code=kept.status, media_type=kept.media_type, headers=kept.headers
            )
        answer = await acting(given)
        await submissions.keep(session, sent, await _kept(request, answer, session), secret)
        return answer

    more = {
        name: Parameter(name, Parameter.KEYWORD_ONLY, annotation=_ASKED[name])
        for name in ("request", writes_in)
    }
    parameters = {
        name: each.replace(kind=Parameter.KEYWORD_ONLY) for name, each in own.parameters.items()
    } | {name: each for name, each in more.items() if name not in own.parameters}
    sent_once.__signature__ = own.replace(parameters=list(parameters.values()))  # type: ignore[attr-defined]
    sent_once.__annotations__ = {name: each.annotation for name, each in parameters.items()} | {
        "return": own.return_annotation
    }
    handler(sent_once)


async def _submission(request: WebRequest) -> Submission | None:
    """What this person sent under which key; None where there is no key, and for visitors."""
    is_api = request.url.path.startswith("/api/")
    key = request.headers.get(HEADER, "") if is_api else str((await request.form()).get(ONCE_FIELD, ""))
    if request.user is None or not key:
        return None
    if len(key) > LONGEST_KEY or not key.isascii():
        raise Malformed(say("An Idempotency-Key has at most {count} ASCII characters", count=LONGEST_KEY))
    content = await _content(request)
    changed = "" if is_api else content.hex()
    where = f"{request.method} {request.url.path}?{request.url.query}\n{changed}"
    return submissions.submission(request.user, key, where, content)


async def _content(request: WebRequest) -> bytes:
    """A digest of what was sent, whatever divides its parts."""
    if "form" not in request.content_type[0]:
        return hashlib.sha256(await request.body()).digest()
    digest = hashlib.sha256()
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            digest.update(hashlib.sha256(await value.read()).digest())
            await value.seek(0)
            value = value.filename  # noqa: PLW2901 -- the rest of a file
        if name != CSRF_FIELD:
            digest.update(hashlib.sha256(f"{name}={value}".encode()).digest())
    return digest.digest()


async def _kept(request: WebRequest, answer: Any, session: AsyncSession) -> KeptAnswer:
    """The answer as it will leave, without its cookies."""
    await session.flush()
    leaving = await request.route_handler.to_response(app=request.app, data=answer, request=request)
    if isinstance(leaving, Unwritten):
        leaving = await leaving.written()
    assert isinstance(leaving, ASGIResponse)  # noqa: S101 -- all that a handler returns
    headers = {name: value for name, value in leaving.headers.items() if name.lower() not in _NOT_KEPT}
    media_type = headers.pop("content-type", "")
    return KeptAnswer(leaving.status_code, media_type, headers, bytes(leaving.body))
