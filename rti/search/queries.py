"""Searching by words, as a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rti.models.search import Findable
from rti.search.words import exactly, nearly

MOST_FOUND = 200
"""Results of one kind; with more, another word is asked for."""


def _tsquery(name: str) -> str:
    return f"CAST(CAST(:{name} AS text) AS tsquery)"


_FOUND = text(f"SELECT rti.found({_tsquery('words')}, :kind, :most)")

WHICH = f"""SELECT id FROM rti.found({_tsquery("words")}, '{{kind}}', {{most}}) AS id
    UNION ALL SELECT id FROM rti.found({_tsquery("near_words")}, '{{kind}}', {{most}}) AS id
    WHERE NOT EXISTS (SELECT FROM rti.found({_tsquery("words")}, '{{kind}}', 1))"""  # noqa: S608 -- our own words
"""SQL: the same as `find`, for a part of a statement whose parameters are those of `looked_for`."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Words or parts of words, in Khmer or English; all of them are looked for."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Identifiers of what was found; `near` where nothing holds the very words, `more` where there are others."""

    ids: Sequence[UUID]
    near: bool = False
    more: bool = False


def looked_for(query: str) -> dict[str, str]:
    """The parameters of `WHICH` for a query."""
    return {"words": exactly(query), "near_words": nearly(query)}


async def find(session: AsyncSession, query: str, kind: Findable, most: int = MOST_FOUND) -> Found:
    """What the person of the session may see and that holds every word of a query, or else something like them.

    Who shows what is found reads it under row security as always.
    """
    for near, words in ((False, exactly(query)), (True, nearly(query))):
        if not words:
            break
        values = {"words": words, "kind": kind.value, "most": most + 1}
        ids = (await session.scalars(_FOUND, values)).all()
        if ids:
            return Found(ids[:most], near, len(ids) > most)
    return Found(())
