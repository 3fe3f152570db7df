"""Proposing, from a list, letters to bodies that are silent; somebody else has to approve them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, and_, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.audit.record import record
from rti.core.db import new_id
from rti.core.errors import Conflict, Message, say
from rti.core.i18n import Language
from rti.core.roles import Person
from rti.core.wallclock import HOME_ZONE, start_of
from rti.law.deadlines import ClockState
from rti.law.reminders import About
from rti.models.audit import AuditAction
from rti.models.bodies import PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.messages import UNDECIDED, LetterRow, LetterState, ReminderRow
from rti.models.requests import DeadlineRow, RequestRow
from rti.requests.actions import locked
from rti.requests.queries import snoozed
from rti.requests.requester import not_hidden_from

FROM_A_LIST = "from a list"
"""Stands in a reminder for the rule; the name of a rule has no blanks."""


async def hindrances(
    session: AsyncSession, person: Person, requests: Sequence[RequestRow], today: date
) -> Mapping[UUID, Message]:
    """Why no letter is proposed for some of these requests."""
    rows = await session.execute(_standing([each.id for each in requests], person, today))
    return {row.id: why for row in rows if (why := _hindrance(row))}


def _standing(ids: Sequence[UUID], person: Person, today: date) -> Select[*tuple[Any, ...]]:
    """What a proposal depends on, with the overdue answer that has been missing longest."""
    overdue = select(DeadlineRow).where(
        DeadlineRow.request_id == RequestRow.id,
        DeadlineRow.state == ClockState.RUNNING,
        DeadlineRow.kind.in_(About.ANSWER.clocks),
        DeadlineRow.due_on < today,
    )
    longest = overdue.order_by(DeadlineRow.due_on, DeadlineRow.kind).limit(1).correlate(RequestRow)
    clock = aliased(DeadlineRow, longest.lateral("missed"))
    about_it = (
        select(LetterRow.id)
        .join(ReminderRow, ReminderRow.id == LetterRow.reminder_id)
        .where(
            LetterRow.request_id == RequestRow.id,
            ReminderRow.clock == clock.kind,
            ReminderRow.epoch == clock.epoch,
            ReminderRow.due_on == clock.due_on,
        )
        .correlate(RequestRow, clock)
    )
    return (
        select(
            RequestRow.id,
            RequestRow.cbo_id,
            RequestRow.body_known,
            RequestRow.duplicate_of,
            not_hidden_from(person).label("open"),
            snoozed(RequestRow.id, today).label("snoozed"),
            clock.kind,
            clock.epoch,
            clock.due_on,
            about_it.where(LetterRow.state.in_(UNDECIDED)).exists().label("waits"),
            about_it.where(_of_today(today)).exists().label("done_today"),
            PublicBodyRow.email,
            CboRow.sends_messages,
        )
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .join(CboRow, CboRow.id == RequestRow.cbo_id)
        .outerjoin(clock, literal(value=True))
        .where(RequestRow.id.in_(ids))
    )


def _of_today(today: date) -> ColumnElement[bool]:
    """Whether a letter was proposed from a list, or approved, on this day."""
    proposed = and_(
        ReminderRow.rule == FROM_A_LIST, ReminderRow.occasion == literal(today, Date) - ReminderRow.due_on
    )
    approved = and_(
        LetterRow.state == LetterState.APPROVED, LetterRow.decided_at >= start_of(today, HOME_ZONE)
    )
    return or_(proposed, approved)


def _hindrance(row: Row[Any]) -> Message | None:
    """The first reason that applies."""
    reasons = (
        (not row.open, say("Only its own organisation can write about a sealed request")),
        (row.duplicate_of is not None, say("It is marked as a duplicate")),
        (row.kind is None, say("No answer is overdue")),
        (not row.body_known, say("It is not known which public body has it now")),
        (row.snoozed, say("Its reminders are snoozed")),
        (row.waits, say("A letter about it already waits for approval")),
        (row.done_today, say("A letter about it was proposed or approved today")),
        (not row.email, say("The public body has no email address: print the letter")),
        (not row.sends_messages, say("Its organisation sends no messages: print the letter")),
    )
    return next((why for applies, why in reasons if applies), None)


async def propose(
    session: AsyncSession, request_id: UUID, person: Person, now: datetime, today: date
) -> None:
    """Propose a letter about the overdue answer; raises Conflict where there is a reason against it."""
    await locked(session, request_id, person)
    row = (await session.execute(_standing([request_id], person, today))).one()
    if why := _hindrance(row):
        raise Conflict(why)
    about = {"cbo_id": row.cbo_id, "request_id": row.id}
    reminder_id, letter_id = new_id(), new_id()
    reminder = insert(ReminderRow).values(
        id=reminder_id,
        rule=FROM_A_LIST,
        clock=row.kind,
        epoch=row.epoch,
        due_on=row.due_on,
        occasion=(today - row.due_on).days,
        created_at=now,
        **about,
    )
    await session.execute(reminder)
    # Only these columns: this login may write no letter that somebody has decided on.
    proposed = insert(LetterRow).values(
        id=letter_id,
        reminder_id=reminder_id,
        state=LetterState.PROPOSED,
        language=Language.KM,
        proposed_at=now,
        proposed_by=person.id,
        **about,
    )
    await session.execute(proposed)
    record(session, AuditAction.LETTER_PROPOSED, now, about=row.id, cbo_id=row.cbo_id, letter=letter_id)


async def withdraw(session: AsyncSession, request_id: UUID, person: Person, now: datetime) -> None:
    """Dismiss what one has proposed; raises Conflict where somebody has decided on it already."""
    request = await locked(session, request_id, person)
    mine = (
        LetterRow.request_id == request.id,
        LetterRow.proposed_by == person.id,
        LetterRow.state == LetterState.PROPOSED,
    )
    dismissed = {"state": LetterState.DISMISSED, "decided_at": now, "decided_by": person.id}
    letters = (
        await session.scalars(update(LetterRow).where(*mine).values(dismissed).returning(LetterRow.id))
    ).all()
    if not letters:
        raise Conflict(say("Someone has already decided on this letter"))
    for letter_id in letters:
        record(
            session,
            AuditAction.LETTER_DECIDED,
            now,
            about=request.id,
            cbo_id=request.cbo_id,
            letter=letter_id,
            state=LetterState.DISMISSED,
        )
