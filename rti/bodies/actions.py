"""Adding and correcting public bodies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.commands import SaveBody
from rti.bodies.queries import body, code_is_free
from rti.core.attributes import assign
from rti.core.db import new_id, unique
from rti.core.errors import invalid, say
from rti.models.bodies import AreaRow, PublicBodyRow


async def add(session: AsyncSession, command: SaveBody, now: datetime) -> PublicBodyRow:
    """Add a body; raises Invalid."""
    row = PublicBodyRow(id=new_id(), created_at=now)
    await _save(session, row, command)
    return row


async def edit(session: AsyncSession, body_id: UUID, command: SaveBody) -> PublicBodyRow:
    row = await body(session, body_id)
    await _save(session, row, command)
    return row


def row_values(command: SaveBody) -> dict[str, Any]:
    """The columns of a body that follow from a command."""
    province = command.area_code[:2] if command.area_code else None
    return asdict(command) | {"email": command.email or "", "province_code": province}


async def _save(session: AsyncSession, row: PublicBodyRow, command: SaveBody) -> None:
    if command.area_code and await session.get(AreaRow, command.area_code) is None:
        raise invalid(
            "area_code",
            say(
                "There is no area with this code. Enter the 2, 4 or 6 digits of a province, district or commune"
            ),
        )
    await code_is_free(session, command.code, row)
    taken = invalid("code", say("There is already a public body with the code {code}", code=command.code))
    async with unique(session, taken):
        assign(row, row_values(command))
        session.add(row)
