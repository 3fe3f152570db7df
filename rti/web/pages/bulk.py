"""Actions on many requests: choosing, preview, progress and undo."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from urllib.parse import urlencode

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaign
from rti.core.roles import REQUESTS, STAFF
from rti.core.validation import decode
from rti.jobs import queue
from rti.models.campaigns import CampaignRow
from rti.models.jobs import JobKind
from rti.models.requests import Medium
from rti.requests import assigning, bulk
from rti.requests.commands import FILTERS, ActOnMany, BulkAct
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.pages.requests import texts_of
from rti.web.templating import WebRequest, page, reader_of


@get("/requests/many", guards=[only(REQUESTS)])
async def show_many(request: WebRequest, session: Session, person: Who, today: Today, form: Form) -> Template:
    """What can be done to the list that the address filters."""
    asked = _filters(form.values if request.method == "POST" else texts_of(request))
    given = form.values.get("act") or request.query_params.get("act", "")
    acts = [each for each in BulkAct if each is not BulkAct.ASSIGN or person.role in STAFF]
    act = next((each for each in acts if each == given), BulkAct.RECORD)
    campaigns = await assigning.assignable(session, person) if act is BulkAct.ASSIGN else ()
    return page(
        request,
        "requests/many.html",
        form=form,
        initial={"happened_on": today.isoformat()},
        count=await bulk.counted(session, person, decode(ActOnMany, asked), today),
        asked=asked,
        query=urlencode(asked),
        act=act,
        acts=acts,
        campaigns=campaigns,
        no_campaign=assigning.NO_CAMPAIGN,
        kinds=bulk.FOR_MANY,
        media=Medium,
    )


def _filters(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in (*FILTERS, "request_id") if texts.get(name)}


@post("/requests/many", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(show_many)
async def act_on_many(
    request: WebRequest,
    state: State,
    session: Session,
    person: Who,
    command: ActOnMany,
    form: Form,
    now: Now,
    today: Today,
) -> Redirect | Template:
    """Shows the preview; once that was seen, starts the action."""
    found = await bulk.ask_for_many(session, person, command, state.settings.secret, now, today)
    if not isinstance(found, bulk.Plan):
        return see_other(f"/requests/many/{found.id}", done="")
    return page(
        request,
        "requests/many_preview.html",
        found,
        sent={name: each for name, each in form.values.items() if name not in {"hits", "preview"}},
        query=urlencode(_filters(form.values)),
        command=command,
        changed=command.hits is not None,
        into=await _into(session, found.order.into),
        excluded=_by_reason(request, found.excluded),
    )


async def _into(session: Session, into: bulk.IntoCampaign | None) -> CampaignRow | None:
    return await campaign(session, into.campaign_id) if into and into.campaign_id else None


@get("/requests/many/{many_id:uuid}", guards=[only(REQUESTS)])
async def show_act(
    request: WebRequest, state: State, session: Session, person: Who, now: Now, many_id: Id
) -> Template:
    job = await queue.settled(session, person, many_id, now, JobKind.MANY)
    report = await bulk.report_of(session, job, state.settings.secret)
    return page(
        request,
        "requests/many_done.html",
        job,
        fault=queue.fault_of(job),
        address=f"/requests/many/{many_id}",
        act=msgspec.convert(job.arguments, bulk.Act),
        report=report,
        excluded=_by_reason(request, report.excluded if report else ()),
    )


@post("/requests/many/{many_id:uuid}/undo", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def undo_act(state: State, session: Session, person: Who, now: Now, many_id: Id) -> Redirect:
    job = await queue.find(session, person, many_id, JobKind.MANY)
    undoing = await bulk.ask_to_undo(session, person, job, state.settings.secret, now)
    return see_other(f"/requests/many/{undoing.id}", done="")


@post("/requests/many/{many_id:uuid}/cancel", guards=[only(REQUESTS)])
async def cancel_act(session: Session, person: Who, now: Now, many_id: Id) -> Redirect:
    await queue.cancel(session, person, many_id, now, JobKind.MANY)
    return see_other(f"/requests/many/{many_id}", done="")


def _by_reason(request: WebRequest, excluded: Sequence[bulk.Excluded]) -> list[tuple[str, list[str]]]:
    """The references by why they are left out, in words."""
    reader = reader_of(request)
    reasons = sorted((reader.say(each.reason), each.reference) for each in excluded)
    return [
        (reason, [reference for _, reference in of]) for reason, of in groupby(reasons, lambda each: each[0])
    ]


ROUTES = [show_many, act_on_many, show_act, undo_act, cancel_act]
