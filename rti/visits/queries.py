"""Reading visits; row security says whose there are, and those of a locked organisation are shown to nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.errors import NotFound
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, page_of
from rti.core.roles import Person
from rti.core.validation import parse_date
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow, not_locked
from rti.models.visits import Finding, VisitPhotoRow, VisitRow
from rti.visits.checklists import checklist
from rti.visits.commands import Item, VisitFilter


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit with its body and campaign, and the organisation whose people looked, if it was one."""

    visit: VisitRow
    body: PublicBodyRow
    campaign: CampaignRow
    cbo: CboRow | None
    findings: Sequence[tuple[Item | str, Finding]] = ()
    photos: Sequence[UUID] = ()


def _visible(person: Person) -> Select[VisitRow, PublicBodyRow, CampaignRow, CboRow]:
    query = (
        select(VisitRow, PublicBodyRow, CampaignRow, CboRow)
        .join(PublicBodyRow, PublicBodyRow.id == VisitRow.body_id)
        .join(CampaignRow, CampaignRow.id == VisitRow.campaign_id)
        .outerjoin(CboRow, CboRow.id == VisitRow.cbo_id)
        .where(not_locked(VisitRow.cbo_id))
    )
    return query.where(VisitRow.cbo_id == person.cbo_id) if person.cbo_id else query


async def visits(session: AsyncSession, person: Person, wanted: VisitFilter) -> Page[Visited]:
    """A page of the visits that a person may see, the newest first."""
    query = _visible(person)
    if wanted.campaign_id:
        query = query.where(VisitRow.campaign_id == wanted.campaign_id)
    if wanted.body_id:
        query = query.where(VisitRow.body_id == wanted.body_id)
    order = (VisitRow.visited_on, VisitRow.id)
    if wanted.after:
        query = query.where(tuple_(*order) < decode_cursor(wanted.after, parse_date, UUID))
    rows = await session.execute(query.order_by(*(each.desc() for each in order)).limit(PAGE_SIZE + 1))
    found = [Visited(*row) for row in rows]
    return page_of(found, PAGE_SIZE, lambda each: [each.visit.visited_on.isoformat(), str(each.visit.id)])


async def visit(session: AsyncSession, person: Person, visit_id: UUID) -> Visited:
    """One visit with what was found; a missing one and one that is not for this person look the same."""
    row = (await session.execute(_visible(person).where(VisitRow.id == visit_id))).one_or_none()
    if row is None:
        raise NotFound
    photos = await session.scalars(
        select(VisitPhotoRow.id).where(VisitPhotoRow.visit_id == visit_id).order_by(VisitPhotoRow.id)
    )
    listed = await checklist(session, row[0].campaign_id, row[1].kind, row[0].checklist_version)
    return Visited(*row, findings=in_order(row[0].findings, listed.items), photos=photos.all())


def in_order(findings: Mapping[str, str], items: Sequence[Item]) -> list[tuple[Item | str, Finding]]:
    """What was found, in the order of the list; an item that it has no more is known by its code."""
    named = [(item, Finding(findings[item.code])) for item in items if item.code in findings]
    known = {item.code for item in items}
    return [*named, *((code, Finding(finding)) for code, finding in findings.items() if code not in known)]


async def photo(session: AsyncSession, person: Person, visit_id: UUID, photo_id: UUID) -> VisitPhotoRow:
    """A photo of a visit that the person may see."""
    await visit(session, person, visit_id)
    row = await session.scalar(
        select(VisitPhotoRow).where(VisitPhotoRow.id == photo_id, VisitPhotoRow.visit_id == visit_id)
    )
    if row is None:
        raise NotFound
    return row
