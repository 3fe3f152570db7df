"""One search box for everything that a person may see."""

from litestar import get
from litestar.response import Template

from rti.core.validation import decode
from rti.requests.finding import everything
from rti.search.queries import Search
from rti.web.guards import signed_in
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/search", guards=[signed_in])
async def search(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(Search, dict(request.query_params))
    found = await everything(session, person, wanted.q) if wanted.q else None
    return page(request, "search.html", found, wanted=wanted, today=today)


ROUTES = [search]
