"""The names of a table's keys, in the order in which they are shown."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.law.bilingual import BilingualName
from rti.law.events import Ground, Outcome
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.models.bodies import AreaRow, BodyKind, PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.requests import Channel
from rti.models.topics import TopicRow
from rti.statistics.commands import Dimension, JudgedBy
from rti.statutes.queries import newest

Shown = BilingualName | StrEnum | str
"""A name in both languages, a member that has a label, or a text that is the same in both."""

CHOICES: Mapping[Dimension, type[StrEnum]] = {
    Dimension.BODY_KIND: BodyKind,
    Dimension.OUTCOME: Outcome,
    Dimension.CHANNEL: Channel,
    Dimension.QUESTION_CLASS: QuestionClass,
    Dimension.REQUESTER_PROFILE: RequesterProfile,
    Dimension.GROUND: Ground,
    Dimension.JUDGED_BY: JudgedBy,
}
_NAMED: Mapping[Dimension, type[AreaRow | PublicBodyRow | CampaignRow | TopicRow]] = {
    Dimension.PROVINCE: AreaRow,
    Dimension.DISTRICT: AreaRow,
    Dimension.COMMUNE: AreaRow,
    Dimension.BODY: PublicBodyRow,
    Dimension.CAMPAIGN: CampaignRow,
    Dimension.TOPIC: TopicRow,
}


async def names_of(session: AsyncSession, dimension: Dimension, keys: Collection[str]) -> Mapping[str, Shown]:
    """The name of every key, in the order of the enumeration, of the topics or of the codes."""
    if choices := CHOICES.get(dimension):
        return {member.value: member for member in choices if member.value in keys}
    if row := _NAMED.get(dimension):
        order = [row.place] if row is TopicRow else []
        found = await session.execute(
            select(row.code, row.name_en, row.name_km).where(row.code.in_(keys)).order_by(*order, row.code)
        )
        return {code: BilingualName(en=en, km=km) for code, en, km in found}
    if dimension is Dimension.STATUTE:
        return {statute.id: statute.name for statute in await newest(session) if statute.id in keys}
    return {key: key for key in sorted(keys)}
