"""The list, the one function of the law and the statistics say the same of overdue requests, on every day."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.law.limits import parse_limit
from rti.law.status import overdue_on
from rti.models.requests import DeadlineRow, RequestRow
from rti.requests.commands import RequestFilter
from rti.requests.listing import worklist
from rti.requests.queries import overdue
from rti.statistics.commands import StatisticsQuery
from rti.statistics.in_sql import begun, state_at
from rti.statistics.measures import State
from rti.statistics.queries import table
from rti.statutes.actions import declare_standard
from rti.web.api.request_views import request_view
from tests import make
from tests.conftest import NOW
from tests.law.histories import LAST
from tests.law.make import library
from tests.sizes import size
from tests.statistics.make import random_request

RECEIVED = date(2026, 3, 2)
DUE = date(2026, 3, 23)
"""15 working days later; checked below."""
Happened = Sequence[tuple[EventKind, date, dict[str, Any]]]
FULL = {"outcome": Outcome.FULL}
STORIES: dict[str, tuple[str, Happened]] = {
    "running": ("", ()),
    "extended": ("", [(EventKind.EXTENDED, date(2026, 3, 20), {"days": "5 working"})]),
    "extended when it was too late": ("", [(EventKind.EXTENDED, DUE + timedelta(2), {"days": "5 working"})]),
    "answered before": ("", [(EventKind.ANSWERED, DUE - timedelta(1), FULL)]),
    "answered on the due day": ("", [(EventKind.ANSWERED, DUE, FULL)]),
    "answered the day after": ("", [(EventKind.ANSWERED, DUE + timedelta(1), FULL)]),
    "withdrawn on the due day": ("", [(EventKind.WITHDRAWN, DUE, {})]),
    "withdrawn the day after": ("", [(EventKind.WITHDRAWN, DUE + timedelta(1), {})]),
    "several clocks": ("KH-A2I-DRAFT", [(EventKind.EXTENDED, date(2026, 3, 6), {"days": "40 working"})]),
    "paused": ("IN-RTI-2005", [(EventKind.FEE_REQUESTED, date(2026, 3, 16), {})]),
    "paused and going on": (
        "UK-FOIA-2000",
        [
            (EventKind.CLARIFICATION_REQUESTED, date(2026, 3, 16), {}),
            (EventKind.CLARIFICATION_GIVEN, date(2026, 3, 19), {}),
        ],
    ),
    "refused, with a time to ask for a review": (
        "IN-RTI-2005",
        [(EventKind.ANSWERED, date(2026, 3, 20), {"outcome": Outcome.REFUSED})],
    ),
}


@pytest.mark.parametrize(("statute_id", "happened"), STORIES.values(), ids=STORIES)
async def test_the_list_of_overdue_requests_agrees_with_the_law_around_every_boundary(
    database: Database, statute_id: str, happened: Happened
) -> None:
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF)).person
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        filed = await make.request(
            session, staff, NOW, received_on=RECEIVED, statute_id=statute_id or standard.id
        )
        assert statute_id or filed.due_on == DUE
        for kind, day, more in happened:
            await make.event(session, filed.id, staff, NOW, kind, day, **more)
        request = await session.get_one(RequestRow, filed.id, populate_existing=True)
        clocks = (await session.scalars(select(DeadlineRow).where(DeadlineRow.request_id == filed.id))).all()
        known_from = max([RECEIVED, *(day for _, day, _ in happened)])
        boundaries = [known_from, *(clock.due_on for clock in clocks if clock.due_on)]
        days = {boundary + timedelta(n) for boundary in boundaries for n in range(-3, 4)}
        for day in sorted(day for day in days if day >= known_from):
            late = overdue_on(request.due_on, request.met_on, request.ended_on, day)
            listed = await worklist(session, staff, RequestFilter(overdue=True), day)
            assert [line.request.id for line in listed.items] == [filed.id] * late, day
            assert request_view(request, day, hidden=False).overdue == late, day
            counted = (await table(session, None, StatisticsQuery(as_of=day), day)).total.figures
            assert counted.counts[State.SILENT] == late, day


@pytest.mark.torture
async def test_the_list_is_overdue_just_where_the_statistics_of_today_count_silence(
    database: Database,
) -> None:
    """Requests with random histories under every statute, stored as they are filed."""
    chance = Random(12)
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF)).person
        cbo = await make.cbo(session, NOW)
        body = await make.body(session)
        for statute in list(library().values()) * size(8, 20):
            await random_request(session, chance, statute, cbo, body)
        for day in (date(2026, 2, 1), date(2026, 4, 1), LAST, date(2027, 1, 1)):
            state = state_at(RequestRow, day, count_early=False)
            silent = set(await session.scalars(select(RequestRow.id).where(state == State.SILENT)))
            listed = set(await session.scalars(select(RequestRow.id).where(overdue(day))))
            # Before the last event the columns know more than was known then.
            assert day < LAST or listed == silent
            wanted = StatisticsQuery(as_of=day, early=True)
            counts = (await table(session, staff, wanted, LAST)).total.figures.counts
            assert sum(counts[each] for each in State) == await session.scalar(
                select(func.count()).select_from(RequestRow).where(begun() <= day)
            )
