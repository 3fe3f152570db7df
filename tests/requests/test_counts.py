"""What needs attention, counted by where it went and who asked: each number opens the list that it counts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from rti.core import wallclock
from rti.core.db import Database
from rti.core.roles import Person, Role
from rti.law.events import Outcome
from rti.law.status import RequestStatus
from rti.models.accounts import AssignmentRow
from rti.models.requests import Filing, RequestRow
from rti.requests.counts import CountBy
from rti.requests.queries import NEEDING, STALLED
from tests import make
from tests.conftest import NOW

TODAY = wallclock.day_of(wallclock.now(), wallclock.HOME_ZONE)
LONG_AGO = TODAY - STALLED - timedelta(1)


async def _standing(session: Any, person: Person, how: str, **more: Any) -> RequestRow:
    """A request that stands as the word says."""
    row = await make.request(session, person, NOW, title=how, **more)
    match how:
        case "overdue" | "due_soon" | "later":
            days = {"overdue": -1, "due_soon": 7, "later": 8}[how]
            row.next_due_on = row.due_on = TODAY + timedelta(days)
        case "unclassified":
            row.status, row.outcome = RequestStatus.ANSWERED, Outcome.UNKNOWN
            row.answered_on = row.met_on = LONG_AGO
            row.next_due_on = date.max
        case _:
            row.status, row.drafted_on, row.submitted_on = RequestStatus.SUBMITTED, LONG_AGO, None
            row.due_on, row.next_due_on = None, date.max
            if how == "handed over lately":
                row.submitted_on = TODAY - STALLED
    return row


@pytest.fixture
async def campaigning(database: Database) -> Mapping[str, make.Member]:
    """Two organisations whose requests stand differently, the last one sealed; staff of everything and of a province."""
    async with database.transaction() as session:
        first, second = await make.cbo(session, NOW, "FIRST"), await make.cbo(session, NOW, "SECOND")
        member, other = await make.member(session, of=first), await make.member(session, of=second)
        for how in (
            "overdue",
            "overdue",
            "due_soon",
            "later",
            "stalled",
            "handed over lately",
            "unclassified",
        ):
            await _standing(session, member.person, how)
        await _standing(session, other.person, "overdue", body_code="KH-210701", filing=Filing.SEALED)
        staff = await make.member(session, Role.STAFF)
        of_takeo = await make.member(session, Role.STAFF, everything=False)
        session.add(AssignmentRow(person_id=of_takeo.person.id, province_code="21", assigned_at=NOW))
    return {"member": member, "staff": staff, "takeo": of_takeo}


async def _counts(client: httpx.AsyncClient, by: CountBy, **wanted: str) -> list[dict[str, Any]]:
    answer = await client.get("/api/requests/counts", params={"by": by.value, **wanted})
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_each_number_is_that_of_the_list_it_opens(
    client: httpx.AsyncClient, database: Database, campaigning: Mapping[str, make.Member]
) -> None:
    for who in campaigning:
        client.headers.update(await make.session_of(client, campaigning[who].person, database))
        for by in CountBy:
            groups = await _counts(client, by)
            assert groups, (who, by)
            page = (await client.get("/requests/counts", params={"by": by.value})).text
            for group in groups:
                for name in NEEDING:
                    asked = {name: "1", by.value: group["value"]}
                    if group["value"] and group[name]:
                        listed = (await client.get("/api/requests", params=asked)).json()
                        assert listed["total"] == group[name], (who, by, asked)
                        assert f"{by.value}={group['value']}&amp;{name}=1" in page


async def test_of_a_sealed_request_only_its_own_people_are_told_whose_it_is(
    client: httpx.AsyncClient, database: Database, campaigning: Mapping[str, make.Member]
) -> None:
    client.headers.update(await make.session_of(client, campaigning["staff"].person, database))
    groups = {each["value"]: each for each in await _counts(client, CountBy.CBO)}
    assert {value: each["overdue"] for value, each in groups.items()} == {"FIRST": 2, None: 1}
    assert groups[None]["name_en"] == ""
    assert await _counts(client, CountBy.CBO, cbo="SECOND") == []


async def test_what_nobody_took_further_for_two_weeks_is_stalled(
    client: httpx.AsyncClient, database: Database, campaigning: Mapping[str, make.Member]
) -> None:
    client.headers.update(await make.session_of(client, campaigning["member"].person, database))
    stalled = (await client.get("/api/requests?stalled=1")).json()["requests"]
    assert {each["title"] for each in stalled} == {"stalled", "unclassified"}
    (only,) = await _counts(client, CountBy.PROVINCE, stalled="1")
    assert (only["value"], only["overdue"], only["due_soon"], only["stalled"]) == ("01", 0, 0, 2)
    assert "Nothing needs attention" in (await client.get("/requests/counts?topic=land")).text
    assert (await client.get("/api/requests/counts?by=colour")).status_code == 422


async def test_each_day_of_a_month_says_how_many_requests_are_due_and_opens_their_list(
    client: httpx.AsyncClient, database: Database, campaigning: Mapping[str, make.Member]
) -> None:
    client.headers.update(await make.session_of(client, campaigning["staff"].person, database))
    soon = TODAY + timedelta(7)
    days = (await client.get("/api/requests/due", params={"month": soon.isoformat()})).json()
    counts = {each["day"]: each["count"] for each in days}
    assert counts[soon.isoformat()] == 1
    assert all(day[:7] == f"{soon:%Y-%m}" for day in counts)
    for day, count in counts.items():
        listed = (await client.get("/api/requests", params={"due_on": day})).json()
        assert listed["total"] == count, day
    page = (await client.get("/requests/due", params={"month": soon.isoformat()})).text
    assert f'href="/requests?due_on={soon}"' in page
    assert "Nothing is due" in (await client.get("/requests/due?month=1999-12-31")).text
    for far in ("0001-01-01", "9999-12-31"):
        assert (await client.get("/requests/due", params={"month": far})).status_code == 422
    following = (await client.get("/requests/due?month=1999-12-31", headers={"accept-language": "km"})).text
    assert "month=2000-01-01" in following
