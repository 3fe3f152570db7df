"""The topics as they stand."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.asking import selected
from rti.core.errors import Fault, say
from rti.models.topics import TopicRow


class TopicNamed(msgspec.Struct, frozen=True):
    """A topic as far as somebody chooses one."""

    code: str
    name_km: str
    name_en: str
    retired: bool


_IN_ORDER = select(TopicRow).order_by(TopicRow.place, TopicRow.code)
TOPICS = selected(TopicNamed, _IN_ORDER, TopicRow)


async def topics(session: AsyncSession) -> Sequence[TopicRow]:
    """All of them in their order, the retired ones among them."""
    return (await session.scalars(_IN_ORDER)).all()


def topic_faults(
    known: Iterable[TopicRow], code: str, *, before: str | None = None, retired: bool = False
) -> list[Fault]:
    """Whether a request can be about a topic: it is offered, it was the one `before`, or `retired` ones count as well."""
    offered = [topic.code for topic in known if retired or not topic.retired]
    if code in {before, *offered}:
        return []
    return [Fault("topic", say("Choose one of: {choices}", choices=", ".join(offered)))]
