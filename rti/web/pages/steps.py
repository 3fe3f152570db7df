"""Recording one event: a page that asks only what it needs, with a photo; also for replacing an entry."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import NotFound
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.files.media_types import ACCEPTED
from rti.law.events import EventKind, Ground, Outcome
from rti.law.steps import IN_OUR_WORDS
from rti.models.requests import Medium
from rti.requests import drafts, reading
from rti.requests.commands import RecordEvent
from rti.requests.shown import Detail, TimelineEvent
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.pages.requests import RECORDABLE, keep_evidence
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
    voided = _voided(request, detail)
    if happened is EventKind.CORRECTED and voided is None:
        raise NotFound
    return page(
        request,
        "requests/step.html",
        detail,
        form=form,
        initial=_told(voided) if voided else {"happened_on": today.isoformat()},
        kind=happened,
        voided=voided,
        ours=IN_OUR_WORDS.get(happened),
        outcomes=Outcome,
        grounds=Ground,
        media=Medium,
        reasons=detail.statute.extension_reasons,
        hours=detail.statute.zone is not None,
        accepted=ACCEPTED,
    )


@post(
    "/requests/{request_id:uuid}/record/{event:str}",
    guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)],
)
@else_show(show_step)
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
    return see_other(f"/requests/{request_id}", done="recorded")


def _kind(kind: str) -> EventKind:
    """What is recorded; raises NotFound."""
    if kind not in {*RECORDABLE, EventKind.CORRECTED}:
        raise NotFound
    return EventKind(kind)


def _voided(request: WebRequest, detail: Detail) -> TimelineEvent | None:
    """The entry that `?voids=` names, in whose place another is recorded; raises NotFound."""
    asked = request.query_params.get("voids")
    if not asked:
        return None
    for entry in detail.events:
        if str(entry.event.id) == asked and not entry.corrected:
            return entry
    raise NotFound


def _told(entry: TimelineEvent) -> dict[str, Any]:
    """What the form begins with in place of an entry: what that said; a body is named by its code, which is not known here."""
    event, details = entry.event, {**entry.event.details}
    details.pop("to_body", None)
    return {
        **details,
        "happened_on": event.happened_on.isoformat(),
        "outcome": event.outcome,
        "note": entry.note or "",
    }


ROUTES = [show_step, record_step]
