"""The page on which the same event is recorded for many requests."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import REQUESTS
from rti.core.validation import decode
from rti.requests import bulk
from rti.requests.commands import RecordForMany, RequestFilter
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Now, Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/requests/record", guards=[only(REQUESTS)])
async def show_many(request: WebRequest, session: Session, person: Who, today: Today, form: Form) -> Template:
    """With the references of the list that the address filters."""
    references = []
    if request.method == "GET":
        wanted = decode(RequestFilter, dict(request.query_params))
        references = list(await bulk.references_of(session, person, wanted, today))
    return page(
        request,
        "requests/bulk.html",
        form=form,
        initial={"happened_on": today.isoformat(), "references": "\r\n".join(references)},
        kinds=bulk.FOR_MANY,
        most=bulk.MOST_AT_ONCE,
    )


@post("/requests/record", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(show_many)
async def record_many(
    session: Session, person: Who, command: RecordForMany, now: Now, today: Today
) -> Redirect:
    await bulk.record_for_many(session, command, person, now, today)
    return see_other("/requests")


ROUTES = [show_many, record_many]
