"""Snoozing a request and ending that, from its page."""

from litestar import Response, post
from litestar.response import Redirect, Template

from rti.accounts.policy import REQUESTS
from rti.intake import decode
from rti.requests import snoozing
from rti.requests.commands import SnoozeRequest
from rti.requests.pages import detail_page
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Today, Who
from rti.web.templating import WebRequest


@post("/requests/{request_id:uuid}/snooze", guards=[only(REQUESTS)])
async def snooze_request(
    request: WebRequest, session: Session, person: Who, request_id: Id, now: Now, today: Today
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        command = decode(SnoozeRequest, sent.values)
        await snoozing.snooze(session, request_id, command, person, now, today)
    if sent.faults:
        return await detail_page(request, session, person, request_id, today, sent)
    return Redirect(f"/requests/{request_id}#timeline", status_code=303)


@post("/requests/{request_id:uuid}/snooze/end", guards=[only(REQUESTS)])
async def end_snooze(session: Session, person: Who, request_id: Id, now: Now) -> Redirect:
    await snoozing.end(session, request_id, person, now)
    return Redirect(f"/requests/{request_id}#timeline", status_code=303)


ROUTES = [snooze_request, end_snooze]
