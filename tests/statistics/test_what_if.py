"""Judging stored requests by another rule without changing them."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import httpx
import msgspec
import pytest
from sqlalchemy import select

from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar
from rti.law.events import Event, EventKind, Outcome
from rti.law.limits import parse_limit
from rti.models.requests import DeadlineRow, EventRow, RequestRow
from rti.requests.projection import to_law
from rti.statistics.commands import StatisticsQuery
from rti.statistics.judging import Rule, States, Story, Told, judged
from rti.statistics.measures import State
from rti.statistics.queries import table
from rti.statistics.what_if import WhatIf, compared, what_if
from rti.statutes.actions import declare_standard
from tests import make
from tests.conftest import NOW, TODAY, DoJobs, SignIn
from tests.law.histories import LAST, random_history
from tests.law.make import library
from tests.sizes import size
from tests.statistics.make import event_row, random_request

DAYS_OFF = {date(2026, 1, 1) + timedelta(9 * n): BilingualName("Holiday", "បុណ្យ") for n in range(60)}
RECEIVED = date(2026, 3, 2)
ANSWERS = (date(2026, 3, 4), date(2026, 3, 10), date(2026, 3, 20), date(2026, 4, 30), None)
"""After 2, 5 (8 March is Women's Day, a Sunday), 14 and some 40 working days, and never."""


async def _campaign(database: Database) -> str:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        campaign = await make.campaign(session, NOW, standard.id)
        for answered in ANSWERS:
            filed = await make.request(
                session, staff.person, NOW, received_on=RECEIVED, campaign_id=campaign.id
            )
            if answered:
                await make.event(
                    session, filed.id, staff.person, NOW, EventKind.ANSWERED, answered, outcome=Outcome.FULL
                )
        await make.request(session, staff.person, NOW, received_on=RECEIVED)
        return str(campaign.id)


async def test_of_those_in_time_under_fifteen_days_some_are_in_time_under_five(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    campaign = await _campaign(database)
    await sign_in(Role.STAFF)
    asked = {"limit": "5 working", "campaign_id": campaign}
    first = await client.get("/api/what-if", params=asked)
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    await do_jobs()
    view = (await client.get("/api/what-if", params=asked)).json()
    assert (view["in_time_own"], view["judged_own"]) == (3, 5)
    assert (view["in_time_other"], view["judged_other"]) == (1, 5) or view["in_time_under_both"] == 2
    assert view["in_time_under_both"] == view["in_time_other"]
    assert sum(each["requests"] for each in view["states"]) == 5
    shown = await client.get("/what-if", params=asked)
    assert f"{view['in_time_under_both']} of 3" in shown.text
    assert "5 working days" in shown.text
    client.cookies.set("language", "km")
    assert 'lang="km"' in (await client.get("/what-if", params=asked)).text


async def test_a_limit_and_the_standard_of_that_limit_judge_alike(database: Database) -> None:
    await _campaign(database)
    async with database.transaction() as session:
        for limit in ("0 working", "5 working", "14 calendar", "1 month"):
            standard = await declare_standard(session, parse_limit(limit), NOW, countries=["KH"])
            by_limit = await what_if(session, None, WhatIf(limit=limit), TODAY)
            by_statute = await what_if(session, None, WhatIf(statute_id=standard.id), TODAY)
            assert by_limit.states == by_statute.states


async def test_their_own_limit_gives_their_own_result_on_any_day(database: Database) -> None:
    campaign = await _campaign(database)
    async with database.transaction() as session:
        for as_of in (RECEIVED, date(2026, 3, 10), date(2026, 3, 23), date(2026, 3, 24), TODAY):
            found = await what_if(
                session, None, WhatIf(limit="15 working", campaign_id=campaign, as_of=as_of), TODAY
            )
            assert found.states
            assert all(own is other for own, other in found.states)
        before = await what_if(session, None, WhatIf(limit="15 working", as_of=date(2026, 3, 1)), TODAY)
        assert before.states == {}
        assert before.still_in_time.percent(0) is None


async def test_nothing_is_changed(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    async def stored() -> list[object]:
        async with database.transaction() as session:
            due = await session.execute(select(RequestRow.id, RequestRow.due_on).order_by(RequestRow.id))
            clocks = await session.execute(
                select(DeadlineRow.request_id, DeadlineRow.due_on).order_by(DeadlineRow.request_id)
            )
            return [*map(tuple, due), *map(tuple, clocks)]

    await _campaign(database)
    await sign_in(Role.STAFF)
    before = await stored()
    for asked in ({"limit": "5 working"}, {"statute_id": "UK-FOIA-2000"}):
        again = await client.get("/what-if", params=asked)
        assert again.status_code == 303
        await do_jobs()
        shown = await client.get(again.headers["location"])
        assert "Own rule compared with the other rule" in shown.text
    assert await stored() == before


async def test_a_question_has_one_answer_until_what_it_rests_on_changes(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, do_jobs: DoJobs
) -> None:
    await _campaign(database)
    await sign_in(Role.WORKING_GROUP)
    asked = {"statute_id": "UK-FOIA-2000"}
    ids = {(await client.get("/api/what-if", params=asked)).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    waits = await client.get("/what-if", params=asked)
    assert "<progress" in waits.text
    assert '<meta http-equiv="refresh"' in waits.text
    assert (await do_jobs()).words == "1 done"
    answer = await client.get("/api/what-if", params=asked)
    assert (answer.status_code, answer.json()["rule"]) == (200, "UK-FOIA-2000")
    async with database.transaction() as session:
        member = (await make.member(session)).person
        await make.request(session, member, NOW, received_on=RECEIVED)
    assert (await client.get("/api/what-if", params=asked)).status_code == 202
    await sign_in(Role.STAFF)
    assert (await client.get("/api/what-if", params=asked)).status_code == 202


def _one_by_one(rule: Rule, stories: list[Story]) -> States:
    states: States = Counter()
    for own, number, message in stories:
        events = [to_law(each) for each in msgspec.json.decode(message, type=list[Told])]
        states[own, rule.state(rule.facts(events))] += number
    return states


@pytest.mark.torture
def test_stories_that_differ_in_the_day_of_their_answer_are_judged_as_each_by_itself() -> None:
    """Random histories, each answered on any of many days, under every statute."""
    chance = Random(7)
    for statute in library().values():
        rule = Rule(statute, Calendar(days_off=DAYS_OFF), LAST)
        for _ in range(size(2, 200)):
            before = [each for each in random_history(chance, statute) if each.kind is not EventKind.ANSWERED]
            begun = max((each.on for each in before), default=RECEIVED)
            stories = []
            for day in chance.sample(range(1, 160), 40):
                ids = {each.id: new_id() for each in before}
                answer = Event(
                    EventKind.ANSWERED, begun + timedelta(day), outcome=chance.choice([*Outcome][:3]), id="z"
                )
                row = RequestRow(id=new_id(), cbo_id=new_id())
                rows = [event_row(each, {**ids, "z": new_id()}, row, NOW) for each in [*before, answer]]
                rows.sort(key=lambda each: (each.happened_on, each.id))
                stories.append((State.LATE, 1, _as_json(rows)))
            assert judged(rule, stories) == _one_by_one(rule, stories), statute.id


def _as_json(rows: list[EventRow]) -> bytes:
    return msgspec.json.encode([[getattr(row, name) for name in Told.__struct_fields__] for row in rows])


async def test_many_stories_are_judged_by_another_process_which_tells_how_far_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign(database)
    wanted = WhatIf(statute_id="UK-FOIA-2000", campaign_id=campaign, as_of=TODAY)
    async with database.transaction() as session:
        at_once = await compared(session, wanted)
        monkeypatch.setattr("rti.statistics.what_if.AT_ONCE", 2)
        values: list[int] = []
        assert await compared(session, wanted, values.append) == at_once
    assert values == [2, 4, 5]


async def test_a_draft_leaves_out_what_it_gives_no_date_for(database: Database) -> None:
    await _campaign(database)
    async with database.transaction() as session:
        found = await what_if(session, None, WhatIf(statute_id="TH-OIA-1997"), TODAY)
    assert {other for _, other in found.states} == {State.NO_DATE}
    assert found.in_time_other.denominator == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"as_of": "2026-01-01"}, "limit"),
        ({"limit": "5 working", "statute_id": "UK-FOIA-2000"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "5 working", "as_of": "2199-01-01"}, "as_of"),
        ({"limit": "5 working", "country": "XX"}, "country"),
        ({"limit": "5 working", "campaign_id": "x"}, "campaign_id"),
        ({"statute_id": "NONE"}, "statute_id"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(
    client: httpx.AsyncClient, sign_in: SignIn, asked: dict[str, str], field: str
) -> None:
    await sign_in(Role.STAFF)
    answer = await client.get("/api/what-if", params=asked)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == field
    assert (await client.get("/what-if", params=asked)).status_code == 422


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.ADMINISTRATOR])
async def test_other_roles_do_not_ask(client: httpx.AsyncClient, sign_in: SignIn, role: Role) -> None:
    await sign_in(role)
    assert (await client.get("/what-if")).status_code == 403
    assert (await client.get("/api/what-if", params={"limit": "5 working"})).status_code == 403


@pytest.mark.torture
async def test_the_same_statute_gives_every_request_the_state_that_it_has_in_the_tables(
    database: Database,
) -> None:
    """Random histories under every statute, judged once more under their own."""
    chance = Random(16)
    async with database.transaction() as session:
        cbo, body = await make.cbo(session, NOW), await make.body(session)
        for statute in library().values():
            async with session.begin_nested() as stored:
                for _ in range(size(4, 12)):
                    await random_request(session, chance, statute, cbo, body)
                found = await what_if(session, None, WhatIf(statute_id=statute.id), LAST)
                counted = await table(session, None, StatisticsQuery(early=True), LAST)
                assert all(own is other for own, other in found.states), statute.id
                assert {own: count for (own, _), count in found.states.items()} == {
                    state: count for state in State if (count := counted.total.figures.counts[state])
                }
                await stored.rollback()
