"""Reading the audit log: administrators all of it, leads what concerns their organisation."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, case, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import wallclock
from rti.core.attributes import from_attributes
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, decode_moment, page_of
from rti.core.roles import Person
from rti.core.validation import ShortText
from rti.models.accounts import PersonRow
from rti.models.audit import OF_A_REQUEST, AuditAction, AuditEntryRow
from rti.models.bodies import PublicBodyRow
from rti.models.campaigns import CampaignRow
from rti.models.cbos import CboRow, not_locked
from rti.models.requests import RequestRow


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to list: of a kind, up to the end of a day; `after` is the mark of the page before."""

    what: AuditAction | None = None
    until: date | None = None
    after: ShortText = ""


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. `position` is its place in the chain, None until it is chained.

    `person_id` and `cbo_id` are None where nobody did it, and where they would reveal which organisation a
    request belongs to; names also where they belong to a locked organisation. `about` is empty where a refusal
    would do that: it names who was refused, and what somebody of an organisation named may be its own request.
    """

    id: UUID
    happened_at: datetime
    what: AuditAction
    person_id: UUID | None
    person_name: str | None
    cbo_id: UUID | None
    cbo_code: str | None
    about: str
    details: dict[str, Any]
    position: int | None


async def entries(
    session: AsyncSession, reader: Person | None, wanted: AuditFilter, zone: str, size: int = PAGE_SIZE
) -> Page[AuditView]:
    """Entries, the newest first; the console of the server, as None, reads what an administrator does."""
    query = (
        select(
            AuditEntryRow,
            case((_told(PersonRow.cbo_id, reader), AuditEntryRow.person_id)),
            case((_told(PersonRow.cbo_id, reader), PersonRow.name)),
            case((_told(AuditEntryRow.cbo_id, reader), AuditEntryRow.cbo_id)),
            case((_told(AuditEntryRow.cbo_id, reader), CboRow.code)),
            case((_joins(reader), ""), else_=AuditEntryRow.about),
        )
        .select_from(AuditEntryRow)
        .outerjoin(PersonRow, and_(PersonRow.id == AuditEntryRow.person_id, not_locked(PersonRow.cbo_id)))
        .outerjoin(CboRow, and_(CboRow.id == AuditEntryRow.cbo_id, CboRow.locked_at.is_(None)))
    )
    if reader and reader.cbo_id:
        query = query.where(AuditEntryRow.cbo_id == reader.cbo_id)
    if wanted.what:
        query = query.where(AuditEntryRow.what == wanted.what)
    if wanted.until:
        query = query.where(AuditEntryRow.happened_at <= wallclock.end_of(wanted.until, zone))
    if wanted.after:
        behind = decode_cursor(wanted.after, decode_moment, UUID)
        query = query.where(tuple_(AuditEntryRow.happened_at, AuditEntryRow.id) < behind)
    newest_first = (AuditEntryRow.happened_at.desc(), AuditEntryRow.id.desc())
    found = await session.execute(query.order_by(*newest_first).limit(size + 1))
    views = [
        from_attributes(
            AuditView, row, person_id=person_id, person_name=name, cbo_id=cbo_id, cbo_code=code, about=about
        )
        for row, person_id, name, cbo_id, code, about in found
    ]
    return page_of(views, size, lambda each: (each.happened_at.isoformat(), str(each.id)))


class Called(msgspec.Struct, frozen=True):
    """The name of something, in both languages."""

    name_km: str
    name_en: str


async def called(session: AsyncSession, reader: Person, found: Sequence[AuditView]) -> Mapping[str, Called]:
    """The names of what entries are about, by its identifier, as far as the reader may know them.

    A request is called by its reference, for its own people only: that begins with the code of the organisation.
    """
    ids = {identifier for each in found if (identifier := _identifier(each.about))}
    named = [
        select(PersonRow.id, PersonRow.name, PersonRow.name).where(
            PersonRow.name != "", not_locked(PersonRow.cbo_id)
        ),
        select(CboRow.id, CboRow.name_km, CboRow.name_en).where(CboRow.locked_at.is_(None)),
        select(CampaignRow.id, CampaignRow.name_km, CampaignRow.name_en),
        select(PublicBodyRow.id, PublicBodyRow.name_km, PublicBodyRow.name_en),
    ]
    if reader.cbo_id:
        own = RequestRow.cbo_id == reader.cbo_id
        named.append(select(RequestRow.id, RequestRow.reference, RequestRow.reference).where(own))
    names = {}
    for query in named:
        for row_id, km, en in await session.execute(query.where(query.selected_columns[0].in_(ids))):
            names[str(row_id)] = Called(km, en)
    return names


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _told(cbo_id: Any, reader: Person | None) -> ColumnElement[bool]:
    """Whether the actor of this organisation may be shown: only its own people may know whose request it is."""
    own = reader.cbo_id if reader else None
    return or_(AuditEntryRow.what.not_in(OF_A_REQUEST), cbo_id.is_(None), cbo_id == own)


def _joins(reader: Person | None) -> ColumnElement[bool]:
    """Whether an entry names both somebody of an organisation and what may be its request, to others than its own people."""
    of_others = AuditEntryRow.cbo_id.is_distinct_from(reader.cbo_id if reader else None)
    return and_(AuditEntryRow.what == AuditAction.DENIED, AuditEntryRow.cbo_id.is_not(None), of_others)
