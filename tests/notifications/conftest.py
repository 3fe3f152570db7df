"""Requests with something to remind of, and a mail server that listens."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update

from rti.core.db import Database
from rti.core.roles import Role
from rti.models.cbos import CboRow
from rti.models.messages import MentionRow, MessageRow, ReminderRow
from rti.models.requests import DeadlineRow, RequestRow
from tests import make
from tests.conftest import NOW
from tests.notifications.servers import Sink, smtp_server

TITLE = "Secret title of a budget"


@dataclass(frozen=True)
class Case:
    """A member, and a request of the member's organisation whose only running clock is due on a chosen day."""

    member: make.Member
    cbo: CboRow
    request_id: UUID


async def due(
    database: Database,
    day: date,
    *,
    count: int = 1,
    people: int = 1,
    beside: Case | None = None,
    language: str = "en",
    clock: str = "reply",
    role: Role = Role.CBO_MEMBER,
    now: datetime = NOW,
) -> Case:
    """Requests with one running clock that is due on `day`, of an organisation with so many people or that of another."""
    async with database.transaction() as session:
        cbo = beside.cbo if beside else await make.cbo(session, now)
        member = beside.member if beside else await make.member(session, role, of=cbo, language=language)
        for _ in range(people - 1):
            await make.member(session, role, of=cbo, language=language)
        for _ in range(count):
            request = await make.request(session, member.person, now, title=TITLE)
            running = update(DeadlineRow).where(DeadlineRow.request_id == request.id)
            await session.execute(running.values(state="waiting"))
            await session.execute(
                running.where(DeadlineRow.kind == "reply").values(state="running", due_on=day, kind=clock)
            )
        return Case(member, cbo, request.id)


async def messages(database: Database) -> list[MessageRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(MessageRow).order_by(MessageRow.created_at, MessageRow.id)))


async def reminders(database: Database) -> list[ReminderRow]:
    async with database.transaction() as session:
        return list(await session.scalars(select(ReminderRow)))


async def mentions(database: Database) -> list[tuple[UUID, UUID]]:
    """Whom a message tells of which reminder."""
    async with database.transaction() as session:
        pairs = select(MessageRow.person_id, MentionRow.reminder_id).join(
            MentionRow, MentionRow.message_id == MessageRow.id
        )
        return [(person_id, reminder_id) for person_id, reminder_id in await session.execute(pairs)]


async def request_of(database: Database, case: Case) -> RequestRow:
    async with database.transaction() as session:
        return await session.get_one(RequestRow, case.request_id)


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with smtp_server(Sink()) as listening:
        yield listening
