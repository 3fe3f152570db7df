"""Adding and correcting organisations, and switching their messages on or off, which their lead decides."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.cbos.commands import SaveCbo, SetSending
from rti.core.attributes import assign
from rti.core.db import new_id, unique
from rti.core.errors import NotFound, invalid, say
from rti.core.roles import Person
from rti.models.audit import AuditAction
from rti.models.bodies import AreaRow
from rti.models.cbos import CboRow


async def own_cbo(session: AsyncSession, person: Person) -> CboRow:
    """The organisation of a member or lead."""
    return await session.get_one(CboRow, person.cbo_id)


async def set_sending(session: AsyncSession, person: Person, command: SetSending, now: datetime) -> CboRow:
    """Switch messages on or off, with immediate effect: queued ones are checked again when they are sent."""
    row = await own_cbo(session, person)
    row.sends_messages = command.sends_messages
    record(
        session, AuditAction.SENDING_CHANGED, now, about=row.id, cbo_id=row.id, sends=int(row.sends_messages)
    )
    await session.flush()
    return row


async def add(session: AsyncSession, command: SaveCbo, now: datetime) -> CboRow:
    """Add an organisation; raises Invalid."""
    row = CboRow(id=new_id(), created_at=now)
    await _save(session, row, command)
    record(session, AuditAction.CBO_ADDED, now, about=row.id, cbo_id=row.id)
    await session.flush()
    return row


async def edit(session: AsyncSession, cbo_id: UUID, command: SaveCbo, now: datetime) -> CboRow:
    """Change its names, code and area; a locked one is as if it were not there."""
    row = await session.get(CboRow, cbo_id)
    if row is None or row.locked_at:
        raise NotFound
    await _save(session, row, command)
    record(session, AuditAction.CBO_CHANGED, now, about=row.id, cbo_id=row.id)
    await session.flush()
    return row


async def _save(session: AsyncSession, row: CboRow, command: SaveCbo) -> None:
    if command.area_code and await session.get(AreaRow, command.area_code) is None:
        raise invalid(
            "area_code",
            say(
                "There is no area with this code. Enter the 2, 4 or 6 digits of a province, district or commune"
            ),
        )
    taken = say("There is already an organisation with the code {code}", code=command.code)
    async with unique(session, invalid("code", taken)):
        assign(row, asdict(command))
        session.add(row)
