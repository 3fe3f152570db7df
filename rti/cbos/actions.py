"""Whether anything leaves the system for an organisation; its lead decides."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.cbos.commands import SetSending
from rti.core.roles import Person
from rti.models.audit import AuditAction
from rti.models.cbos import CboRow


async def own_cbo(session: AsyncSession, person: Person) -> CboRow:
    """The organisation of a member or lead."""
    return await session.get_one(CboRow, person.cbo_id)


async def set_sending(session: AsyncSession, person: Person, command: SetSending, now: datetime) -> CboRow:
    """Let messages leave or not, at once: what is queued asks again when its turn comes."""
    row = await own_cbo(session, person)
    row.sends_messages = command.sends_messages
    record(
        session, AuditAction.SENDING_CHANGED, now, about=row.id, cbo_id=row.id, sends=int(row.sends_messages)
    )
    await session.flush()
    return row
