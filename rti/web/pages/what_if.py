"""What if, as a page."""

from litestar import get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaigns
from rti.core.roles import COMPARING
from rti.core.validation import decode
from rti.statistics.disclosure import is_coarse
from rti.statistics.what_if import Comparison, WhatIf, what_if
from rti.statutes.queries import newest
from rti.web.forms import attempt, read_query
from rti.web.guards import only, rate_limited
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, page


@get("/what-if", guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)])
async def show_what_if(request: WebRequest, session: Session, person: Who, today: Today) -> Template:
    form = read_query(request)
    found: Comparison | None = None
    if form.values:
        async with attempt(form, session):
            found = await what_if(session, person, decode(WhatIf, form.values), today)
    return page(
        request,
        "statistics/what_if.html",
        found,
        form=form,
        coarse=is_coarse(person),
        statutes=await newest(session),
        campaigns=await campaigns(session),
    )


ROUTES = [show_what_if]
