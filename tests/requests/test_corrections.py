"""What was recorded wrongly of a request is put right, and what was there before stays on its timeline."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.errors import Invalid
from rti.core.roles import Person, Role
from rti.law.events import EventKind, Outcome
from rti.models.accounts import AssignmentRow
from rti.models.audit import AuditAction, AuditEntryRow
from rti.models.requests import Channel, EventRow, Filing, RequestRow
from rti.requests import corrections
from rti.requests.commands import CorrectRequest
from tests import make
from tests.conftest import NOW, TODAY, SignIn

LATER = NOW + timedelta(days=1)
AS_FILED = {
    "title": "Budget of the commune",
    "topic": "budget",
    "channel": "counter",
    "body_code": "KH-010201",
}


async def filed(database: Database, person: Person, **more: Any) -> UUID:
    async with database.transaction() as session:
        return (await make.request(session, person, NOW, **more)).id


async def corrected(database: Database, person: Person, request_id: UUID, **more: Any) -> list[EventRow]:
    """Correct under the login of the person; returns the entries that were added."""
    values: dict[str, Any] = {**AS_FILED, "topic": "budget", "channel": Channel.COUNTER, **more}
    async with database.under(login_of(person)).transaction(person.id) as session:
        return list(
            await corrections.correct(
                session, request_id, CorrectRequest(**values), person, LATER, TODAY + timedelta(days=1)
            )
        )


async def test_a_member_corrects_a_request_on_its_page_and_the_timeline_tells_what_it_said(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    request_id = await filed(database, member)
    address = f"/requests/{request_id}/correct"
    shown = (await client.get(address)).text
    assert f'value="{AS_FILED["title"]}"' in shown
    assert 'value="2026-11-20"' in shown
    fields = {**AS_FILED, "title": "Road of the village", "topic": "procurement", "body_code": "KH-010202"}
    answer = await make.post_form(client, address, {**fields, "note": "Mixed up with another letter"})
    assert answer.status_code == 303, answer.text
    page = (await client.get(f"/requests/{request_id}")).text
    assert "Title: <del>Budget of the commune</del> → Road of the village" in page
    assert "Topic: <del>Budget and spending</del> → Procurement" in page
    assert "Public body: <del>KH-010201</del> → KH-010202" in page
    assert "Mixed up with another letter" in page
    detail = (await client.get(f"/api/requests/{request_id}")).json()
    assert (detail["request"]["title"], detail["request"]["topic"]) == ("Road of the village", "procurement")
    async with database.transaction() as session:
        assert UUID(detail["request"]["body_id"]) == (await make.body(session, "KH-010202")).id
        entry = await session.scalar(
            select(AuditEntryRow).where(AuditEntryRow.what == AuditAction.REQUEST_CORRECTED)
        )
        assert entry.details == {"fields": "title,topic,body_code"}


async def test_the_api_corrects_a_day_by_an_entry_in_place_of_the_wrong_one(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    member = (await sign_in(Role.CBO_MEMBER)).person
    request_id = await filed(database, member, received_on=date(2026, 11, 2))
    before = (await client.get(f"/api/requests/{request_id}")).json()
    answer = await client.put(f"/api/requests/{request_id}", json={**AS_FILED, "received_on": "2026-11-09"})
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert after["request"]["received_on"] == "2026-11-09"
    assert after["request"]["due_on"] > before["request"]["due_on"]
    wrong, right = after["events"]
    assert (wrong["happened_on"], right["happened_on"]) == ("2026-11-02", "2026-11-09")
    assert right["details"]["voids"] == wrong["id"]


async def test_days_that_were_swapped_are_corrected_together(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(
        database,
        member,
        drafted_on=date(2026, 1, 2),
        submitted_on=date(2026, 2, 3),
        received_on=date(2026, 3, 4),
    )
    await corrected(
        database,
        member,
        request_id,
        drafted_on=date(2026, 10, 2),
        submitted_on=date(2026, 10, 3),
        received_on=date(2026, 10, 4),
    )
    async with database.transaction() as session:
        row = await session.get_one(RequestRow, request_id)
        assert (row.drafted_on, row.submitted_on, row.received_on) == (
            date(2026, 10, 2),
            date(2026, 10, 3),
            date(2026, 10, 4),
        )


async def test_a_day_that_was_left_out_at_filing_is_added(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(database, member)
    (added,) = await corrected(database, member, request_id, submitted_on=date(2026, 11, 19))
    assert (added.kind, added.details) == (EventKind.SUBMITTED, {"channel": "counter"})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"received_on": TODAY + timedelta(days=9)}, "received_on"),
        ({"drafted_on": TODAY - timedelta(days=2)}, "received_on"),
        ({"received_on": TODAY}, "received_on"),
        ({"body_code": "KH-nowhere"}, "body_code"),
    ],
)
async def test_a_wrong_correction_names_the_field_and_changes_nothing(
    database: Database, wrong: dict[str, Any], field: str
) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        request = await make.request(session, member, NOW)
        await make.event(
            session,
            request.id,
            member,
            NOW,
            EventKind.ANSWERED,
            TODAY - timedelta(days=1),
            outcome=Outcome.FULL,
        )
    with pytest.raises(Invalid) as error:
        await corrected(database, member, request.id, title="Other", **wrong)
    assert [fault.field for fault in error.value.faults] == [field]
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).title == AS_FILED["title"]


async def test_no_request_is_corrected_onto_a_body_that_was_closed_before_it_was_asked(
    database: Database,
) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
        request = await make.request(session, member, NOW)
        (await make.body(session, "KH-010202")).closed_on = TODAY - timedelta(days=400)
    with pytest.raises(Invalid, match="was closed on"):
        await corrected(database, member, request.id, body_code="KH-010202")
    async with database.transaction() as session:
        assert (await session.get_one(RequestRow, request.id)).body_id == request.body_id


async def test_a_correction_in_which_nothing_differs_records_nothing(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(database, member, received_at="09:30")
    assert await corrected(database, member, request_id, note="No reason") == []


async def test_another_way_is_repeated_by_the_receipt_on_which_the_limit_depends(database: Database) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(database, member, received_at="09:30")
    entry, receipt = await corrected(database, member, request_id, channel=Channel.EMAIL, urgent=True)
    assert entry.changes == {"channel": ["counter", "email"], "urgent": [False, True]}
    assert (receipt.kind, receipt.details["channel"], receipt.details["urgent"]) == (
        EventKind.RECEIVED,
        "email",
        True,
    )
    assert receipt.happened_at, "the hour of receipt is kept"


async def test_staff_see_that_a_sealed_request_was_corrected_but_neither_by_whom_nor_the_note(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(database, member, filing=Filing.SEALED, requester_name="Sok Dara")
    await corrected(database, member, request_id, title="Right title", note="Sok Dara told me")
    async with database.transaction() as session:
        stored = (await session.scalars(select(EventRow).where(EventRow.kind == EventKind.CORRECTED))).one()
        assert b"Sok" not in (stored.note or b"")
    await sign_in(Role.STAFF)
    shown = (await client.get(f"/requests/{request_id}")).text
    assert "Right title" in shown
    assert "Sok Dara" not in shown
    view = (await client.get(f"/api/requests/{request_id}")).json()
    assert view["request"]["cbo_id"] is None
    assert view["events"][-1]["changes"] == {"title": ["Budget of the commune", "Right title"]}
    assert view["events"][-1]["note"] is None
    answer = await client.put(f"/api/requests/{request_id}", json={**AS_FILED, "title": "By staff"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["request"]["filing"] == "sealed"


async def test_staff_move_no_request_to_where_nothing_is_assigned_to_them(database: Database) -> None:
    async with database.transaction() as session:
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        session.add(AssignmentRow(person_id=staff.id, province_code="01", assigned_at=NOW))
        member = (await make.member(session)).person
    request_id = await filed(database, member)
    with pytest.raises(Invalid, match="not assigned to you"):
        await corrected(database, staff, request_id, body_code="KH-23")
    await corrected(database, staff, request_id, body_code="KH-010202")


async def test_a_request_of_somebody_else_is_not_there(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    async with database.transaction() as session:
        member = (await make.member(session)).person
    request_id = await filed(database, member)
    await sign_in(Role.CBO_MEMBER)
    assert (await client.get(f"/requests/{request_id}/correct")).status_code == 404
    assert (await client.put(f"/api/requests/{request_id}", json=AS_FILED)).status_code == 404
