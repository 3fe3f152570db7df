"""What if, as a page: the address is the question, and shows the progress until the answer is there."""

from litestar import get
from litestar.datastructures import State
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaigns
from rti.core.roles import COMPARING
from rti.core.validation import decode
from rti.jobs import queue
from rti.models.jobs import JobRow
from rti.statistics import comparing
from rti.statistics.disclosure import is_coarse
from rti.statistics.what_if import WhatIf
from rti.statutes.queries import newest
from rti.web.forms import attempt, read_query, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/what-if", guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)])
async def show_what_if(
    request: WebRequest, state: State, session: Session, person: Who, now: Now
) -> Template | Redirect:
    form, zone = read_query(request), state.settings.timezone
    job: JobRow | None = None
    if form.values:
        async with attempt(form, session):
            wanted = decode(WhatIf, form.values)
            job = await comparing.asked_for(session, person, wanted, now, zone)
            if job is None:
                await comparing.ask(session, person, wanted, now, zone)
                return see_other(f"{request.url.path}?{request.url.query}", done="")
    return page(
        request,
        "statistics/what_if.html",
        job and await comparing.result(session, person, job, state.settings.secret),
        form=form,
        job=job,
        fault=job and queue.fault_of(job),
        coarse=is_coarse(person),
        statutes=await newest(session),
        campaigns=await campaigns(session),
    )


ROUTES = [show_what_if]
