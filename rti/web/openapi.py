"""The OpenAPI 3.1 description of the JSON API: its own addresses only, and its errors."""

from collections.abc import Iterable

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from rti.accounts.rate_limits import LIMITS

MEDIA_TYPE = "application/problem+json"


class FaultView(msgspec.Struct, frozen=True):
    field: str
    message: str


class ProblemView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem (RFC 9457) in the reader's language; `reference` finds the error in the log."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultView]
    reference: str | msgspec.UnsetType = msgspec.UNSET


_REFUSALS = {
    400: "The body is not a JSON object, or the address has no such form",
    401: "No session, or the session has ended",
    403: "No permission for this role or token",
    404: "Not found, or it belongs to others",
    409: "Changed in the meantime, or a document is altered or malicious",
    413: "Too large",
    422: "Some fields are wrong; each is listed with what would be right",
    429: "Too many requests or failed attempts; Retry-After gives the seconds to wait",
    503: "The database or the virus scanner is not responding; nothing was changed",
}
CONFIG = OpenAPIConfig(
    title="RTI",
    version="1",
    path="/api/schema",
    render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
    security=[{}, {"bearer": []}],
)


def describe(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Put what is the same for all of the API into the description of each address, and leave pages out."""
    for handler in handlers:
        handler.include_in_schema = all(path.startswith("/api/") for path in handler.paths)
        refusals = {status: _refusal(status, said, handler) for status, said in _REFUSALS.items()}
        handler.responses = {**(handler.responses or {}), **refusals}


def _refusal(status: int, said: str, handler: HTTPRouteHandler) -> ResponseSpec:
    costs = [guard.limited_call for guard in handler.guards or () if hasattr(guard, "limited_call")]
    if status == 429 and costs:
        allowed = LIMITS[costs[0]]
        seconds = int(allowed.interval.total_seconds())
        said += (
            f". Limit for {costs[0]} per person: {allowed.burst} requests in a row, then one in {seconds} s"
        )
    return ResponseSpec(ProblemView, generate_examples=False, description=said, media_type=MEDIA_TYPE)
