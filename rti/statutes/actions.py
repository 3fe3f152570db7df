"""Declaring standards: the reply time for a campaign or a log, where no law gives one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.law.limits import Limit, Unit
from rti.law.statutes import Statute, StatuteStatus
from rti.models.audit import AuditAction
from rti.models.statutes import StatuteRow
from rti.statutes.documents import parse_statute
from rti.statutes.queries import version_of

_UNITS = {
    Unit.HOURS: ("hours", "ម៉ោង"),
    Unit.CALENDAR: ("calendar days", "ថ្ងៃប្រតិទិន"),
    Unit.WORKING: ("working days", "ថ្ងៃធ្វើការ"),
    Unit.MONTH: ("months", "ខែ"),
}


async def declare_standard(
    session: AsyncSession, limit: Limit, now: datetime, *, countries: Sequence[str] = ()
) -> Statute:
    """The standard with this limit, stored on first use; it is never law.

    The days off of `countries` (keys such as KH) count; a limit in calendar days needs none.
    """
    document = standard_document(limit, countries)
    row = {"id": document["id"], "version": document["version"], "document": document, "added_at": now}
    added = insert(StatuteRow).values(row).on_conflict_do_nothing().returning(StatuteRow.id)
    if (await session.execute(added)).one_or_none():
        record(session, AuditAction.STANDARD_DECLARED, now, about=document["id"])
    return await version_of(session, document["id"], document["version"])


def standard_document(limit: Limit, countries: Sequence[str] = ()) -> dict[str, Any]:
    """The standard as a statute document. Its id says all that it consists of."""
    en, km = _UNITS[limit.unit]
    document: dict[str, Any] = {
        "id": "-".join(["STANDARD", str(limit.amount), limit.unit.upper(), *sorted(countries)]),
        "version": 1,
        "status": StatuteStatus.STANDARD.value,
        "name": {"en": f"Standard of {limit.amount} {en}", "km": f"ស្តង់ដារ {limit.amount} {km}"},
        "jurisdiction": {"en": "Declared for a campaign or a log", "km": "បានប្រកាសសម្រាប់យុទ្ធនាការ ឬបញ្ជី"},
        "countries": sorted(countries),
        "counting": {"confirmed": True},
        "clocks": [
            {
                "kind": "reply",
                "starts": ["received"],
                "met_by": ["answered"],
                "limit": str(limit),
                "section": "Declared standard",
                "confirmed": True,
                "extensions": [{"limit": "none", "section": "Declared standard", "confirmed": True}],
            }
        ],
    }
    parse_statute(document)
    return document
