"""The included topics."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.validation import decode
from rti.models.topics import TopicRow
from rti.topics.commands import SaveTopic


@cache
def shipped() -> Mapping[str, SaveTopic]:
    """The topics of the programme by their codes, in order."""
    document = tomllib.loads(files("rti.topics").joinpath("topics.toml").read_text(encoding="utf-8"))
    return {
        code: decode(SaveTopic, {**names, "place": place * 10})
        for place, (code, names) in enumerate(document.items(), start=1)
    }


async def load_topics(session: AsyncSession) -> None:
    """Add every included topic that the database does not have; stored ones stay as administrators left them."""
    rows = [
        {"code": code, "name_km": each.name_km, "name_en": each.name_en, "place": each.place}
        for code, each in shipped().items()
    ]
    await session.execute(insert(TopicRow).on_conflict_do_nothing(), rows)
