"""Reading the directory."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import in_target_areas
from rti.core.errors import NotFound, invalid, say
from rti.core.pagination import PAGE_SIZE, Page, containing, decode_cursor, page_of
from rti.core.validation import Code, ShortText
from rti.models.bodies import AreaLevel, AreaRow, BodyKind, FormerNameRow, PublicBodyRow


class BodyFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which bodies to list; `q` is looked for in names and codes, also former ones, `target_of` is a campaign."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    kind: BodyKind | None = None
    area: Code | None = None
    target_of: UUID | None = None
    after: ShortText = ""


async def directory(session: AsyncSession, wanted: BodyFilter) -> Page[PublicBodyRow]:
    """Public bodies by kind and English name."""
    query = select(PublicBodyRow)
    if wanted.q:
        query = query.where(
            or_(
                _named(PublicBodyRow, wanted.q),
                PublicBodyRow.id.in_(select(FormerNameRow.body_id).where(_named(FormerNameRow, wanted.q))),
            )
        )
    if wanted.kind:
        query = query.where(PublicBodyRow.kind == wanted.kind)
    if wanted.area:
        query = query.where(PublicBodyRow.area_code.startswith(wanted.area, autoescape=True))
    if wanted.target_of:
        query = query.where(in_target_areas(wanted.target_of))
    order = (PublicBodyRow.name_en, PublicBodyRow.id)
    if wanted.after:
        query = query.where(tuple_(*order) > decode_cursor(wanted.after, str, UUID))
    rows = (await session.scalars(query.order_by(*order).limit(PAGE_SIZE + 1))).all()
    return page_of(rows, PAGE_SIZE, lambda body: (body.name_en, str(body.id)))


def _named(table: type[PublicBodyRow | FormerNameRow], text: str) -> ColumnElement[bool]:
    return containing(text, table.name_km, table.name_en, table.code)


async def body(session: AsyncSession, body_id: UUID) -> PublicBodyRow:
    found = await session.get(PublicBodyRow, body_id)
    if found is None:
        raise NotFound
    return found


async def by_code(session: AsyncSession, code: str, field: str) -> PublicBodyRow:
    """The body with a code, or that once had it; raises Invalid for the field that named it."""
    found = await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code == code))
    if found is None:
        former = select(FormerNameRow.body_id).where(FormerNameRow.code == code)
        newest = former.order_by(FormerNameRow.until.desc()).limit(1).scalar_subquery()
        found = await session.scalar(select(PublicBodyRow).where(PublicBodyRow.id == newest))
    if found is None:
        raise invalid(field, say("There is no public body with the code {code}", code=code))
    return found


async def code_is_free(session: AsyncSession, code: str, row: PublicBodyRow) -> None:
    """Raises Invalid where another body had the code before, so that a file means one of them."""
    before = select(FormerNameRow.id).where(FormerNameRow.code == code, FormerNameRow.body_id != row.id)
    if await session.scalar(before.limit(1)):
        raise invalid("code", say("Another public body had the code {code} before", code=code))


async def provinces(session: AsyncSession) -> Sequence[AreaRow]:
    found = await session.scalars(
        select(AreaRow).where(AreaRow.level == AreaLevel.PROVINCE).order_by(AreaRow.code)
    )
    return found.all()


async def areas_below(session: AsyncSession, code: str | None) -> Sequence[AreaRow]:
    """The areas directly below one, or the provinces."""
    found = await session.scalars(select(AreaRow).where(AreaRow.parent_code == code).order_by(AreaRow.code))
    return found.all()


async def path_to(session: AsyncSession, code: str | None) -> Sequence[AreaRow]:
    """The province, district and commune that an area code names, outermost first."""
    if not code:
        return []
    codes = [code[:length] for length in (2, 4, 6) if len(code) >= length]
    return (
        await session.scalars(select(AreaRow).where(AreaRow.code.in_(codes)).order_by(AreaRow.code))
    ).all()
