"""Loading the included statutes into the database, as versions."""

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.statutes import StatuteRow
from rti.statutes.documents import library_documents


async def load_statutes(session: AsyncSession, now: datetime) -> None:
    """Add every shipped version that the database does not have; a stored version is never changed."""
    known = {tuple(row) for row in await session.execute(select(StatuteRow.id, StatuteRow.version))}
    session.add_all(
        StatuteRow(
            id=document["id"],
            version=document["version"],
            document=msgspec.to_builtins(document),
            added_at=now,
        )
        for document in library_documents()
        if (document["id"], document["version"]) not in known
    )
    await session.flush()
