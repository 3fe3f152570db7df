"""The items a body of a type should publish: the default list, or a campaign's own."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.audit.record import record
from rti.campaigns.queries import campaign
from rti.core.db import unique
from rti.core.errors import Conflict, Invalid, invalid, say
from rti.core.validation import decode
from rti.models.audit import AuditAction
from rti.models.bodies import BodyKind
from rti.models.visits import ChecklistRow
from rti.visits.commands import Item, SaveChecklist, SaveChecklistText

MOST_ITEMS = 60
SHIPPED_VERSION = 0


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """Version 0 is the list that is shipped; a campaign's own begin with 1."""

    kind: BodyKind
    version: int
    items: Sequence[Item]

    @property
    def lines(self) -> str:
        """The items as `SaveChecklistText` takes them."""
        return "\n".join(f"{item.code} | {item.subject} | {item.en} | {item.km}" for item in self.items)


@cache
def shipped() -> Mapping[BodyKind, Sequence[Item]]:
    """The lists that are shipped, by type of body."""
    document = tomllib.loads(files("rti.visits").joinpath("checklists.toml").read_text(encoding="utf-8"))
    return {BodyKind(kind): [decode(Item, item) for item in items] for kind, items in document.items()}


async def checklist(
    session: AsyncSession, campaign_id: UUID, kind: BodyKind, version: int | None = None
) -> Checklist:
    """The newest list of a campaign for a type of body, or the given version; an empty one where there is none."""
    query = select(ChecklistRow).where(ChecklistRow.campaign_id == campaign_id, ChecklistRow.kind == kind)
    if version is not None:
        query = query.where(ChecklistRow.version == version)
    row = await session.scalar(query.order_by(ChecklistRow.version.desc()).limit(1))
    if row and row.items:
        return Checklist(kind=kind, version=row.version, items=msgspec.convert(row.items, list[Item]))
    return Checklist(
        kind=kind, version=row.version if row else SHIPPED_VERSION, items=shipped().get(kind, ())
    )


async def checklists(session: AsyncSession, campaign_id: UUID) -> list[Checklist]:
    """The lists of a campaign for every type of body that has one, in the order of the types."""
    await campaign(session, campaign_id)
    found = [await checklist(session, campaign_id, kind) for kind in BodyKind]
    return [each for each in found if each.items]


async def save(
    session: AsyncSession, campaign_id: UUID, kind: BodyKind, command: SaveChecklist, now: datetime
) -> Checklist:
    """A new version of a campaign's list; without items it is again the one that is shipped. Raises Invalid."""
    await campaign(session, campaign_id)
    codes = [item.code for item in command.items]
    if len(codes) > MOST_ITEMS:
        raise invalid("items", say("Enter at most {count} items", count=MOST_ITEMS))
    for code in codes:
        if codes.count(code) > 1:
            raise invalid("items", say("Two items have the code {code}. Give each its own", code=code))
    newest = await checklist(session, campaign_id, kind)
    row = ChecklistRow(
        campaign_id=campaign_id,
        kind=kind,
        version=newest.version + 1,
        items=msgspec.to_builtins(command.items),
        added_at=now,
    )
    async with unique(session, Conflict(say("Someone else has just changed this list. Look at it again"))):
        session.add(row)
    record(session, AuditAction.CAMPAIGN_CHANGED, now, about=campaign_id, checklist=kind.value)
    await session.flush()
    return await checklist(session, campaign_id, kind)


def read_lines(command: SaveChecklistText) -> SaveChecklist:
    """The items of lines that hold code, subject, English and Khmer, apart by |; raises Invalid for the first wrong line."""
    lines = [line for line in enumerate(command.lines.splitlines(), start=1) if line[1].strip()]
    return SaveChecklist(items=[_item(number, line) for number, line in lines])


def _item(number: int, line: str) -> Item:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != len(Item.__struct_fields__) or not all(cells):
        raise invalid("lines", say("Line {line}: enter code | subject | English | Khmer", line=number))
    try:
        return decode(Item, dict(zip(Item.__struct_fields__, cells, strict=True)))
    except Invalid as wrong:
        first = wrong.faults[0]
        raise invalid("lines", say("Line {line}: {fault}", line=number, fault=first.message)) from None
