"""Filing requests and recording what happened to them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import Database
from rti.core.errors import Invalid, NotFound
from rti.core.roles import Role
from rti.law.events import EventKind, Outcome
from rti.law.rules import ClockKind
from rti.law.status import NEVER, RequestStatus
from rti.models.requests import DateChangeRow, DeadlineRow, EventRow, RequestRow
from rti.requests.queries import events_of
from rti.requests.reading import one
from tests import make
from tests.conftest import NOW, TODAY


async def test_days_of_drafting_handing_over_and_receipt_are_kept_apart(session: AsyncSession) -> None:
    member = await make.member(session)
    request = await make.request(
        session,
        member.person,
        NOW,
        drafted_on=date(2026, 10, 1),
        submitted_on=date(2026, 10, 5),
        received_on=date(2026, 10, 7),
    )
    days = (request.drafted_on, request.submitted_on, request.received_on)
    assert days == (date(2026, 10, 1), date(2026, 10, 5), date(2026, 10, 7))
    events = (await session.scalars(select(EventRow).where(EventRow.request_id == request.id))).all()
    assert [event.kind for event in events] == [EventKind.DRAFTED, EventKind.SUBMITTED, EventKind.RECEIVED]
    assert {event.recorded_at for event in events} == {NOW}


async def test_a_request_of_which_nobody_knows_that_it_arrived_has_no_due_date_and_a_day_to_ask(
    session: AsyncSession,
) -> None:
    member = await make.member(session)
    request = await make.request(
        session, member.person, NOW, received_on=None, submitted_on=date(2026, 11, 20)
    )
    assert (request.status, request.due_on, request.next_due_on) == (
        RequestStatus.SUBMITTED,
        None,
        date(2026, 12, 9),
    )


async def test_the_benchmark_of_the_draft_counts_five_working_days_across_khmer_new_year(
    session: AsyncSession,
) -> None:
    """Received on Wednesday 12 April 2023; 13 to 16 April are Khmer New Year: due on 20 April."""
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2023, 4, 12))
    assert (request.due_on, request.binding) == (date(2023, 4, 20), False)


async def test_an_answer_closes_the_request_with_its_outcome(session: AsyncSession) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2026, 11, 9))
    await make.event(
        session,
        request.id,
        member.person,
        NOW,
        EventKind.ANSWERED,
        date(2026, 11, 12),
        outcome=Outcome.PARTIAL,
    )
    assert (request.status, request.outcome) == (RequestStatus.ANSWERED, Outcome.PARTIAL)
    assert request.answered_on == date(2026, 11, 12)
    assert request.next_due_on == NEVER


async def test_a_corrected_receipt_moves_the_date_and_the_move_stays_on_the_timeline(
    session: AsyncSession,
) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2023, 4, 12))
    receipt = (await session.scalars(select(EventRow).where(EventRow.request_id == request.id))).one()
    await make.event(
        session, request.id, member.person, NOW, EventKind.RECEIVED, date(2023, 4, 11), voids=receipt.id
    )
    assert (request.received_on, request.due_on) == (date(2023, 4, 11), date(2023, 4, 19))
    moves = (await session.scalars(select(DateChangeRow).where(DateChangeRow.request_id == request.id))).all()
    assert [(move.old_due_on, move.new_due_on) for move in moves] == [(date(2023, 4, 20), date(2023, 4, 19))]
    clocks = select(func.count()).select_from(DeadlineRow).where(DeadlineRow.request_id == request.id)
    assert await session.scalar(clocks)


async def test_every_deadline_is_kept_with_the_steps_that_lead_to_it(session: AsyncSession) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2023, 4, 12))
    reply = await session.get_one(DeadlineRow, (request.id, ClockKind.REPLY, 1))
    codes = [step["code"] for step in reply.steps]
    assert "holiday" in codes
    assert "draft" in codes


WRONG_DAYS: list[tuple[dict[str, Any], set[str]]] = [
    ({"received_on": date(2026, 11, 24)}, {"received_on"}),
    ({"submitted_on": date(2026, 11, 10), "received_on": date(2026, 11, 9)}, {"received_on"}),
    (
        {"drafted_on": date(2026, 12, 1), "submitted_on": date(2026, 12, 2), "received_on": None},
        {"drafted_on", "submitted_on"},
    ),
]


@pytest.mark.parametrize(("days", "fields"), WRONG_DAYS)
async def test_days_to_come_or_out_of_order_are_refused(
    database: Database, days: dict[str, Any], fields: set[str]
) -> None:
    async with database.transaction() as session:
        member = await make.member(session)
    with pytest.raises(Invalid) as error:
        async with database.transaction() as session:
            await make.request(session, member.person, NOW, **days)
    assert {fault.field for fault in error.value.faults} == fields
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(RequestRow)) == 0


async def test_references_are_numbered_for_each_organisation(session: AsyncSession) -> None:
    first, second = await make.member(session), await make.member(session)
    references = [(await make.request(session, who.person, NOW)).reference for who in (first, first, second)]
    assert [reference.rsplit("-", 1)[1][:4] for reference in references] == ["0001", "0002", "0001"]


async def test_a_number_that_somebody_gave_by_hand_is_passed_over(session: AsyncSession) -> None:
    cbo = await make.cbo(session, NOW, code="KOH")
    member = await make.member(session, of=cbo)
    await make.request(session, member.person, NOW, reference="KOH-0001")
    assert (await make.request(session, member.person, NOW)).reference[:-1] == "KOH-0002"


async def test_a_reference_can_be_given_once_in_an_organisation(database: Database) -> None:
    async with database.transaction() as session:
        member, other = await make.member(session), await make.member(session)
        await make.request(session, member.person, NOW, reference="A-1")
        await make.request(session, other.person, NOW, reference="A-1")
    with pytest.raises(Invalid, match="reference: Your organisation already has a request"):
        async with database.transaction() as session:
            await make.request(session, member.person, NOW, reference="A-1")


async def test_a_request_of_another_organisation_looks_like_a_missing_one(database: Database) -> None:
    async with database.transaction() as session:
        member, stranger = await make.member(session), await make.member(session)
        request = await make.request(session, member.person, NOW)
    for attempt in (
        lambda s: one(s, stranger.person, request.id),
        lambda s: make.event(s, request.id, stranger.person, NOW, EventKind.WITHDRAWN, TODAY),
    ):
        with pytest.raises(NotFound):
            async with database.transaction() as session:
                await attempt(session)


WRONG_EVENTS: list[tuple[EventKind, date, dict[str, Any], str]] = [
    (EventKind.ANSWERED, TODAY, {}, "outcome"),
    (EventKind.ANSWERED, date(2026, 11, 24), {"outcome": Outcome.FULL}, "happened_on"),
    (EventKind.ANSWERED, date(2026, 11, 1), {"outcome": Outcome.FULL}, "happened_on"),
    (EventKind.ANSWERED, TODAY, {"outcome": Outcome.FULL, "until": date(2026, 12, 1)}, "until"),
    (EventKind.ANSWERED, TODAY, {"outcome": Outcome.PARTIAL, "until": TODAY}, "until"),
    (EventKind.EXTENDED, TODAY, {}, "days"),
    (EventKind.EXTENDED, TODAY, {"days": "10 wrking"}, "days"),
    (EventKind.CORRECTED, TODAY, {}, "voids"),
    (EventKind.RECEIVED, TODAY, {}, "voids"),
    (EventKind.SUBMITTED, TODAY, {}, "happened_on"),
]


@pytest.mark.parametrize(("kind", "day", "more", "field"), WRONG_EVENTS)
async def test_an_event_that_cannot_be_is_told_by_its_field(
    session: AsyncSession, kind: EventKind, day: date, more: dict[str, Any], field: str
) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW)
    with pytest.raises(Invalid) as error:
        await make.event(session, request.id, member.person, NOW, kind, day, **more)
    assert [fault.field for fault in error.value.faults] == [field]


@pytest.mark.parametrize("role", [Role.WORKING_GROUP, Role.ADMINISTRATOR])
async def test_those_who_see_figures_only_see_no_request(session: AsyncSession, role: Role) -> None:
    member, outsider = await make.member(session), await make.member(session, role)
    request = await make.request(session, member.person, NOW)
    with pytest.raises(NotFound):
        await one(session, outsider.person, request.id)


async def test_a_letter_that_was_refused_at_the_counter_can_be_handed_over_again(
    session: AsyncSession,
) -> None:
    member = await make.member(session)
    request = await make.request(
        session, member.person, NOW, received_on=None, submitted_on=date(2026, 11, 2)
    )
    for kind, day in (
        (EventKind.REFUSED_AT_COUNTER, date(2026, 11, 2)),
        (EventKind.SUBMITTED, date(2026, 11, 9)),
        (EventKind.RECEIVED, date(2026, 11, 10)),
    ):
        await make.event(session, request.id, member.person, NOW, kind, day)
    assert (request.status, request.submitted_on) == (RequestStatus.OPEN, date(2026, 11, 9))


async def test_another_outcome_of_the_same_day_is_a_correction_of_the_first(session: AsyncSession) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2026, 11, 9))
    answered = (session, request.id, member.person, NOW, EventKind.ANSWERED, date(2026, 11, 12))
    await make.event(*answered, outcome=Outcome.FULL)
    with pytest.raises(Invalid, match=r"^voids: An entry of this kind on 2026-11-12 says something else"):
        await make.event(*answered, outcome=Outcome.REFUSED)
    first = await session.scalar(
        select(EventRow).where(EventRow.request_id == request.id, EventRow.kind == EventKind.ANSWERED)
    )
    assert first
    await make.event(*answered, outcome=Outcome.REFUSED, voids=first.id)
    assert (request.outcome, request.outcomes) == (Outcome.REFUSED, None)
    with pytest.raises(Invalid, match=r"^voids: This entry was corrected already"):
        await make.event(*answered, outcome=Outcome.PARTIAL, voids=first.id)


async def test_an_extension_counts_once_however_often_it_is_told(session: AsyncSession) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2026, 11, 9))
    extended = (session, request.id, member.person, NOW, EventKind.EXTENDED, date(2026, 11, 10))
    await make.event(*extended, days="5 working")
    due = request.due_on
    with pytest.raises(Invalid, match=r"^voids: This event is already on the timeline"):
        await make.event(*extended, days="5 working")
    with pytest.raises(Invalid, match=r"^voids: An entry of this kind on 2026-11-10 says something else"):
        await make.event(*extended, days="10 working")
    assert request.due_on == due


async def test_what_would_stand_again_must_not_contradict_what_was_recorded_since(
    session: AsyncSession,
) -> None:
    member = await make.member(session)
    request = await make.request(session, member.person, NOW, received_on=date(2026, 11, 9))
    of_request = (session, request.id, member.person, NOW)
    answered = (*of_request, EventKind.ANSWERED, date(2026, 11, 12))
    await make.event(*answered, outcome=Outcome.FULL)
    first = (await events_of(session, request.id))[-1]
    await make.event(*of_request, EventKind.CORRECTED, TODAY, voids=first.id)
    correction = (await events_of(session, request.id))[-1]
    await make.event(*answered, outcome=Outcome.REFUSED)
    with pytest.raises(Invalid, match="says something else"):
        await make.event(*of_request, EventKind.CORRECTED, TODAY, voids=correction.id)
    assert request.outcome is Outcome.REFUSED
