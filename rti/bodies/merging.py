"""Renaming, closing and merging public bodies.

Earlier names and codes stay, so that files that still use them find the body.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.bodies.commands import CloseBody, MergeBody, RenameBody
from rti.bodies.queries import body as body_of
from rti.bodies.queries import by_code, code_is_free
from rti.core.attributes import assign
from rti.core.db import new_id, unique
from rti.core.errors import invalid, say
from rti.models.audit import AuditAction
from rti.models.bodies import FormerNameRow, PublicBodyRow
from rti.models.requests import FormerStandingRow, RequestRow
from rti.models.visits import VisitRow


async def rename(
    session: AsyncSession, body_id: UUID, command: RenameBody, now: datetime, today: date
) -> PublicBodyRow:
    """Give a body another name from a day on, and perhaps another code; raises Invalid."""
    row = await body_of(session, body_id)
    if command.renamed_on > today:
        raise invalid("renamed_on", say("This date is in the future. Rename the body when it has happened"))
    await code_is_free(session, command.code, row)
    _keep_name(session, row, row, command.renamed_on - timedelta(days=1), now)
    names = {"code": command.code, "name_km": command.name_km, "name_en": command.name_en}
    taken = invalid("code", say("There is already a public body with the code {code}", code=command.code))
    async with unique(session, taken):
        assign(row, names)
    record(session, AuditAction.BODY_RENAMED, now, about=row.id, code=row.code)
    return row


async def close(session: AsyncSession, body_id: UUID, command: CloseBody, now: datetime) -> PublicBodyRow:
    """Set the last day on which a body can be asked; without a day it is open again."""
    row = await body_of(session, body_id)
    row.closed_on = command.closed_on
    record(session, AuditAction.BODY_CLOSED, now, about=row.id, day=command.closed_on or "")
    await session.flush()
    return row


async def merge(
    session: AsyncSession, body_id: UUID, command: MergeBody, now: datetime, today: date
) -> PublicBodyRow:
    """Merge a body into another one: requests move to the one that is kept, and the other becomes a former name of it.

    For a login that may move requests which the person may not see. Returns the body that is kept.
    """
    row = await body_of(session, body_id)
    kept = await by_code(session, command.into, "into")
    if kept.id == row.id:
        raise invalid("into", say("Choose another body than this one"))
    _keep_name(session, kept, row, today, now)
    await session.flush()
    for column in (
        RequestRow.body_id,
        RequestRow.first_body_id,
        FormerStandingRow.body_id,
        FormerNameRow.body_id,
        VisitRow.body_id,
    ):
        moved = update(column.class_).where(column == row.id).values({column.key: kept.id})
        await session.execute(moved.execution_options(synchronize_session=False))
    gone = delete(PublicBodyRow).where(PublicBodyRow.id == row.id)
    await session.execute(gone.execution_options(synchronize_session=False))
    record(session, AuditAction.BODIES_MERGED, now, about=kept.id, merged=row.id, code=row.code)
    return kept


def _keep_name(
    session: AsyncSession, of: PublicBodyRow, named: PublicBodyRow, until: date, now: datetime
) -> None:
    """The former name keeps the identifier of the merged body, for transfers that refer to it."""
    session.add(
        FormerNameRow(
            id=new_id() if named is of else named.id,
            body_id=of.id,
            code=named.code,
            name_km=named.name_km,
            name_en=named.name_en,
            until=until,
            created_at=now,
        )
    )


async def former_names(session: AsyncSession, body_id: UUID) -> list[FormerNameRow]:
    """The names that a body had, and those of bodies that were merged into it, the latest first."""
    found = select(FormerNameRow).where(FormerNameRow.body_id == body_id)
    return list(await session.scalars(found.order_by(FormerNameRow.until.desc(), FormerNameRow.id.desc())))
