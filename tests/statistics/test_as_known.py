"""A table of a past day is what it was on that day, whatever was recorded since."""

from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from random import Random

import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.commands import DeclareDay
from rti.core.db import Database, new_id
from rti.core.roles import Role
from rti.core.validation import decode
from rti.law.events import EventKind, Outcome
from rti.models.requests import EventRow, RequestRow
from rti.requests.actions import reproject
from rti.requests.commands import MarkDuplicate
from rti.requests.corrections import as_recorded, correct
from rti.requests.date_changes import change
from rti.requests.duplicates import mark
from rti.statistics.commands import StatisticsQuery
from rti.statistics.disclosure import CoarseFigures
from rti.statistics.measures import State
from rti.statistics.method import Kind, Method
from rti.statistics.methods import METHODS
from rti.statistics.queries import Table, table
from tests import make as house
from tests.conftest import NOW
from tests.law.histories import FIRST, random_history
from tests.law.make import library
from tests.sizes import size
from tests.statistics import make
from tests.statistics.slow import Counted, kinds_known_on

BEGUN = NOW.date() + timedelta(days=1)
"""From here on the invented entries are recorded, some days for each day of what happened."""
ENDED = BEGUN + timedelta(days=120)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def _day_off(day: date) -> DeclareDay:
    return DeclareDay(country="KH", day=day, name_km="ថ្ងៃឈប់", name_en="Added day", source="A test")


async def _lived(session: AsyncSession, chance: Random, number: int) -> list[RequestRow]:
    """Requests to which anything happened, written down late and in any order, with days off declared in between."""
    cbo, body = await house.cbo(session, NOW), await house.body(session)
    statutes = [library()[name] for name in ("KH-A2I-DRAFT", "IN-RTI-2005", "UK-FOIA-2000")]
    rows: dict[object, RequestRow] = {}
    entries: list[tuple[date, float, EventRow]] = []
    for _ in range(number):
        statute = chance.choice(statutes)
        of = {"cbo_id": cbo.id, "body_id": body.id, "first_body_id": body.id}
        row = RequestRow(**make.values(statute_id=statute.id, statute_version=statute.version), **of)
        rows[row.id] = row
        history = random_history(chance, statute)
        ids = {event.id: new_id() for event in history}
        for event in history:
            result = make.event_row(event, ids, row, _moment(BEGUN))
            day = BEGUN + (event.on - FIRST) // 4 + timedelta(chance.choice([0, 0, 1, 7, 40]))
            entries.append((day, chance.random(), result))
    changes = {BEGUN + timedelta(15): date(2026, 1, 27), BEGUN + timedelta(30): date(2026, 3, 16)}
    known: dict[object, list[EventRow]] = {}
    for day, _, event in sorted(entries, key=lambda each: each[:2]):
        for declared in [each for each in changes if each <= day]:
            await change(session, _day_off(changes.pop(declared)), None, _moment(declared))
        event.recorded_at = _moment(day)
        row = rows[event.request_id]
        earlier = known.setdefault(row.id, [])
        if not earlier:
            row.known_from = day
            session.add(row)
            await session.flush()
        earlier.append(event)
        session.add(event)
        await reproject(session, row, earlier, _moment(day), "test")
        await session.refresh(row)
    return list(rows.values())


def _counted(found: Table) -> Counted:
    assert not isinstance(found.total.figures, CoarseFigures)
    counted = Counted()
    for kind, days in found.total.figures.tally.items():
        for each, number in days.items():
            counted[kind, None if found.wanted.of_method.working_days else each] += number
    return counted


def _as_asked(kinds: Counted, method: Method) -> Counted:
    """As far as a method tells kinds apart; its working days are another test's."""
    counted = Counted()
    for (kind, days), number in kinds.items():
        values = {name: getattr(kind, name) for name in method.fields}
        if method.early_counts and kind.state is State.EARLY:
            values["state"] = State.IN_TIME
        counted[Kind(**values), None if method.working_days else days] += number
    return counted


@pytest.mark.torture
async def test_the_table_of_any_day_is_the_one_that_plain_python_makes_of_what_was_recorded_by_then(
    database: Database,
) -> None:
    async with database.transaction() as session:
        chance = Random(16)
        rows = await _lived(session, chance, size(15, 2_000))
        today = ENDED + timedelta(days=400)
        days = sorted(chance.sample([BEGUN + timedelta(n) for n in range(120)], size(6, 100)))
        for day, method in zip(days, cycle(METHODS.values()), strict=False):
            found = await table(session, None, StatisticsQuery(method=method.id, as_of=day), today)
            assert found.known_on == day
            known = await kinds_known_on(session, day, [row.id for row in rows])
            assert _counted(found) == _as_asked(known, method), (day, method.id)


async def _figures(session: AsyncSession, day: date, today: date, **more: str) -> dict[object, object]:
    found = await table(session, None, decode(StatisticsQuery, {"as_of": str(day), **more}), today)
    return {
        line.keys: {state: count for state in State if (count := line.figures.counts[state])}
        for line in (*found.lines, found.total)
    }


async def test_late_entries_corrections_duplicates_and_days_off_change_no_figure_of_an_earlier_day(
    database: Database,
) -> None:
    day, later = NOW.date(), NOW + timedelta(days=3)
    today = later.date()
    async with database.transaction() as session:
        member = (await house.member(session)).person
        due_soon = await house.request(session, member, NOW, received_on=date(2026, 10, 1))
        twice = await house.request(session, member, NOW, received_on=date(2026, 10, 1))
        before = await _figures(session, day, day, by="topic")
        assert before[()] == {State.SILENT: 2}
        await house.event(
            session, due_soon.id, member, later, EventKind.ANSWERED, date(2026, 10, 5), outcome=Outcome.FULL
        )
        await correct(
            session,
            due_soon.id,
            replace(await as_recorded(session, due_soon), topic="land"),
            member,
            later,
            today,
        )
        await mark(session, twice.id, MarkDuplicate(reference=due_soon.reference), member, later, today)
        await house.request(session, member, later, received_on=date(2026, 10, 1))
        await change(session, _day_off(date(2026, 10, 2)), None, later)
        assert await _figures(session, day, today, by="topic") == before
        assert await _figures(session, today, today, by="topic") == {
            ("budget",): {State.SILENT: 1},
            ("land",): {State.IN_TIME: 1},
            (): {State.SILENT: 1, State.IN_TIME: 1},
        }
        told_now = await _figures(session, day, today, by="topic", known_on=str(today))
        assert told_now == await _figures(session, today, today, by="topic")


async def test_a_log_that_is_imported_afterwards_has_figures_of_the_days_before(
    session: AsyncSession,
) -> None:
    """Where nothing at all had been recorded by a day, what is known now is told, and that it is."""
    await make.hand_counted(session, await house.cbo(session, make.NOW))
    found = await table(session, None, StatisticsQuery(as_of=date(2026, 6, 30)), make.NOW.date())
    assert found.known_on == make.NOW.date()
    assert found.total.figures.counts[State.IN_TIME] == 3


async def test_the_table_says_until_when_entries_count(client, sign_in, database: Database) -> None:
    async with database.transaction() as session:
        await make.hand_counted(session, await house.cbo(session, make.NOW))
    await sign_in(Role.STAFF)
    page = await client.get("/statistics?as_of=2026-06-30")
    assert "Entries recorded until" in page.text
    refused = await client.get("/api/statistics?as_of=2026-06-30&known_on=2026-06-01")
    assert [fault["field"] for fault in refused.json()["faults"]] == ["known_on"]
