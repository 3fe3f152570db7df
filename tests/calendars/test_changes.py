"""Declaring, withdrawing and confirming days off, and what that does to open requests."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.commands import DeclareDay
from rti.calendars.queries import calendar_of, warning
from rti.core.db import Database
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.law.limits import parse_limit
from rti.law.rules import ClockKind
from rti.models.calendars import CalendarYearRow, DayOffRow
from rti.models.requests import DateChangeRow, DeadlineRow, RequestRow
from rti.requests import recalculation
from rti.requests.date_changes import change
from rti.requests.queries import events_of
from rti.statutes.actions import declare_standard
from tests import make
from tests.conftest import NOW, SignIn
from tests.waiting import blocked, until

ADDED = date(2022, 6, 6)
DAY = {"day": "2022-06-06", "name_km": "ថ្ងៃឈប់បន្ថែម", "name_en": "Added day", "source": "Sub-decree 106"}
RECEIVED = date(2022, 5, 20)


async def _open_requests(database: Database, member: make.Member, *received: date) -> list[RequestRow]:
    async with database.transaction() as session:
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        return [
            await make.request(session, member.person, NOW, received_on=day, statute_id=standard.id)
            for day in received
        ]


async def _one(database: Database, request_id: UUID) -> tuple[RequestRow, list[DateChangeRow]]:
    async with database.transaction() as session:
        changes = await session.scalars(
            select(DateChangeRow).where(DateChangeRow.request_id == request_id).order_by(DateChangeRow.id)
        )
        return await session.get_one(RequestRow, request_id), list(changes)


async def test_the_first_list_of_a_country_counts_before_it_was_loaded_and_a_later_day_from_then_on(
    session: AsyncSession,
) -> None:
    """Nobody noted when the first became known."""
    later = NOW + timedelta(days=1)
    await change(session, DeclareDay(country="KH", **DAY | {"day": ADDED}), None, later)
    known = [
        (await calendar_of(session, ["KH", "GB-SCT"], frozenset(), moment)).days_off.keys()
        for moment in (NOW - timedelta(days=365), NOW, later, None)
    ]
    assert known[0] == known[1] == known[2] - {ADDED}
    assert known[2] == known[3]
    assert ADDED in known[2]


async def test_an_added_day_off_moves_an_open_date_and_its_withdrawal_moves_it_back(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    (filed,) = await _open_requests(database, member, RECEIVED)
    assert filed.due_on == date(2022, 6, 10)

    preview = await client.get("/calendar/declare", params=DAY)
    assert "Dates of 1 request change" in preview.text
    assert filed.reference in preview.text
    assert "10 June 2022" in preview.text
    assert "13 June 2022" in preview.text
    untouched, changes = await _one(database, filed.id)
    assert (untouched.due_on, changes) == (date(2022, 6, 10), [])

    page = f"/calendar/declare?{httpx.QueryParams(DAY)}"
    done = await make.post_form(client, "/calendar/declare", DAY, page=page)
    assert done.status_code == 303, done.text
    assert "Added day" in (await client.get(done.headers["location"])).text
    moved, changes = await _one(database, filed.id)
    assert (moved.due_on, moved.next_due_on) == (date(2022, 6, 13), date(2022, 6, 13))
    assert [(c.kind, c.old_due_on, c.new_due_on, c.cause) for c in changes] == [
        (ClockKind.REPLY, date(2022, 6, 10), date(2022, 6, 13), "day_off 2022-06-06")
    ]
    shown = await client.get(f"/requests/{filed.id}")
    assert "Day off declared: 6 June 2022" in shown.text
    assert "6 June 2022 is skipped: Added day" in (await client.get(f"/requests/{filed.id}/why")).text

    answer = await client.post("/api/calendar/withdrawals", json={"day": "2022-06-06"})
    assert answer.json()["requests"] == 1
    back, changes = await _one(database, filed.id)
    assert back.due_on == date(2022, 6, 10)
    assert changes[-1].cause == "day_off_withdrawn 2022-06-06"


async def test_requests_whose_window_holds_the_day_move_whether_they_are_answered_or_not(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    over, inside, last_day, _ahead, answered = await _open_requests(
        database, member, date(2022, 4, 1), RECEIVED, date(2022, 5, 16), date(2022, 6, 7), RECEIVED
    )
    async with database.transaction() as session:
        await make.event(
            session,
            answered.id,
            member.person,
            NOW,
            EventKind.ANSWERED,
            date(2022, 5, 30),
            outcome=Outcome.FULL,
        )
    view = (await client.post("/api/calendar/days-off", json=DAY)).json()
    assert last_day.due_on is not None
    assert last_day.due_on >= ADDED
    assert (view["looked_at"], view["requests"]) == (3, 3)
    moved = {inside.reference, last_day.reference, answered.reference}
    assert {move["reference"] for move in view["first"]} == moved
    assert (await _one(database, over.id))[1] == []


async def test_a_day_off_that_is_declared_later_makes_an_answer_in_time_and_its_withdrawal_late_again(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    (filed,) = await _open_requests(database, member, RECEIVED)
    assert filed.due_on
    answered_on = filed.due_on + timedelta(3 if filed.due_on.weekday() == 4 else 1)
    async with database.transaction() as session:
        await make.event(
            session, filed.id, member.person, NOW, EventKind.ANSWERED, answered_on, outcome=Outcome.FULL
        )

    async def counts() -> tuple[int, int]:
        found = (await client.get("/api/statistics")).json()["total"]["counts"]
        return found["in_time"], found["late"]

    assert await counts() == (0, 1)
    view = (await client.post("/api/calendar/days-off", json=DAY)).json()
    assert (view["become_in_time"], view["become_late"]) == (1, 0)
    assert await counts() == (1, 0)
    withdrawn = {"country": "KH", "day": DAY["day"]}
    preview = (await client.post("/api/calendar/withdrawals?preview=1", json=withdrawn)).json()
    assert (preview["become_in_time"], preview["become_late"]) == (0, 1)
    assert "1 answer becomes late" in (await client.get("/calendar/withdraw", params=withdrawn)).text


async def test_many_batches_end_as_if_each_request_had_been_filed_after_the_change(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculation, "AT_ONCE", 2)
    member = await sign_in(Role.STAFF)
    days = [date.fromordinal(date(2022, 5, 9).toordinal() + n) for n in range(30)]
    before = await _open_requests(database, member, *days)
    await client.post("/api/calendar/days-off", json=DAY)
    after = await _open_requests(database, member, *days)
    async with database.transaction() as session:

        async def stored(request: RequestRow) -> list[Any]:
            clocks = await session.scalars(select(DeadlineRow).where(DeadlineRow.request_id == request.id))
            row = await session.get_one(RequestRow, request.id)
            return [
                (row.due_on, row.next_due_on, row.provisional),
                *((c.kind, c.epoch, c.state, c.due_on, c.provisional, c.steps) for c in clocks),
            ]

        for old, new in zip(before, after, strict=True):
            assert await stored(old) == await stored(new)


async def test_corrections_extensions_and_withdrawals_are_folded_like_any_other_request(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    """Requests of one day whose stories differ: each moves as its own story says."""
    member = await sign_in(Role.STAFF)
    plain, corrected, extended, withdrawn = await _open_requests(database, member, *[RECEIVED] * 4)
    longer: dict[str, Any] = {"days": "5 working"}
    async with database.transaction() as session:
        for request, kind, more in (
            (corrected, EventKind.EXTENDED, longer),
            (extended, EventKind.EXTENDED, longer),
            (withdrawn, EventKind.WITHDRAWN, {}),
        ):
            await make.event(session, request.id, member.person, NOW, kind, date(2022, 5, 25), **more)
        entries = await events_of(session, corrected.id)
        void = next(entry.id for entry in entries if entry.kind is EventKind.EXTENDED)
        await make.event(
            session, corrected.id, member.person, NOW, EventKind.CORRECTED, date(2022, 5, 26), voids=void
        )
    view = (await client.post("/api/calendar/days-off", json=DAY)).json()
    assert (view["looked_at"], view["requests"]) == (3, 3)
    days = [(await _one(database, each.id))[0].due_on for each in (plain, corrected, extended, withdrawn)]
    assert days == [date(2022, 6, 13), date(2022, 6, 13), date(2022, 6, 20), date(2022, 6, 10)]


def _declared() -> DeclareDay:
    return DeclareDay(country="KH", day=ADDED, name_km=DAY["name_km"], name_en="Added day", source="106")


async def test_a_request_filed_while_a_day_off_is_declared_counts_with_it(database: Database) -> None:
    async with database.transaction() as session:
        standard = await declare_standard(session, parse_limit("15 working"), NOW, countries=["KH"])
        staff = await make.member(session, Role.STAFF)

    async def file() -> RequestRow:
        async with database.transaction() as session:
            return await make.request(
                session, staff.person, NOW, received_on=RECEIVED, statute_id=standard.id
            )

    async with database.transaction() as session:
        await change(session, _declared(), None, NOW)
        filing = asyncio.create_task(file())

        async def waits() -> bool:
            assert not filing.done(), "the request was filed by the old calendar"
            return await blocked(session)

        await until(waits)
    assert (await filing).due_on == date(2022, 6, 13)


async def test_pages_read_on_while_a_day_off_is_declared(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    (filed,) = await _open_requests(database, member, RECEIVED)
    async with database.transaction() as session:
        assert (await change(session, _declared(), None, NOW)).requests == 1
        for page in ("/requests", f"/requests/{filed.id}", f"/requests/{filed.id}/why", "/calendar"):
            assert (await client.get(page)).status_code == 200
        assert "10 June 2022" in (await client.get(f"/requests/{filed.id}")).text
    assert "13 June 2022" in (await client.get(f"/requests/{filed.id}")).text


async def test_a_day_on_a_weekend_moves_nothing(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    await _open_requests(database, member, RECEIVED)
    view = (await client.post("/api/calendar/days-off", json={**DAY, "day": "2022-06-05"})).json()
    assert (view["looked_at"], view["requests"], view["rewritten"]) == (1, 0, 0)


async def test_a_confirmed_year_makes_its_dates_no_longer_provisional(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = await sign_in(Role.STAFF)
    (filed,) = await _open_requests(database, member, RECEIVED)
    assert filed.provisional
    confirm = {"country": "KH", "year": "2022", "source": "Sub-decree 199"}
    shown = await client.get("/calendar/confirm", params=confirm)
    assert "Dates of 0 requests change" in shown.text
    page = f"/calendar/confirm?{httpx.QueryParams(confirm)}"
    assert (await make.post_form(client, "/calendar/confirm", confirm, page=page)).status_code == 303
    confirmed, changes = await _one(database, filed.id)
    assert (confirmed.provisional, confirmed.due_on, changes) == (False, date(2022, 6, 10), [])
    listed = (await client.get("/api/calendar", params={"year": "2022"})).json()
    assert (listed["status"], listed["source"]) == ("confirmed", "Sub-decree 199")


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("days-off", {**DAY, "day": "2022-02-30"}, "day"),
        ("days-off", {**DAY, "day": "2201-01-01"}, "day"),
        ("days-off", {**DAY, "day": "2022-04-14"}, "day"),
        ("days-off", {**DAY, "country": "XX"}, "country"),
        ("days-off", {**DAY, "name_km": "\x00"}, "name_km"),
        ("days-off", {**DAY, "source": ""}, "source"),
        ("withdrawals", {"day": "2022-06-06"}, "day"),
        ("confirmations", {"year": 2**70, "source": "x"}, "year"),
        ("confirmations", {"year": 2150, "source": "x"}, "year"),
    ],
)
async def test_a_wrong_change_names_the_field_and_changes_nothing(
    client: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    path: str,
    sent: dict[str, object],
    field: str,
) -> None:
    async def state() -> tuple[int | None, int | None]:
        async with database.transaction() as session:
            days = await session.scalar(select(func.count()).where(DayOffRow.withdrawn_at.is_(None)))
            years = await session.scalar(select(func.count()).where(CalendarYearRow.confirmed))
            return days, years

    await sign_in(Role.ADMINISTRATOR)
    before = await state()
    answer = await client.post(f"/api/calendar/{path}", json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["faults"][0]["field"] == field
    assert await state() == before


async def test_a_form_with_a_fault_comes_back_beside_the_list(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await sign_in(Role.STAFF)
    shown = await client.get("/calendar/declare", params={**DAY, "day": "yesterday"})
    assert shown.status_code == 422
    assert "Enter a date between 1900 and 2200" in shown.text
    assert 'value="Added day"' in shown.text
    assert (await client.get("/calendar/abolish")).status_code == 404


@pytest.mark.parametrize("role", [Role.CBO_MEMBER, Role.CBO_LEAD, Role.WORKING_GROUP])
async def test_other_roles_read_the_calendar_and_change_none(
    client: httpx.AsyncClient, sign_in: SignIn, role: Role
) -> None:
    await sign_in(role)
    shown = await client.get("/calendar", params={"year": "2022"})
    assert shown.status_code == 200
    assert "Declare a day off" not in shown.text
    assert (await client.get("/calendar/declare", params=DAY)).status_code == 403
    for path, sent in (("days-off", DAY), ("withdrawals", {"day": "2022-04-14"})):
        assert (await client.post(f"/api/calendar/{path}", json=sent)).status_code == 403


async def test_an_administrator_sees_how_many_move_and_never_which(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        staff = await make.member(session, Role.STAFF)
    (filed,) = await _open_requests(database, staff, RECEIVED)
    await sign_in(Role.ADMINISTRATOR)
    shown = await client.get("/calendar/declare", params=DAY)
    assert "Dates of 1 request change" in shown.text
    assert filed.reference not in shown.text
    view = (await client.post("/api/calendar/days-off?preview=1", json=DAY)).json()
    assert (view["requests"], view["first"]) == (1, [])


async def test_the_list_names_its_days_in_both_languages(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    english = await client.get("/calendar", params={"year": "2022"})
    assert "Provisional" in english.text
    assert "Independence Day" in english.text
    client.cookies.set("language", "km")
    khmer = await client.get("/calendar", params={"year": "២០២២"})
    assert "ឯករាជ្យ" in khmer.text
    assert (await client.get("/calendar", params={"year": "1"})).status_code == 422


async def test_staff_are_warned_from_october_on_until_next_year_is_confirmed(database: Database) -> None:
    async with database.transaction() as session:
        assert await warning(session, date(2026, 9, 30)) is None
        result = await warning(session, date(2026, 10, 1))
        assert result is not None
        assert "2027" in result.render()
        missing = await warning(session, date(2027, 12, 31))
        assert missing is not None
        assert "missing" in missing.render()
        row = await session.get_one(CalendarYearRow, ("KH", 2027))
        row.confirmed = True
        await session.flush()
        assert await warning(session, datetime(2026, 12, 1, tzinfo=UTC).date()) is None
