"""The page on which a draft is changed or deleted."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.bodies.queries import body as body_of
from rti.campaigns.queries import campaigns
from rti.core.roles import REQUESTS
from rti.models.requests import Channel
from rti.requests import drafts, reading
from rti.requests.assigning import NO_CAMPAIGN
from rti.requests.commands import EditDraft
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/requests/{request_id:uuid}/draft", guards=[only(REQUESTS)])
async def show_draft(
    request: WebRequest, session: Session, person: Who, request_id: Id, form: Form
) -> Template:
    detail = await reading.one(session, person, request_id)
    body = await body_of(session, detail.body.id)
    known = await campaigns(session)
    chosen = next((each.code for each in known if each.id == detail.request.campaign_id), NO_CAMPAIGN)
    return page(
        request,
        "requests/draft.html",
        detail,
        form=form,
        initial=fields_of(detail.request, EditDraft) | {"body_code": body.code, "campaign": chosen},
        campaigns=known if detail.own else (),
        no_campaign=NO_CAMPAIGN,
        channels=Channel,
    )


@post("/requests/{request_id:uuid}/draft", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_draft)
async def edit_draft(
    session: Session, person: Who, request_id: Id, command: EditDraft, now: Now, today: Today
) -> Redirect:
    await drafts.edit(session, request_id, command, person, now, today)
    return see_other(f"/requests/{request_id}")


@post("/requests/{request_id:uuid}/draft/delete", guards=[only(REQUESTS)])
@else_show(show_draft)
async def delete_draft(session: Session, person: Who, request_id: Id, now: Now) -> Redirect:
    await drafts.remove(session, request_id, person, now)
    return see_other("/requests", done="deleted")


ROUTES = [show_draft, edit_draft, delete_draft]
