"""Adding, renaming and retiring topics. None is ever deleted: requests and releases keep their codes."""

from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.core.attributes import assign
from rti.core.db import unique
from rti.core.errors import NotFound, invalid, say
from rti.models.audit import AuditAction
from rti.models.topics import TopicRow
from rti.topics.commands import AddTopic, SaveTopic


async def topic(session: AsyncSession, code: str) -> TopicRow:
    found = await session.get(TopicRow, code)
    if found is None:
        raise NotFound
    return found


async def add(session: AsyncSession, command: AddTopic, now: datetime) -> TopicRow:
    """Add a topic; raises Invalid where its code is taken."""
    row = TopicRow(**asdict(command))
    taken = say("There is already a topic with the code {code}", code=command.code)
    async with unique(session, invalid("code", taken)):
        session.add(row)
        record(session, AuditAction.TOPIC_CHANGED, now, about=row.code)
    return row


async def edit(session: AsyncSession, code: str, command: SaveTopic, now: datetime) -> TopicRow:
    """Rename a topic, move it, retire it or offer it again."""
    row = await topic(session, code)
    if assign(row, asdict(command)):
        record(session, AuditAction.TOPIC_CHANGED, now, about=row.code)
        await session.flush()
    return row
