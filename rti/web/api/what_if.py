"""What if, as JSON: the address is the question, and is polled until the answer is there."""

from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Conflict
from rti.core.roles import COMPARING
from rti.core.validation import decode
from rti.jobs import queue
from rti.statistics import comparing
from rti.statistics.what_if import ComparisonView, WhatIf, comparison_view
from rti.web.api.progress import Progress, progress
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Who
from rti.web.templating import WebRequest

AGAIN_IN = {"Retry-After": "2"}


@get(
    "/api/what-if",
    guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)],
    responses={202: ResponseSpec(Progress, generate_examples=False, description="Ask again")},
)
async def what_if_as_json(
    request: WebRequest, state: State, session: Session, person: Who, now: Now
) -> Response[ComparisonView]:
    """The comparison, or 202 while it is worked on: ask the same again after the seconds of Retry-After."""
    wanted, zone = decode(WhatIf, dict(request.query_params)), state.settings.timezone
    job = await comparing.asked_for(session, person, wanted, now, zone)
    job = job or await comparing.ask(session, person, wanted, now, zone)
    if fault := queue.fault_of(job):
        raise Conflict(fault)
    found = await comparing.result(session, person, job, state.settings.secret)
    if found is None:
        waits: Any = progress(request, job, Progress)
        return Response(waits, status_code=202, headers=AGAIN_IN)
    return Response(comparison_view(found))


ROUTES = [what_if_as_json]
