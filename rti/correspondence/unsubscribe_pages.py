"""The page behind the address that ends digests; a mail program posts to it by itself (RFC 8058)."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from rti.correspondence import unsubscribing
from rti.web.guards import open_to_all
from rti.web.inject import Now, Session
from rti.web.templating import WebRequest, page


@get("/unsubscribe/{secret:str}", guards=[open_to_all])
async def show_unsubscribe(request: WebRequest, secret: FromPath[str]) -> Template:
    """Ask first: programs that look for viruses open every address in a message."""
    unsubscribing.person_of(secret, request.app.state.settings.secret)
    return page(request, "accounts/unsubscribe.html", done=False)


@post("/unsubscribe/{secret:str}", guards=[open_to_all], status_code=200)
async def unsubscribe(request: WebRequest, session: Session, secret: FromPath[str], now: Now) -> Template:
    person_id = unsubscribing.person_of(secret, request.app.state.settings.secret)
    await unsubscribing.unsubscribe(session, person_id, now)
    return page(request, "accounts/unsubscribe.html", done=True)


ROUTES = [show_unsubscribe, unsubscribe]
