"""The list of requests, read by one statement; see `core.asking`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.queries import PROVINCES, Area
from rti.campaigns.queries import CAMPAIGNS, Named
from rti.core.asking import ReadBy, Statement, columns, compiled, decoded_once, decoder, read, rows, together
from rti.core.db_roles import Login
from rti.core.pagination import MOST_COUNTED, PAGE_SIZE, Page, decode_cursor, page_of
from rti.core.roles import Person
from rti.core.visibility import ORDERED, REQUESTS_SEEN, visible_under
from rti.law.status import UNFINISHED
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter
from rti.requests.queries import narrowed, narrowed_bodies, next_due_on, overdue, seen_by, values_of
from rti.requests.requester import is_hidden
from rti.requests.shown import Line, LineRow


async def worklist(session: AsyncSession, person: Person, wanted: RequestFilter, today: date) -> Page[Line]:
    """Requests by what is due next, the most urgent first."""
    return await read(session, Worklist(wanted, today), person)


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of requests that somebody may see and wants to, by what is due next, the most urgent first."""

    wanted: RequestFilter
    today: date

    def asked(self, login: Login) -> Statement | None:
        if login not in REQUESTS_SEEN:
            return None
        names = {*RequestFilter.__struct_fields__} - {"overdue", "after"}
        given = frozenset(name for name in names if getattr(self.wanted, name))
        return listing(login, given, overdue_only=self.wanted.overdue, behind=bool(self.wanted.after))

    def values(self) -> Mapping[str, Any]:
        given = values_of(self.wanted) | {"today": self.today}
        if self.wanted.after:
            due, last = decode_cursor(self.wanted.after, date.fromisoformat, UUID)
            given |= {"after_due": due, "after_id": last}
        return given

    def told(self, answer: str | None, by: ReadBy) -> Any:
        return self.page_of(decoder(list[LineRow])(answer or "[]"), by)

    def page_of(self, found: Sequence[LineRow], by: ReadBy) -> Page[Line]:
        lines = [Line(each, is_hidden(by.person, each)) for each in found]
        return page_of(
            lines, PAGE_SIZE, lambda line: (line.request.next_due_on.isoformat(), str(line.request.id))
        )


@cache
def listing(login: Login, given: frozenset[str], *, overdue_only: bool, behind: bool) -> Statement:
    """The statement of a list that is narrowed by so much.

    Each part of what somebody sees, or each body of the place that they want, gives its own first requests in order.
    """
    wanted: dict[str, Any] = {name: bindparam(name) for name in given} | {"overdue": overdue_only}
    # Of the few requests of one organisation those to a place are found sooner than of the many to a place its own.
    by_place = ("province", "target_of", "area") if login is not Login.CBO else ()
    place = {name: wanted.pop(name) for name in by_place if name in wanted}
    query = narrowed(
        seen_by(visible_under(login) if place else true()), wanted, bindparam("today", type_=Date)
    )
    if behind:
        query = query.where(
            tuple_(RequestRow.next_due_on, RequestRow.id)
            > tuple_(bindparam("after_due", type_=Date), bindparam("after_id", type_=Uuid))
        )
    order = (RequestRow.next_due_on, RequestRow.id)
    most: ColumnElement[int] = literal_column(str(PAGE_SIZE + 1))
    first: Any = query.with_only_columns(*order).order_by(*order).limit(most)
    parts: Sequence[tuple[Any, str]] = ORDERED[login]
    if place:
        parts = [(narrowed_bodies(select(PublicBodyRow.id), place), "request.body_id = part.id")]
    found = union(*(_of_part(first, source, belongs) for source, belongs in parts)).subquery("found")
    page = select(found.c.id).order_by(found.c.next_due_on, found.c.id).limit(most)
    return _lines(page, "request.next_due_on, request.id")


def _lines(page: Select[Any], order: str) -> Statement:
    """The requests with these identifiers, as a list shows them."""
    others = {"body_name_km": "public_body.name_km", "body_name_en": "public_body.name_en"}
    shown = columns(LineRow, "request", next_due_on=next_due_on("request"), **others)
    statement = compiled(page)
    lines = f"""SELECT {shown} FROM {statement.sql} AS page
        JOIN request ON request.id = page.id JOIN public_body ON public_body.id = request.body_id
        ORDER BY {order}"""
    return Statement(rows(lines), statement.names)


@cache
def unfinished(login: Login) -> Statement:
    """Requests that their body has not received: refused ones first, then those without a receipt, then drafts."""
    each = [*map(str, UNFINISHED)]
    order = f"array_position(ARRAY{each}, request.status), request.id"
    mine = seen_by(visible_under(login)).where(RequestRow.duplicate_of.is_(None))
    page: Any = mine.where(text(f"request.status IN {tuple(each)}")).with_only_columns(RequestRow.id)
    return _lines(page.order_by(text(order)).limit(literal_column(str(PAGE_SIZE + 1))), order)


def _of_part(first: Any, source: str | Select[Any], belongs: str) -> Any:
    """The first requests for each row of a part, of those that belong to it."""
    rows_of = text(source).columns(column("id")) if isinstance(source, str) else source
    page = first.where(text(belongs)).lateral("page")
    return select(page.c.id, page.c.next_due_on).select_from(rows_of.subquery("part")).select_from(page)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of requests, and by what it can be narrowed."""

    page: Page[Line]
    provinces: Sequence[Area]
    campaigns: Sequence[Named]


class _ListRead(msgspec.Struct):
    lines: list[LineRow]
    provinces: msgspec.Raw
    campaigns: msgspec.Raw


@dataclass(frozen=True, slots=True)
class ListPage(Worklist):
    """The same with the provinces and campaigns among which somebody can choose."""

    def asked(self, login: Login) -> Statement | None:
        lines = Worklist.asked(self, login)
        if lines is None:
            return None
        return together(lines=lines, provinces=PROVINCES, campaigns=CAMPAIGNS)

    def told(self, answer: str | None, by: ReadBy) -> Any:
        if answer is None:
            return Listed(self.page_of([], by), (), ())
        found = decoder(_ListRead)(answer)
        return Listed(
            self.page_of(found.lines, by),
            decoded_once(tuple[Area, ...], bytes(found.provinces)),
            decoded_once(tuple[Named, ...], bytes(found.campaigns)),
        )


@cache
def urgency(login: Login) -> Mapping[str, Statement]:
    """Counts for the first page, at a cost that does not grow with what is stored."""
    today = bindparam("today", type_=Date)
    mine = seen_by(visible_under(login)).where(RequestRow.duplicate_of.is_(None))
    soon = RequestRow.next_due_on.between(today, bindparam("in_a_week", type_=Date))

    def counted(these: ColumnElement[bool]) -> Statement:
        few = mine.where(these).with_only_columns(RequestRow.id).limit(literal_column(str(MOST_COUNTED)))
        return compiled(select(func.count()).select_from(few.subquery()))

    return {"overdue": counted(overdue(today)), "due_soon": counted(soon)}
