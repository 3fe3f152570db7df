"""Reading the directory."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rti.campaigns.queries import CAMPAIGNS, Named, in_target_areas
from rti.core.asking import ReadBy, Statement, decoded_once, decoder, in_language, selected, together
from rti.core.db_roles import Login
from rti.core.errors import NotFound, invalid, say
from rti.core.pagination import PAGE_SIZE, Page, decode_cursor, page_between
from rti.core.validation import Code, ShortText
from rti.models.bodies import AreaRow, BodyKind, FormerNameRow, PublicBodyRow


class BodyFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which bodies to list; `q` is looked for in names and codes, also former ones, `target_of` is a campaign.

    `after` is the mark of the page before, `before` that of the page behind.
    """

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    kind: BodyKind | None = None
    area: Code | None = None
    target_of: UUID | None = None
    after: ShortText = ""
    before: ShortText = ""


class Area(msgspec.Struct, frozen=True):
    """A province, district or commune by its names."""

    code: str
    name_km: str
    name_en: str


class Body(Named, frozen=True, kw_only=True):
    """A public body as the directory lists it."""

    code: str
    kind: BodyKind
    area_code: str | None
    country: str
    address: str
    phone: str
    email: str
    note: str
    closed_on: date | None
    place_km: str | None
    place_en: str | None


class _DirectoryRead(msgspec.Struct):
    bodies: list[Body]
    path: msgspec.Raw
    below: msgspec.Raw
    campaigns: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the directory, with its area filters: the areas above the chosen one and those below it."""

    page: Page[Body]
    path: Sequence[Area]
    below: Sequence[Area]
    campaigns: Sequence[Named]


@dataclass(frozen=True, slots=True)
class Directory:
    """Public bodies by their names in the reader's language, which is `language` where one was chosen on the device."""

    wanted: BodyFilter
    language: str = ""

    def asked(self, login: Login) -> Statement:  # noqa: ARG002 -- the same under all
        given = frozenset(name for name in self.wanted.__struct_fields__ if getattr(self.wanted, name))
        return together(
            bodies=in_language(
                _listing(given, "name_km_order"), _listing(given, "name_en_order"), "language"
            ),
            path=_PATH,
            below=_BELOW if "area" in given else PROVINCES,
            campaigns=CAMPAIGNS,
        )

    def values(self) -> Mapping[str, Any]:
        given = msgspec.structs.asdict(self.wanted) | {
            "codes": _codes_of(self.wanted.area),
            "language": self.language,
        }
        for name, pattern in (("q", "%{}%"), ("area", "{}%")):
            given[f"like_{name}"] = pattern.format(_literally(given[name] or ""))
        if mark := self.wanted.after or self.wanted.before:
            (given["mark"],) = decode_cursor(mark, UUID)
        return given

    def view(self, answer: bytes | None, by: ReadBy) -> Listed:  # noqa: ARG002 -- the same to all
        found = decoder(_DirectoryRead)(answer or b"")
        after, before = bool(self.wanted.after), bool(self.wanted.before) and not self.wanted.after
        bodies = found.bodies[::-1] if before else found.bodies
        return Listed(
            page_between(bodies, PAGE_SIZE, lambda body: (str(body.id),), after=after, before=before),
            decoded_once(tuple[Area, ...], bytes(found.path)),
            decoded_once(tuple[Area, ...], bytes(found.below)),
            decoded_once(tuple[Named, ...], bytes(found.campaigns)),
        )


@cache
def _listing(given: frozenset[str], name: str) -> Statement:
    """The statement of a directory that is narrowed by so much, in the order of a column with names."""
    query = select(PublicBodyRow)
    if "q" in given:
        former = select(FormerNameRow.body_id).where(_named(FormerNameRow))
        query = query.where(or_(_named(PublicBodyRow), PublicBodyRow.id.in_(former)))
    if "kind" in given:
        query = query.where(PublicBodyRow.kind == bindparam("kind"))
    if "area" in given:
        query = query.where(PublicBodyRow.area_code.like(bindparam("like_area", type_=Text)))
    if "target_of" in given:
        query = query.where(in_target_areas(bindparam("target_of", type_=Uuid)))
    key = tuple_(getattr(PublicBodyRow, name), PublicBodyRow.code)
    marked = aliased(PublicBodyRow)
    mark = select(getattr(marked, name), marked.code).where(marked.id == bindparam("mark", type_=Uuid))
    backwards = "before" in given and "after" not in given
    if "after" in given or backwards:
        query = query.where(key < mark.scalar_subquery() if backwards else key > mark.scalar_subquery())
    order = [each.desc() if backwards else each for each in key]
    page = query.order_by(*order).limit(literal_column(str(PAGE_SIZE + 1)))
    return selected(Body, page, PublicBodyRow)


def _named(table: type[PublicBodyRow | FormerNameRow]) -> ColumnElement[bool]:
    return or_(
        *(each.ilike(bindparam("like_q", type_=Text)) for each in (table.name_km, table.name_en, table.code))
    )


def _literally(text: str) -> str:
    """A text within a pattern of LIKE, where it stands for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


async def body(session: AsyncSession, body_id: UUID) -> PublicBodyRow:
    found = await session.get(PublicBodyRow, body_id)
    if found is None:
        raise NotFound
    return found


async def by_code(session: AsyncSession, code: str, field: str) -> PublicBodyRow:
    """The body that has this code or had it earlier; raises Invalid for the field that named it."""
    found = await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code == code))
    if found is None:
        former = select(FormerNameRow.body_id).where(FormerNameRow.code == code)
        newest = former.order_by(FormerNameRow.until.desc()).limit(1).scalar_subquery()
        found = await session.scalar(select(PublicBodyRow).where(PublicBodyRow.id == newest))
    if found is None:
        raise invalid(field, say("There is no public body with the code {code}", code=code))
    return found


async def code_is_free(session: AsyncSession, code: str, row: PublicBodyRow) -> None:
    """Raises Invalid if another body had the code before, so that a code in a file means only one body."""
    before = select(FormerNameRow.id).where(FormerNameRow.code == code, FormerNameRow.body_id != row.id)
    if await session.scalar(before.limit(1)):
        raise invalid("code", say("Another public body had the code {code} before", code=code))


_AREAS = select(AreaRow).order_by(AreaRow.code)
_PROVINCES = _AREAS.where(AreaRow.parent_code.is_(None))
PROVINCES = selected(Area, _PROVINCES, AreaRow)
_BELOW = selected(Area, _AREAS.where(AreaRow.parent_code == bindparam("area", type_=Text)), AreaRow)
_PATH = selected(Area, _AREAS.where(AreaRow.code == func.any(bindparam("codes", type_=ARRAY(Text)))), AreaRow)


async def provinces(session: AsyncSession) -> Sequence[AreaRow]:
    return (await session.scalars(_PROVINCES)).all()


async def path_to(session: AsyncSession, code: str | None) -> Sequence[AreaRow]:
    """The province, district and commune that an area code names, outermost first."""
    if not code:
        return []
    return (await session.scalars(_AREAS.where(AreaRow.code.in_(_codes_of(code))))).all()


def _codes_of(code: str | None) -> list[str]:
    """The area codes of the areas in which one lies, and its own."""
    return [code[:length] for length in (2, 4, 6) if code and len(code) >= length]
