"""Participation of organisations as JSON."""

from datetime import date

import msgspec
from litestar import get

from rti.accounts.rate_limits import LimitedCall
from rti.core.roles import COUNTING
from rti.core.validation import decode
from rti.statistics.participation import CboGroup, Participation, ParticipationQuery, participation
from rti.web.api.statistics import RateView, rate_view
from rti.web.count_tables import CountTableView, count_view
from rti.web.guards import only, rate_limited
from rti.web.inject import Session, Today, Who
from rti.web.templating import WebRequest, language_of


class ParticipationView(msgspec.Struct, frozen=True, kw_only=True):
    """The table, how many of each group have filed, and how many of the chosen group had by the end of each quarter."""

    figures: CountTableView
    filed: dict[CboGroup, RateView]
    by_quarter: dict[str, RateView]


async def asked_participation(
    request: WebRequest, session: Session, person: Who, today: date
) -> Participation:
    """What an address asks for; raises Invalid."""
    return await participation(session, person, decode(ParticipationQuery, dict(request.query_params)), today)


def participation_view(found: Participation, language: str) -> ParticipationView:
    return ParticipationView(
        figures=count_view(found.table, language),
        filed={group: rate_view(rate) for group, rate in found.groups.items()},
        by_quarter={quarter: rate_view(rate) for quarter, rate in found.by_quarter},
    )


@get("/api/statistics/participation", guards=[only(COUNTING), rate_limited(LimitedCall.FIGURES)])
async def participation_as_json(
    request: WebRequest, session: Session, person: Who, today: Today
) -> ParticipationView:
    return participation_view(
        await asked_participation(request, session, person, today), language_of(request)
    )


ROUTES = [participation_as_json]
