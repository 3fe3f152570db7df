"""Data retention and the last deletion, the same for the page and the JSON API."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.attributes import from_attributes
from rti.retention.purge import last_run
from rti.retention.schedule import RULES, Kept


class KeptClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of data: how many days it is kept, and how much was deleted in the last run."""

    name: Kept
    days: int
    what: str
    why: str
    removed: int | None


class RetentionReport(msgspec.Struct, frozen=True, kw_only=True):
    last_run: datetime | None
    classes: list[KeptClass]


async def report(session: AsyncSession) -> RetentionReport:
    last = await last_run(session)
    return RetentionReport(
        last_run=last.happened_at if last else None,
        classes=[
            from_attributes(
                KeptClass,
                rule,
                name=kept,
                days=rule.keeps.days,
                removed=last.details.get(kept) if last else None,
            )
            for kept, rule in RULES.items()
        ],
    )
