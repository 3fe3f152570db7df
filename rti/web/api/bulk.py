"""Actions on many requests, as JSON: a preview, then progress and result."""

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from rti.accounts.rate_limits import LimitedCall
from rti.core.attributes import from_attributes
from rti.core.roles import REQUESTS
from rti.jobs import queue
from rti.models.jobs import JobKind, JobRow, JobState
from rti.requests import bulk
from rti.requests.commands import ActOnMany
from rti.web.guards import only, rate_limited
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, reader_of


class ExcludedView(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    reason: str


class SeerView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff, and how many of the requests it is about."""

    name: str
    requests: int


class ManyView(msgspec.Struct, frozen=True, kw_only=True):
    """References of those whom it `hits` and of those who are left out; before it is begun there is no `id`, and there is
    the digest of the `preview`, with who would newly see requests and who no longer would.

    Once it is done, `hits` are those to which it was done. `fault` says why it failed.
    """

    id: UUID | None
    state: JobState | None
    done: int
    total: int
    hits: list[str]
    excluded: list[ExcludedView]
    fault: str | None
    preview: str = ""
    newly_seen_by: list[SeerView] = []
    no_longer_seen_by: list[SeerView] = []


@post("/api/requests/many", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def act_on_many(
    request: WebRequest,
    state: State,
    data: JSONBody[ActOnMany],
    session: Session,
    person: Who,
    now: Now,
    today: Today,
) -> ManyView:
    """Preview the requests affected; with their number as `hits`, and better with the `preview`, the action is started."""
    found = await bulk.ask_for_many(session, person, data, state.settings.secret, now, today)
    if isinstance(found, bulk.Plan):
        view = _view(request, None, bulk.Report(list(found.order.hits), list(found.excluded)))
        return msgspec.structs.replace(
            view,
            preview=found.preview,
            newly_seen_by=[from_attributes(SeerView, each) for each in found.sight.gained],
            no_longer_seen_by=[from_attributes(SeerView, each) for each in found.sight.lost],
        )
    return _view(request, found, None)


@get("/api/requests/many/{many_id:uuid}", guards=[only(REQUESTS)])
async def show_act(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, many_id: Id
) -> ManyView:
    job = await queue.settled(session, person, many_id, now, JobKind.MANY)
    return _view(request, job, await bulk.report_of(session, job, state.settings.secret))


@post("/api/requests/many/{many_id:uuid}/undo", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def undo_act(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, many_id: Id
) -> ManyView:
    """Undo: recorded events are corrected, snoozes end, requests go back to the campaign in which they were."""
    job = await queue.find(session, person, many_id, JobKind.MANY)
    return _view(request, await bulk.ask_to_undo(session, person, job, state.settings.secret, now), None)


def _view(request: WebRequest, job: JobRow | None, report: bulk.Report | None) -> ManyView:
    reader = reader_of(request)
    fault = queue.fault_of(job) if job else None
    return ManyView(
        id=job.id if job else None,
        state=job.state if job else None,
        done=job.done if job else 0,
        total=job.total if job else len(report.done) if report else 0,
        hits=[hit.reference for hit in report.done] if report else [],
        excluded=[
            ExcludedView(reference=each.reference, reason=reader.say(each.reason))
            for each in (report.excluded if report else ())
        ],
        fault=reader.say(fault) if fault else None,
    )


ROUTES = [act_on_many, show_act, undo_act]
