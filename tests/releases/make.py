"""Releases that are out, and figures that are held back."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.roles import Person
from rti.models.releases import EmbargoRow, ReleaseRow
from rti.releases.content import Content, Kept, PublishedTable, digest_of, packed
from rti.statistics.commands import StatisticsQuery
from rti.statistics.methods.own import OWN
from rti.statistics.published import PublishedLine, Share
from tests.make import NOW

_numbers = count(1)


async def release(session: AsyncSession, author: Person, **more: Any) -> ReleaseRow:
    """One that is out, with a table of nothing."""
    day = date(2026, 3, 31)
    nothing = PublishedLine(
        keys=(),
        names=(),
        counts=dict.fromkeys((column.id for column in OWN.columns), 0),
        shares={measure.id: Share(0, 0) for measure in OWN.measures},
        medians={"days": None},
        median_days=None,
        survival_median_days=None,
        bands={},
        judged_by="none",
    )
    query = StatisticsQuery(as_of=day, known_on=day)
    table = PublishedTable(query=query, version=OWN.version, statutes=[], lines=[], total=nothing)
    content = Content(as_of=day, known_on=day, threshold=5, tables=[table], calendars=[])
    row = ReleaseRow(
        code=f"2026-{next(_numbers):03}",
        title_km="ការចេញផ្សាយ",
        title_en="Release",
        asked={"methods": ["own"], "groups": ["body_kind"]},
        content=msgspec.to_builtins(content),
        kept=packed(Kept(requests={}, small=[[]], findings=[])),
        digest=digest_of(content),
        as_of=day,
        checks_needed=2,
        reasons={},
        author_id=author.id,
        drafted_at=NOW,
        **{"approved_at": NOW, "publish_on": day, **more},
    )
    session.add(row)
    await session.flush()
    return row


async def embargo(session: AsyncSession, campaign_id: UUID) -> EmbargoRow:
    row = EmbargoRow(campaign_id=campaign_id, until_on=date(2027, 1, 1), reason="Talks", set_at=NOW)
    session.add(row)
    await session.flush()
    return row
