"""What if, as a page and as JSON."""

from datetime import date

import msgspec
from litestar import get
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.campaigns.queries import campaigns
from rti.core.roles import COMPARING
from rti.core.validation import decode
from rti.statistics.measures import JUDGED, State
from rti.statistics.what_if import Comparison, WhatIf, what_if
from rti.statutes.queries import newest
from rti.web import forms
from rti.web.guards import only, rate_limited
from rti.web.inject import Session, Today
from rti.web.templating import Faults, WebRequest, page


class StatesView(msgspec.Struct, frozen=True, kw_only=True):
    own: State
    other: State
    requests: int


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """`in_time_under_both` of `in_time_own` is the answer; `judged_*` are the denominators of the others."""

    rule: str
    as_of: date
    in_time_under_both: int
    in_time_own: int
    judged_own: int
    in_time_other: int
    judged_other: int
    states: list[StatesView]


def comparison_view(found: Comparison) -> ComparisonView:
    return ComparisonView(
        rule=found.rule.id,
        as_of=found.as_of,
        in_time_under_both=found.still_in_time.numerator,
        in_time_own=found.own(State.IN_TIME),
        judged_own=found.own(*JUDGED),
        in_time_other=found.other(State.IN_TIME),
        judged_other=found.other(*JUDGED),
        states=[
            StatesView(own=own, other=other, requests=count)
            for (own, other), count in sorted(found.states.items())
        ],
    )


@get("/what-if", guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)])
async def show_what_if(request: WebRequest, session: Session, today: Today) -> Template:
    given = {name: value for name, value in request.query_params.items() if value}
    sent = forms.Form(given, {})
    found: Comparison | None = None
    if given:
        async with forms.attempt(session, sent):
            found = await what_if(session, decode(WhatIf, given), today)
    return page(
        request,
        "statistics/what_if.html",
        found,
        status=422 if sent.faults else 200,
        statutes=await newest(session),
        campaigns=await campaigns(session),
        form=given,
        faults=Faults(sent.faults),
    )


@get("/api/what-if", guards=[only(COMPARING), rate_limited(LimitedCall.FIGURES)])
async def what_if_as_json(request: WebRequest, session: Session, today: Today) -> ComparisonView:
    return comparison_view(await what_if(session, decode(WhatIf, dict(request.query_params)), today))


ROUTES = [show_what_if, what_if_as_json]
