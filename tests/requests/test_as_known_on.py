"""Telling what was known on an earlier day, and what is not certain about a date."""

from datetime import date, timedelta

import httpx
import pytest

from rti.calendars.commands import DeclareDay
from rti.core import wallclock
from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.law.limits import parse_limit
from rti.models.requests import RequestRow
from rti.requests.date_changes import change
from rti.statutes.actions import declare_standard
from tests import make
from tests.conftest import NOW, TODAY, SignIn

UNCONFIRMED = "PK-RAI-2017"
"""A statute whose number for the reply no source has confirmed."""
LATER = NOW + timedelta(days=3)
DAY_OFF = DeclareDay(
    country="KH", day=date(2026, 12, 2), name_km="ថ្ងៃឈប់", name_en="Added day", source="A test"
)


async def _told_late(database: Database, member: make.Member) -> RequestRow:
    """Filed on one day; three days later a day off and an answer of yesterday are recorded."""
    async with database.transaction() as session:
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        filed = await make.request(
            session, member.person, NOW, received_on=date(2026, 11, 17), statute_id=standard.id
        )
    async with database.transaction() as session:
        await change(session, DAY_OFF, None, LATER)
        await make.event(
            session, filed.id, member.person, LATER, EventKind.ANSWERED, TODAY, outcome=Outcome.FULL
        )
    return filed


async def test_a_request_is_told_as_it_was_known_on_an_earlier_day(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await _told_late(database, await sign_in(Role.CBO_MEMBER))
    address = f"/api/requests/{filed.id}"
    now = (await client.get(address)).json()
    assert now["request"]["status"] == "answered"
    before = (await client.get(address, params={"known_on": "2026-11-25"})).json()
    assert before["request"]["status"] == "open"
    assert before["request"]["answered_on"] is None
    assert [each["kind"] for each in before["events"]] == ["received"]
    assert before["deadlines"][0]["state"] == "running"
    assert before["request"]["due_on"] == str(filed.due_on)
    assert before["request"]["due_on"] < now["request"]["due_on"]
    assert (await client.get(address, params={"known_on": "2026-11-26"})).json() == now
    assert (await client.get(address)).json() == now, "looking back stores nothing"


async def test_the_page_looks_back_in_both_languages_and_says_when_nothing_was_known(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    filed = await _told_late(database, await sign_in(Role.CBO_MEMBER))
    address = f"/requests/{filed.id}/why"
    shown = await client.get(address, params={"known_on": "2026-11-25"})
    assert "As known on 25 November 2026" in shown.text
    assert "Added day" not in shown.text
    assert "Added day" in (await client.get(address)).text
    early = await client.get(address, params={"known_on": "2026-11-22"})
    assert early.status_code == 422
    assert "Nothing had been recorded about this request by then" in early.text
    client.cookies.set("language", "km")
    assert 'lang="km"' in (await client.get(address, params={"known_on": "2026-11-25"})).text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "99999-01-01", "\x00"])
async def test_a_day_that_is_none_is_told_by_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, day: str
) -> None:
    filed = await _told_late(database, await sign_in(Role.CBO_MEMBER))
    answer = await client.get(f"/api/requests/{filed.id}", params={"known_on": day})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == "known_on"
    assert (await client.get(f"/requests/{filed.id}/why", params={"known_on": day})).status_code == 422


async def test_nobody_looks_back_at_a_request_of_others(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        other = await make.member(session)
    filed = await _told_late(database, other)
    await sign_in(Role.CBO_MEMBER)
    asked = {"known_on": "2026-11-25"}
    assert (await client.get(f"/api/requests/{filed.id}", params=asked)).status_code == 404
    assert (await client.get(f"/requests/{filed.id}/why", params=asked)).status_code == 404


async def test_an_unconfirmed_number_and_a_target_are_shown_as_such_wherever_their_date_is(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    async with database.transaction() as session:
        filed = {
            statute: await make.request(
                session, member.person, NOW, received_on=date(2026, 3, 2), statute_id=statute
            )
            for statute in ("DE-IFG-2005", "UK-FOIA-2000", UNCONFIRMED)
        }
    for statute, words in (("DE-IFG-2005", "Past target"), (UNCONFIRMED, "unconfirmed")):
        for page in ("/requests", f"/requests/{filed[statute].id}"):
            assert words in (await client.get(page)).text, (statute, page)
    why = (await client.get(f"/requests/{filed[UNCONFIRMED].id}/why")).text
    assert "unconfirmed: a lawyer must check it" in why
    german = (await client.get(f"/requests/{filed['DE-IFG-2005'].id}")).text
    assert "Overdue" not in german
    values = {
        statute: (await client.get(f"/api/requests/{request.id}")).json()
        for statute, request in filed.items()
    }
    assert values["DE-IFG-2005"]["request"]["soft"]
    assert values["UK-FOIA-2000"]["request"]["confirmed"]
    assert not values[UNCONFIRMED]["request"]["confirmed"]
    assert not values[UNCONFIRMED]["deadlines"][0]["confirmed"]


async def test_the_list_of_statutes_shows_their_numbers(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    shown = (await client.get("/statutes")).text
    assert "20 working days" in shown
    assert 0 < shown.count("no number set") < 6


@pytest.mark.parametrize(
    ("role", "warned"), [(Role.STAFF, True), (Role.ADMINISTRATOR, True), (Role.CBO_MEMBER, False)]
)
async def test_who_keeps_the_calendar_is_warned_on_the_first_page(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role, monkeypatch: pytest.MonkeyPatch, warned: bool
) -> None:
    await sign_in(role)
    monkeypatch.setattr(wallclock, "now", lambda: NOW)
    assert ("The days off for 2027" in (await client.get("/")).text) is warned
