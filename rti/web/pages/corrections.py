"""The pages for correcting a request."""

from litestar import get, post
from litestar.response import Redirect, Template
from msgspec.structs import asdict

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Conflict
from rti.core.roles import REQUESTS
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.models.requests import Channel
from rti.requests import corrections, duplicates, listing, reading
from rti.requests.commands import CorrectRequest, MarkDuplicate, RequestFilter
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/requests/{request_id:uuid}/correct", guards=[only(REQUESTS)])
async def show_correction(
    request: WebRequest, session: Session, person: Who, request_id: Id, form: Form
) -> Template:
    detail = await reading.one(session, person, request_id)
    recorded = asdict(await corrections.as_recorded(session, detail.request))
    return page(
        request,
        "requests/correct.html",
        detail,
        form=form,
        initial={name: value for name, value in recorded.items() if value},
        channels=Channel,
        question_classes=QuestionClass,
        profiles=RequesterProfile,
    )


@post("/requests/{request_id:uuid}/correct", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_correction)
async def correct_request(
    session: Session, person: Who, request_id: Id, command: CorrectRequest, now: Now, today: Today
) -> Redirect:
    await corrections.correct(session, request_id, command, person, now, today)
    return see_other(f"/requests/{request_id}#timeline")


@get("/requests/{request_id:uuid}/duplicate", guards=[only(REQUESTS)])
async def show_duplicate(
    request: WebRequest, session: Session, person: Who, request_id: Id, form: Form, today: Today
) -> Template:
    detail = await reading.one(session, person, request_id)
    if detail.cbo is None:
        raise Conflict(duplicates.SEALED)
    others = await listing.worklist(session, person, RequestFilter(body_id=detail.body.id), today)
    return page(request, "requests/duplicate.html", detail, form=form, others=others, today=today)


@post("/requests/{request_id:uuid}/duplicate", guards=[only(REQUESTS)])
@else_show(show_duplicate)
async def mark_duplicate(
    session: Session, person: Who, request_id: Id, command: MarkDuplicate, now: Now, today: Today
) -> Redirect:
    await duplicates.mark(session, request_id, command, person, now, today)
    return see_other(f"/requests/{request_id}")


@post("/requests/{request_id:uuid}/duplicate/end", guards=[only(REQUESTS)])
async def unmark_duplicate(session: Session, person: Who, request_id: Id, now: Now, today: Today) -> Redirect:
    await duplicates.unmark(session, request_id, person, now, today)
    return see_other(f"/requests/{request_id}")


ROUTES = [show_correction, correct_request, show_duplicate, mark_duplicate, unmark_duplicate]
