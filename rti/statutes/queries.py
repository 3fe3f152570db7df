"""Statutes as they stand in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from rti.errors import invalid, say
from rti.law.statutes import Statute, parse_statute
from rti.statutes.tables import StatuteRow

DEFAULT_STATUTE = "KH-A2I-DRAFT"


async def newest(session: AsyncSession) -> Sequence[Statute]:
    """The newest version of every statute, by id."""
    rows = await session.scalars(
        select(StatuteRow).ext(distinct_on(StatuteRow.id)).order_by(StatuteRow.id, StatuteRow.version.desc())
    )
    return [parse_statute(row.document) for row in rows]


async def newest_of(session: AsyncSession, statute_id: str) -> Statute:
    """The newest version of one statute; an unknown id is a fault of the field `statute_id`."""
    row = await session.scalar(
        select(StatuteRow).where(StatuteRow.id == statute_id).order_by(StatuteRow.version.desc()).limit(1)
    )
    if row is None:
        raise invalid("statute_id", say("There is no statute or standard with the id {id}", id=statute_id))
    return parse_statute(row.document)


async def version_of(session: AsyncSession, statute_id: str, version: int) -> Statute:
    """The very version under which a request was filed."""
    row = await session.get_one(StatuteRow, (statute_id, version))
    return parse_statute(row.document)
