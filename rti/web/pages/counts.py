"""What of a list needs attention, by a filter, and what is due on which day."""

from litestar import get
from litestar.response import Template

from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests.commands import as_address
from rti.requests.counts import MOST_GROUPS, CountRequests, DueMonth, counted, due_days, months
from rti.requests.queries import NEEDING
from rti.web.guards import only
from rti.web.inject import Session, Today, Who
from rti.web.pages.requests import texts_of
from rti.web.templating import WebRequest, page


@get("/requests/counts", guards=[only(REQUESTS)])
async def count_requests(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    wanted = decode(CountRequests, texts_of(request))
    return page(
        request,
        "requests/counts.html",
        await counted(session, person, wanted, today),
        wanted=wanted,
        columns=NEEDING,
        list_of=as_address(wanted),
        most=MOST_GROUPS,
    )


@get("/requests/due", guards=[only(REQUESTS)])
async def show_due(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    """What is due on each day of a month."""
    wanted = decode(DueMonth, texts_of(request))
    before, first, following = months(wanted, today)
    return page(
        request,
        "requests/due.html",
        await due_days(session, person, wanted, today),
        today=today,
        before=before,
        first=first,
        following=following,
        list_of=as_address(wanted),
        wanted=wanted,
    )


ROUTES = [count_requests, show_due]
