"""Where people make and revoke the addresses of their feeds; an address is shown once."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.policy import REQUESTS
from rti.feeds import secrets
from rti.feeds.serving import addresses
from rti.web.guards import only
from rti.web.inject import Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/me/feeds", guards=[only(REQUESTS)])
async def show_feeds(request: WebRequest, session: Session, person: Who) -> Template:
    return page(request, "feeds/mine.html", since=await secrets.since(session, person.id), made=None)


@post("/me/feeds", guards=[only(REQUESTS)], status_code=200)
async def renew_feeds(request: WebRequest, session: Session, person: Who, now: Now) -> Template:
    """Answers with a page instead of a way to it: the addresses are shown here and never again."""
    secret = await secrets.renew(session, person, now)
    made = addresses(request.app.state.settings.address, secret)
    return page(request, "feeds/mine.html", since=now, made=made)


@post("/me/feeds/revoke", guards=[only(REQUESTS)])
async def revoke_feeds(session: Session, person: Who, now: Now) -> Redirect:
    await secrets.revoke(session, person, now)
    return Redirect("/me/feeds", status_code=303)


ROUTES = [show_feeds, renew_feeds, revoke_feeds]
