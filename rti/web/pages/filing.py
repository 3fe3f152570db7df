"""Filing in steps that fit a phone: to whom, what, how, check. What was typed is a draft from the second step on."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import body as body_of
from rti.campaigns.queries import campaigns
from rti.cbos.queries import with_cbo_id
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.law import scope
from rti.law.events import EventKind
from rti.models.requests import Channel, Filing
from rti.requests import actions, drafts, reading
from rti.requests.commands import FileRequest, HandOver, RecordEvent
from rti.requests.finding import asked_before, near_bodies
from rti.requests.wordings import wordings
from rti.search.queries import Search
from rti.statutes.queries import newest
from rti.topics.queries import topics
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page


@get("/file", guards=[only(REQUESTS)])
async def choose_body(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(Search, dict(request.query_params))
    bodies, found = await near_bodies(session, person, wanted.q, language_of(request))
    before = () if wanted.q else await asked_before(session, person)
    return page(
        request,
        "filing/whom.html",
        bodies,
        wanted=wanted,
        found=found,
        before=before,
        today=today,
    )


@get("/bodies/{body_id:uuid}/file", guards=[only(REQUESTS)])
async def say_what(request: WebRequest, session: Session, body_id: Id, form: Form, today: Today) -> Template:
    body = await body_of(session, body_id)
    offered = [each.in_words(language_of(request), today.year - 1) for each in wordings()]
    chosen = request.query_params.get("wording", "")
    taken = offered[int(chosen)] if chosen.isdecimal() and int(chosen) < len(offered) else {}
    return page(
        request,
        "filing/what.html",
        body,
        form=form,
        initial=taken,
        offered=offered,
        campaigns=await campaigns(session),
        statutes=(statutes := await newest(session)),
        notes=scope.notes(statutes, body.country, body.kind),
        topics=await topics(session),
        filings=Filing,
    )


@post("/bodies/{body_id:uuid}/file", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(say_what)
async def save_draft(
    request: WebRequest, session: Session, body_id: Id, person: Who, form: Form, now: Now, today: Today
) -> Redirect:
    await body_of(session, body_id)
    given = await with_cbo_id(session, person, form.values, language_of(request))
    command = decode(FileRequest, {**given, "body_id": str(body_id)})
    draft = await actions.file_request(session, command, person, now, today)
    return see_other(f"/requests/{draft.id}/file")


@get("/requests/{request_id:uuid}/file", guards=[only(REQUESTS)])
async def say_how(request: WebRequest, session: Session, person: Who, request_id: Id, form: Form) -> Template:
    detail = await reading.one(session, person, request_id)
    return page(
        request,
        "filing/how.html",
        detail,
        form=form,
        initial=fields_of(detail.request, HandOver),
        channels=Channel,
    )


@post("/requests/{request_id:uuid}/file", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(say_how)
async def save_how(
    session: Session, person: Who, request_id: Id, command: HandOver, now: Now, today: Today
) -> Redirect:
    """The way it goes, and what of it happened already."""
    await drafts.choose_way(session, request_id, command, person, now)
    for kind, day in ((EventKind.SUBMITTED, command.submitted_on), (EventKind.RECEIVED, command.received_on)):
        if day:
            event = RecordEvent(kind=kind, happened_on=day)
            await drafts.happened(session, request_id, event, person, now, today)
    return see_other(f"/requests/{request_id}/check")


@get("/requests/{request_id:uuid}/check", guards=[only(REQUESTS)])
async def check(request: WebRequest, session: Session, person: Who, request_id: Id) -> Template:
    return page(request, "filing/check.html", await reading.one(session, person, request_id))


ROUTES = [choose_body, say_what, save_draft, say_how, save_how, check]
