"""Adding versions of statutes from files; a version is written once and never changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db import unique
from rti.core.errors import Conflict, invalid, say
from rti.law.statutes import Statute
from rti.models.statutes import StatuteRow
from rti.statutes.documents import parse_statute
from rti.statutes.queries import newest_document, newest_of, newest_version


async def add(session: AsyncSession, document: Mapping[str, Any], now: datetime) -> Statute:
    """Store a new statute, or a newer version of a stored one."""
    statute = parse_statute(document)
    stored = await newest_version(session, statute.id)
    if statute.version <= stored:
        raise invalid(
            "version",
            say("Version {version} already exists. Give this one a higher number", version=stored),
        )
    taken = Conflict(say("Someone else has just stored this version. Check it and try again"))
    async with unique(session, taken):
        plain = msgspec.to_builtins(document)
        session.add(StatuteRow(id=statute.id, version=statute.version, document=plain, added_at=now))
    return statute


async def commence(session: AsyncSession, statute_id: str, day: date, now: datetime) -> Statute:
    """Set the day on which a statute comes into force, as a new version."""
    current = await newest_of(session, statute_id)
    document = await newest_document(session, statute_id)
    changes = {"version": current.version + 1, "in_force_from": day.isoformat()}
    return await add(session, {**(document or {}), **changes}, now)
