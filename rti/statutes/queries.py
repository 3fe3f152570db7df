"""Statutes as they stand in the database."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.asking import Statement, rows
from rti.core.errors import NotFound, invalid, say
from rti.law.bilingual import BilingualName
from rti.law.statutes import Statute, StatuteStatus
from rti.models.statutes import StatuteRow
from rti.statutes.documents import parsed_once

_AS_STORED = select(cast(StatuteRow.document, Text))
DEFAULT_STATUTE = "KH-A2I-DRAFT"


class StatuteNamed(msgspec.Struct, frozen=True):
    """The newest version of a statute, for choosing one."""

    id: str
    countries: tuple[str, ...]
    name_en: str
    name_km: str
    status: StatuteStatus

    @property
    def name(self) -> BilingualName:
        return BilingualName(self.name_en, self.name_km)


STATUTES = Statement(
    rows("""SELECT DISTINCT ON (s.id) s.id, coalesce(s.document -> 'countries', '[]') AS countries,
        s.document -> 'name' ->> 'en' AS name_en, s.document -> 'name' ->> 'km' AS name_km, s.document ->> 'status' AS status
        FROM statute s ORDER BY s.id, s.version DESC""")
)


async def newest(session: AsyncSession) -> Sequence[Statute]:
    """The newest version of every statute, by id."""
    newest_first = _AS_STORED.ext(distinct_on(StatuteRow.id)).order_by(
        StatuteRow.id, StatuteRow.version.desc()
    )
    return [parsed_once(document) for document in await session.scalars(newest_first)]


async def of_country(session: AsyncSession, country: str) -> list[Statute]:
    """Every version of every statute in which the days off of this country count."""
    parsed = (parsed_once(document) for document in await session.scalars(_AS_STORED))
    return [statute for statute in parsed if country in statute.countries]


async def newest_of(session: AsyncSession, statute_id: str) -> Statute:
    """The newest version of one statute; an unknown id is a fault of the field `statute_id`."""
    of_id = _AS_STORED.where(StatuteRow.id == statute_id).order_by(StatuteRow.version.desc())
    document = await session.scalar(of_id.limit(1))
    if document is None:
        raise invalid("statute_id", say("There is no statute or standard with the ID {id}", id=statute_id))
    return parsed_once(document)


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
    """The version under which a request was filed."""
    wanted = _AS_STORED.where(StatuteRow.id == statute_id, StatuteRow.version == version)
    return parsed_once((await session.scalars(wanted)).one())
