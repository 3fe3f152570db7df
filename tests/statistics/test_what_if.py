"""Judging stored requests by another rule without changing them."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from sqlalchemy import select

from rti.core.attributes import from_attributes
from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.core.wallclock import HOME_ZONE
from rti.law.bilingual import BilingualName
from rti.law.calendars import Calendar
from rti.law.deadlines import Deadline
from rti.law.events import Event, EventKind, Ground, Outcome
from rti.law.limits import Limit, Unit, parse_limit
from rti.law.rules import ClockKind, Counting, Term
from rti.law.statutes import Statute, standard
from rti.models.requests import DeadlineRow, RequestRow
from rti.requests.batch_projection import TOLD_APART, heard_apart
from rti.requests.projection import Projection, decisive_part, project
from rti.statistics.commands import StatisticsQuery
from rti.statistics.judging import Rule, Story, Told, judged
from rti.statistics.measures import Facts, State
from rti.statistics.queries import table
from rti.statistics.what_if import WhatIf, compared, what_if
from rti.statutes.actions import declare_standard
from tests import make
from tests.conftest import NOW, TODAY, DoJobs, SignIn
from tests.law.histories import FIRST, LAST, random_history
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


_CLOCKS = standard("9 working").clocks[0]
ODD = replace(
    standard("9 working", counting=Counting(cut_off=time(12))),
    clocks=(
        replace(
            _CLOCKS,
            kind=ClockKind.ACKNOWLEDGEMENT,
            starts=frozenset({EventKind.DRAFTED}),
            met_by=frozenset({EventKind.ACKNOWLEDGED}),
        ),
        replace(
            _CLOCKS,
            starts=frozenset({EventKind.SUBMITTED}),
            or_lapse_of=ClockKind.ACKNOWLEDGEMENT,
            by_outcome={Outcome.PARTIAL: Term(Limit(3, Unit.WORKING), "1")},
        ),
    ),
)
"""Goes by all that stories leave out; the lapse of one clock starts the other."""


_AGAIN = (EventKind.RECEIVED, EventKind.ANSWERED, EventKind.TRANSFERRED, EventKind.RECEIVED)
"""Under some statutes the transfer begins another round, under others not."""


def _akin(chance: Random, statute: Statute) -> list[list[Event]]:
    """Histories that differ in the days of draft, hand-over and answer, in the outcome and in what it rests on."""

    def perhaps_timed(event: Event) -> Event:
        at = datetime.combine(event.on, time(chance.randrange(24)), ZoneInfo(HOME_ZONE))
        return replace(event, at=at) if chance.random() < 0.1 else event

    kept = chance.choice([0, 1, 2, 3, 4, 12])
    history = [*map(perhaps_timed, random_history(chance, statute)[:kept])]
    if chance.random() < 0.3:
        some = [kind for kind in _AGAIN if chance.random() < 0.8]
        history = [Event(kind, FIRST + timedelta(2 * n), id=f"{n}") for n, kind in enumerate(some)]
    elif chance.random() < 0.7:
        history = [each for each in history if each.kind is not EventKind.ANSWERED]
    begun, ended = (when((each.on for each in history), default=FIRST) for when in (min, max))
    result = []
    for _ in range(12):
        handed_over = begun + timedelta(chance.randrange(-3, 1 if history else 20))
        drafted = handed_over - timedelta(chance.randrange(3))
        answered = Event(
            EventKind.ANSWERED,
            max(ended, handed_over) + timedelta(chance.choice([*range(12), 30, 60])),
            outcome=chance.choice([*Outcome][:4]),
            undated=chance.random() < 0.1,
            ground=chance.choice([None, Ground.COST]),
            id="answered",
        )
        more = (
            Event(EventKind.DRAFTED, drafted, id="drafted"),
            Event(EventKind.SUBMITTED, handed_over, id="submitted"),
            answered,
        )
        told = [perhaps_timed(each) for each in more if chance.random() < 0.9]
        result.append([*told, *history])
    return [each for each in result if each]


def _stories(chance: Random, rule: Rule, requests: list[tuple[list[Event], Projection]]) -> list[Story]:
    """As the database tells them: grouped, each with the events of one of its requests."""
    groups: defaultdict[object, list[tuple[list[Event], Projection]]] = defaultdict(list)
    for events, projection in requests:
        apart = (getattr(projection, column.key) for column in heard_apart(rule.statute))
        groups[projection.story, *apart].append((events, projection))
    return [
        (
            _as_json(chance.choice(group)[0]),
            msgspec.json.encode([(_state(rule, each), each.answered_on, 1) for _, each in group]),
        )
        for group in groups.values()
    ]


def _state(rule: Rule, projection: Projection) -> State:
    return rule.state(from_attributes(Facts, projection))


def _requests(
    chance: Random, statutes: list[Statute], calendar: Calendar
) -> list[tuple[list[Event], Projection]]:
    """Each filed under any statute, and under one by which a transfer is a return."""
    home = library()["KH-A2I-DRAFT"]
    return [
        (history, project(own, calendar, history))
        for statute in statutes * size(3, 30)
        for history in _akin(chance, statute)
        for own in (home, chance.choice(statutes))
    ]


@pytest.mark.torture
def test_stories_are_judged_as_each_of_their_requests_by_itself() -> None:
    """Random histories, judged by any statute as of days in between."""
    chance, statutes = Random(7), [*library().values(), ODD]
    calendar, shared = Calendar(days_off=DAYS_OFF), 0
    requests = _requests(chance, statutes, calendar)
    for other in (ODD, *chance.sample(statutes[:-1], size(4, len(statutes) - 1))):
        for as_of in (date(2026, 2, 1), date(2026, 3, 1), LAST):
            rule = Rule(decisive_part(other), calendar, as_of)
            begun = [each for each in requests if _begun(each[1]) <= as_of]
            stories = _stories(chance, rule, begun)
            one_by_one = Counter(
                (_state(rule, projection), _state(rule, project(other, calendar, events)))
                for events, projection in begun
            )
            assert judged(rule, stories) == one_by_one, other.id
            shared += len(begun) - len(stories)
    assert shared > 1000


@pytest.mark.torture
def test_the_same_story_and_what_it_leaves_out_give_the_same_clocks_under_any_law() -> None:
    chance, statutes = Random(8), [*library().values(), ODD]
    calendar, shared = Calendar(days_off=DAYS_OFF), 0
    requests = _requests(chance, statutes, calendar)
    for other in (ODD, *chance.sample(statutes[:-1], size(4, len(statutes) - 1))):
        clocks: dict[object, tuple[Deadline, ...]] = {}
        for events, projection in requests:
            whole = projection.story, *(getattr(projection, column.key) for column in TOLD_APART)
            found = project(other, calendar, events).deadlines
            assert clocks.setdefault(whole, found) == found, (other.id, events)
        shared += len(requests) - len(clocks)
    assert shared > 1000


def _begun(projection: Projection) -> date:
    days = (projection.received_on, projection.submitted_on, projection.drafted_on, projection.answered_on)
    return next(filter(None, days), FIRST)


def _as_json(history: list[Event]) -> bytes:
    ids = {each.id: new_id() for each in history}
    rows = [event_row(each, ids, RequestRow(id=new_id(), cbo_id=new_id()), NOW) for each in history]
    return msgspec.json.encode([[getattr(row, name) for name in Told.__struct_fields__] for row in rows])


async def test_many_stories_are_judged_by_another_process_which_tells_how_far_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign(database)
    wanted = WhatIf(statute_id="UK-FOIA-2000", campaign_id=campaign, as_of=TODAY)
    async with database.transaction() as session:
        at_once = await compared(session, wanted)
        monkeypatch.setattr("rti.statistics.what_if.AT_ONCE", 1)
        values: list[int] = []
        assert await compared(session, wanted, values.append) == at_once
    assert values in ([1, 5], [4, 5])


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
