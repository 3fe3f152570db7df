"""One thing that happened, recorded on a page of its own that asks only what this thing needs."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.files.media_types import ACCEPTED
from rti.law.events import EventKind, Outcome
from rti.requests import drafts, reading
from rti.requests.commands import RecordEvent
from rti.requests.likely_next import IN_OUR_WORDS
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.pages.requests import keep_evidence, reasons_of
from rti.web.templating import WebRequest, page


@get("/requests/{request_id:uuid}/record/{event:str}", guards=[only(REQUESTS)])
async def show_step(
    request: WebRequest,
    session: Session,
    person: Who,
    request_id: Id,
    event: FromPath[str],
    form: Form,
    today: Today,
) -> Template:
    happened = _kind(event)
    detail = await reading.one(session, person, request_id)
    return page(
        request,
        "requests/step.html",
        detail,
        form=form,
        initial={"happened_on": today.isoformat()},
        kind=happened,
        ours=IN_OUR_WORDS.get(happened),
        outcomes=Outcome,
        reasons=reasons_of(detail.statute),
        hours=detail.statute.zone is not None,
        accepted=ACCEPTED,
    )


@post(
    "/requests/{request_id:uuid}/record/{event:str}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
)
@else_show(show_step, done="recorded")
async def record_step(
    session: Session,
    person: Who,
    request_id: Id,
    event: FromPath[str],
    form: Form,
    now: Now,
    today: Today,
) -> Redirect:
    command = decode(RecordEvent, {**form.values, "kind": _kind(event).value})
    recorded = await drafts.happened(session, request_id, command, person, now, today)
    await keep_evidence(session, recorded, form, "document", now)
    return see_other(f"/requests/{request_id}")


def _kind(kind: str) -> EventKind:
    """What can be recorded this way: a draft is there before, and what corrects an entry names it."""
    if kind not in set(EventKind) - {EventKind.DRAFTED, EventKind.CORRECTED}:
        raise NotFound
    return EventKind(kind)


ROUTES = [show_step, record_step]
