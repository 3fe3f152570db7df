"""The switch for every outgoing message of an organisation, which stands on its lead's own page."""

from litestar import post
from litestar.response import Redirect

from rti.accounts.policy import LEADS
from rti.cbos import sending
from rti.cbos.commands import SetSending
from rti.intake import decode
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Now, Session, Who
from rti.web.templating import WebRequest


@post("/me/organisation", guards=[only(LEADS)])
async def set_sending(request: WebRequest, session: Session, person: Who, now: Now) -> Redirect:
    sent = await forms.read(request)
    await sending.set_sending(session, person, decode(SetSending, sent.values), now)
    return Redirect("/me?saved=1", status_code=303)


ROUTES = [set_sending]
