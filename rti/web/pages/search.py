"""One search box for everything that a person may see, and one for the text of scans."""

from litestar import get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests import scans
from rti.requests.finding import everything
from rti.search.queries import Search
from rti.web.guards import only, rate_limited, signed_in
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, language_of, page


@get("/search", guards=[signed_in])
async def search(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(Search, dict(request.query_params))
    language = language_of(request)
    found = await everything(session, person, wanted.q, language) if wanted.q else None
    return page(request, "search.html", found, wanted=wanted, today=today, may_read=person.role in REQUESTS)


@get("/search/scans", guards=[only(REQUESTS), rate_limited(LimitedCall.OPENINGS)])
async def search_scans(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(Search, dict(request.query_params))
    found = await scans.search(session, person, wanted.q)
    return page(request, "search_scans.html", found, wanted=wanted, most=scans.MOST_SEARCHED)


ROUTES = [search, search_scans]
