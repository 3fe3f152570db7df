"""Statutes as they stand in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import NotFound, invalid, say
from rti.law.statutes import Statute
from rti.models.statutes import StatuteRow
from rti.statutes.documents import parse_statute

DEFAULT_STATUTE = "KH-A2I-DRAFT"


async def newest(session: AsyncSession) -> Sequence[Statute]:
    """The newest version of every statute, by id."""
    rows = await session.scalars(
        select(StatuteRow).ext(distinct_on(StatuteRow.id)).order_by(StatuteRow.id, StatuteRow.version.desc())
    )
    return [parse_statute(row.document) for row in rows]


async def of_country(session: AsyncSession, country: str) -> list[Statute]:
    """Every version of every statute in which the days off of this country count."""
    parsed = (parse_statute(document) for document in await session.scalars(select(StatuteRow.document)))
    return [statute for statute in parsed if country in statute.countries]


async def newest_of(session: AsyncSession, statute_id: str) -> Statute:
    """The newest version of one statute; an unknown id is a fault of the field `statute_id`."""
    row = await session.scalar(
        select(StatuteRow).where(StatuteRow.id == statute_id).order_by(StatuteRow.version.desc()).limit(1)
    )
    if row is None:
        raise invalid("statute_id", say("There is no statute or standard with the ID {id}", id=statute_id))
    return parse_statute(row.document)


async def newest_document(session: AsyncSession, statute_id: str) -> dict[str, Any] | None:
    """The newest version of one statute as it is stored, if there is one."""
    return await session.scalar(
        select(StatuteRow.document)
        .where(StatuteRow.id == statute_id)
        .order_by(StatuteRow.version.desc())
        .limit(1)
    )


async def newest_version(session: AsyncSession, statute_id: str) -> int:
    """The number of the newest version."""
    return await session.scalar(select(func.max(StatuteRow.version)).where(StatuteRow.id == statute_id)) or 0


async def versions(session: AsyncSession, statute_id: str) -> Sequence[StatuteRow]:
    """Every version of one statute, the newest first; NotFound where there is none."""
    rows = await session.scalars(
        select(StatuteRow).where(StatuteRow.id == statute_id).order_by(StatuteRow.version.desc())
    )
    found = rows.all()
    if not found:
        raise NotFound
    return found


async def version_of(session: AsyncSession, statute_id: str, version: int) -> Statute:
    """The very version under which a request was filed."""
    row = await session.get_one(StatuteRow, (statute_id, version))
    return parse_statute(row.document)
