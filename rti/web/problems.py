"""Errors, as a page or as problem JSON (RFC 9457), in the reader's language."""

import math
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from rti.core.db import is_busy, is_outage
from rti.core.errors import (
    Busy,
    Fault,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Problem,
    SignInRequired,
    TooLarge,
    Unavailable,
    say,
)
from rti.core.roles import SignInState
from rti.web.forms import Form
from rti.web.openapi import MEDIA_TYPE, FaultView, ProblemView
from rti.web.templating import Reader, WebRequest, page, reader_of

log = structlog.get_logger()

_BY_STATUS: dict[int, type[Problem]] = {
    400: Malformed,
    401: SignInRequired,
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
}
_METHOD = say("This address does not accept that type of request")


NEXT_STEP = {SignInState.MUST_PROVE: "/second-factor", SignInState.MUST_ENROL: "/me/factors"}
"""Where somebody goes on who has shown the password and not all that the account asks for."""

_SIGNING_IN = {"/sign-in", "/second-factor"}
_LONGEST_WAY_BACK = 2_000


def wants_json(request: WebRequest) -> bool:
    accepts = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accepts and "html" not in accepts)


def fault_views(faults: Iterable[Fault], reader: Reader) -> list[FaultView]:
    return [FaultView(fault.field, reader.say(fault.message)) for fault in faults]


def problem_view(problem: Problem, reader: Reader, reference: str | None = None) -> ProblemView:
    faults = problem.faults if isinstance(problem, Invalid) else ()
    return ProblemView(
        type="about:blank",
        title=reader.say(problem.title),
        status=problem.status,
        detail=reader.say(problem.detail),
        faults=fault_views(faults, reader),
        reference=reference or msgspec.UNSET,
    )


def _headers(problem: Problem) -> dict[str, str]:
    """When to come back, in seconds (RFC 9110, 10.2.3)."""
    again_in = problem.again_in
    return {"Retry-After": str(math.ceil(again_in.total_seconds()))} if again_in else {}


def answer(request: WebRequest, problem: Problem, reference: str | None = None) -> Response[Any]:
    if wants_json(request):
        body = problem_view(problem, reader_of(request), reference)
        return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=_headers(problem))
    if isinstance(problem, SignInRequired) and request.method == "GET":
        step = NEXT_STEP.get(request.auth.standing, "/sign-in") if request.auth else "/sign-in"
        return Redirect(f"{step}{_and_back(request)}" if step in _SIGNING_IN else step)
    if isinstance(problem, SignInRequired) and problem.typed:
        proving = request.auth and request.auth.standing is SignInState.MUST_PROVE
        return go_on(request, problem.typed, "/second-factor" if proving else "/sign-in")
    response = page(request, "problem.html", problem, status=problem.status, reference=reference)
    response.headers.update(_headers(problem))
    return response


def _and_back(request: WebRequest) -> str:
    """What an address of signing in says of where somebody wanted to go."""
    wanted = quote(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
    return "" if wanted == "/" or len(wanted) > _LONGEST_WAY_BACK else f"?{urlencode({'back': wanted})}"


def go_on(request: WebRequest, typed: str, path: str, *, at_once: bool = False) -> Response[Any]:
    """A page that passes what was typed on to another, by a form, because an address has no room for it."""
    status = 401 if path in _SIGNING_IN else 200
    return page(request, "accounts/go_on.html", path, form=Form(kept=typed), status=status, at_once=at_once)


def on_problem(request: WebRequest, problem: Problem) -> Response[Any]:
    return answer(request, problem)


def on_http_exception(request: WebRequest, exception: HTTPException) -> Response[Any]:
    """Litestar's own refusals, in our words: unknown paths, methods, sizes and form tokens."""
    if exception.status_code == 405:
        problem = Problem(_METHOD)
        problem.status, problem.title = 405, _METHOD
        return answer(request, problem)
    if exception.status_code == 403:
        return answer(
            request,
            Forbidden(
                say(
                    "This form has expired or was opened on another site. Go back, reload the page and send it again"
                )
            ),
        )
    if exception.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        return on_crash(request, exception)
    if exception.status_code == 400 and wants_json(request):
        return answer(request, Malformed(say("Send one JSON object, in UTF-8")))
    return answer(request, _BY_STATUS.get(exception.status_code, Malformed)())


def on_crash(request: WebRequest, exception: Exception) -> Response[Any]:
    """An unexpected error or an outage: a reference for the person, under which the log has the traceback."""
    if is_busy(exception):
        log.warning("busy", method=request.method, address=request.scope.get("path_template"))
        return answer(request, Busy())
    reference = uuid.uuid4().hex[:12]
    away = is_outage(exception)
    event = "outage" if away else "crash"
    log.error(event, reference=reference, method=request.method, exc_info=exception)
    if away:
        message = say(
            "The system cannot read or save its data right now. Nothing was changed, and existing data can "
            "usually still be read. Try again in a few minutes. If the problem continues, give the server "
            "operator this reference: {reference}",
            reference=reference,
        )
        return answer(request, Unavailable(message), reference)
    message = say(
        "Sorry, something went wrong. Nothing was changed. Give us this reference: {reference}",
        reference=reference,
    )
    return answer(request, Problem(message), reference)


HANDLERS: dict[int | type[Exception], Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    Exception: on_crash,
}
