"""The list of requests, read by one statement; see `core.asking`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
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
from sqlalchemy.orm import aliased

from rti.bodies.queries import PROVINCES, Area
from rti.campaigns.queries import CAMPAIGNS, Named
from rti.core.alphabet import alphabetical
from rti.core.asking import (
    ReadBy,
    Statement,
    columns,
    compiled,
    decoded_once,
    decoder,
    in_language,
    read,
    rows,
    together,
)
from rti.core.db_roles import Login
from rti.core.i18n import Language
from rti.core.pagination import MOST_COUNTED, PAGE_SIZE, Page, decode_cursor, page_between
from rti.core.roles import Person
from rti.core.visibility import ORDERED, REQUESTS_SEEN, visible_under
from rti.law.status import NEVER, UNFINISHED
from rti.models.bodies import PublicBodyRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter, Sort
from rti.requests.queries import FOUND, NEEDING, narrowed, next_due_on, seen_by, values_of
from rti.requests.requester import is_hidden
from rti.requests.saved_lists import SAVED_LISTS, SavedList
from rti.requests.shown import Line, LineRow
from rti.topics.queries import TOPICS, TopicNamed

_NEVER_RECEIVED: ColumnElement[date] = literal_column("'infinity'::date", Date)
_MARKED = aliased(PublicBodyRow)
_NAME = {Language.KM: "name_km_order", Language.EN: "name_en_order"}
SORTED: Mapping[str, Sequence[Any]] = {
    "due": (RequestRow.next_due_on,),
    "received": (func.coalesce(RequestRow.received_on, _NEVER_RECEIVED),),
    "body": (PublicBodyRow.code, RequestRow.next_due_on),
    "status": (RequestRow.status, RequestRow.next_due_on),
    "reference": (RequestRow.reference,),
    "title": (RequestRow.title_order,),
}
"""The sort key of a list, before the identifier; bodies are sorted by their names in the reader's language."""


_MARKED_BY: Mapping[str, Callable[[LineRow], Sequence[str]]] = {
    "due": lambda row: (row.next_due_on.isoformat(),),
    "received": lambda row: ((row.received_on or NEVER).isoformat(),),
    "body": lambda row: (row.body_code, row.next_due_on.isoformat()),
    "status": lambda row: (row.status, row.next_due_on.isoformat()),
    "reference": lambda row: (row.reference,),
    "title": lambda row: (alphabetical(row.title),),
}
"""The same of a request that was read, as a mark names it."""


async def worklist(session: AsyncSession, person: Person, wanted: RequestFilter, today: date) -> Page[Line]:
    """Requests by what is due next, the most urgent first."""
    return await read(session, Worklist(wanted, today), person)


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of the requests that somebody may see and filtered for; by default the most urgent first."""

    wanted: RequestFilter
    today: date
    language: str = ""
    """The language chosen on the device; if empty, that of the account."""

    def asked(self, login: Login) -> Statement | None:
        if login not in REQUESTS_SEEN:
            return None
        wanted = self.wanted
        ask = partial(
            listing, login, wanted.given, wanted.order, after=bool(wanted.after), before=bool(wanted.before)
        )
        if wanted.order.column != "body":
            return ask()
        return in_language(ask(names=Language.KM), ask(names=Language.EN), "language")

    def values(self) -> Mapping[str, Any]:
        given = values_of(self.wanted) | {"today": self.today, "language": self.language}
        if mark := self.wanted.after or self.wanted.before:
            parsers = [_parser(key) for key in SORTED[self.wanted.order.column]]
            *keys, last = decode_cursor(mark, *parsers, UUID)
            given |= {f"mark_{place}": key for place, key in enumerate(keys)} | {"mark_id": last}
        return given

    def view(self, answer: bytes | None, by: ReadBy) -> Any:
        return self.page_of(decoder(list[LineRow])(answer or b"[]"), by)

    def page_of(self, found: Sequence[LineRow], by: ReadBy) -> Page[Line]:
        after, before = bool(self.wanted.after), bool(self.wanted.before) and not self.wanted.after
        lines = [Line(each, is_hidden(by.person, each)) for each in found]
        lines = lines[::-1] if before else lines
        return page_between(lines, PAGE_SIZE, self._key, after=after, before=before)

    def _key(self, line: Line) -> Sequence[str]:
        return *_MARKED_BY[self.wanted.order.column](line.request), str(line.request.id)


def _parser(key: ColumnElement[Any]) -> Any:
    return date.fromisoformat if isinstance(key.type, Date) else str


@cache
def listing(
    login: Login,
    given: frozenset[str],
    sort: Sort = Sort.DUE,
    *,
    after: bool = False,
    before: bool = False,
    names: Language = Language.EN,
) -> Statement:
    """The statement of a list that is narrowed by so much: a page behind a mark, or the one before it, backwards.

    Each part of what somebody sees gives its own first requests in order; bodies are sorted by their `names` in a language.
    """
    backwards = before and not after
    descends = sort.descends is not backwards
    keys: list[Any] = [*SORTED[sort.column], RequestRow.id]
    marks = [*(f"mark_{place}" for place in range(len(keys) - 1)), "mark_id"]
    mark: list[Any] = [_known_later(name, _kind(key)) for name, key in zip(marks, keys, strict=True)]
    query = _narrowed(login, given, _PLANNED_ONCE | {sort.column})
    if sort.column == "body":
        # A mark names the body by its code, and so holds in both languages.
        of_mark = select(getattr(_MARKED, _NAME[names])).where(_MARKED.code == mark[0]).scalar_subquery()
        keys, mark = [getattr(PublicBodyRow, _NAME[names]), *keys], [of_mark, *mark]
        query = query.join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        if "province" in given:
            query = query.where(PublicBodyRow.province_code == bindparam("province"))
    if after or before:
        query = query.where(tuple_(*keys) < tuple_(*mark) if descends else tuple_(*keys) > tuple_(*mark))
        if sort.column == "body":
            # The same of the body alone, so that its index begins there.
            body, marked = tuple_(*keys[:2]), tuple_(*mark[:2])
            query = query.where(body <= marked if descends else body >= marked)
    order = [key.desc() if descends else key for key in keys]
    most: ColumnElement[int] = literal_column(str(PAGE_SIZE + 1))
    labels = [*(f"key_{place}" for place in range(len(keys) - 1)), "id"]
    shown: list[Any] = [key.label(label) for key, label in zip(keys, labels, strict=True)]
    first = query.with_only_columns(*shown).order_by(*order).limit(most)
    found = union(*_seen(login, given, first, labels, _OF_BODIES if sort.column == "body" else {})).subquery(
        "found"
    )
    in_order = [found.c[label].desc() if descends else found.c[label] for label in labels]
    towards = "DESC" if descends else "ASC"
    page = select(found).order_by(*in_order).limit(most)
    return _lines(page, ", ".join(f"page.{label} {towards}" for label in labels))


def _kind(key: Any) -> Any:
    return key.type if isinstance(key.type, Date | Uuid) else Text()


def _narrowed(login: Login, given: frozenset[str], planned_once: frozenset[str]) -> Select[RequestRow]:
    # Words are looked for in everything at once, and what they bring is looked at one by one.
    wanted: dict[str, Any] = {
        name: _known_later(name, Text) if name in planned_once else bindparam(name)
        for name in sorted(given - {"q"})
    }
    seen = seen_by(visible_under(login) if "q" in given else true())
    return narrowed(seen, wanted, _known_later("today", Date))


_PLANNED_ONCE = frozenset({"status", "topic", "province"})
"""Filters by which a list is read the same way whatever their value is; so it is by the one that is its order."""
_INDEXED = _PLANNED_ONCE | {"campaign_id", "body_id", "overdue", "due_soon"}
"""Filters for which there is an index in the order of the list."""


def _known_later(name: str, kind: Any) -> ColumnElement[Any]:
    """A parameter at which PostgreSQL does not look when it plans, so that it need not plan anew for each value: that
    takes longer than the list."""
    return select(bindparam(name, type_=kind)).scalar_subquery()


def _seen(
    login: Login,
    given: frozenset[str],
    first: Any,
    labels: Sequence[str],
    belonging: Mapping[str, str] = MappingProxyType({}),
) -> list[Select[Any]]:
    """The first requests of each part of what people under a login see."""
    if "q" in given:
        # Each row of this part is one request, of which there is nothing to be sorted or left out.
        return [_of_part(first.order_by(None).limit(None), FOUND, "request.id = part.id", labels)]
    return [
        _of_part(first, source, belonging.get(belongs, belongs), labels) for source, belongs in ORDERED[login]
    ]


_OF_BODIES = {
    "request.province_code = part.id": "request.province_code = part.id AND public_body.province_code = part.id"
}
"""The same in the order of bodies, of which those elsewhere need not be walked through."""


def _of_part(first: Any, source: str, belongs: str, labels: Sequence[str]) -> Select[Any]:
    """The first requests for each row of a part, of those that belong to it."""
    page = first.where(text(belongs)).lateral("page")
    part = text(source).columns(column("id")).subquery("part")
    return select(*(page.c[label] for label in labels)).select_from(part).select_from(page)


def _lines(page: Select[Any], order: str) -> Statement:
    """The requests of a page, as a list shows them."""
    others = {
        **{
            f"body_{name}": f"public_body.{name}"
            for name in ("code", "name_km", "name_en", "place_km", "place_en")
        },
        **{f"cbo_{name}": f"cbo.{name}" for name in ("code", "name_km", "name_en")},
    }
    shown = columns(LineRow, "request", next_due_on=next_due_on("request"), **others)
    statement = compiled(page)
    lines = f"""SELECT {shown} FROM {statement.sql} AS page
        JOIN request ON request.id = page.id JOIN public_body ON public_body.id = request.body_id
        LEFT JOIN cbo ON cbo.id = request.cbo_id AND request.filing <> 'sealed'
        ORDER BY {order}"""
    return Statement(rows(lines, LineRow), statement.names)


@cache
def unfinished(login: Login) -> Statement:
    """Requests that their body has not received: refused ones first, then those without a receipt, then drafts."""
    each = [*map(str, UNFINISHED)]
    order = f"array_position(ARRAY{each}, request.status), request.id"
    mine = seen_by(visible_under(login)).where(RequestRow.duplicate_of.is_(None))
    page: Any = mine.where(text(f"request.status IN {tuple(each)}")).with_only_columns(RequestRow.id)
    return _lines(page.order_by(text(order)).limit(literal_column(str(PAGE_SIZE + 1))), order)


@cache
def counting(login: Login, given: frozenset[str]) -> Statement:
    """How many requests a list has that is narrowed by so much; of very many only that they are more than `MOST_COUNTED`.

    Who sees everything sees it in the first part: only those of the others can be the same.
    """
    most: ColumnElement[int] = literal_column(str(MOST_COUNTED + 1))
    few = _narrowed(login, given, _PLANNED_ONCE | {"reference"}).with_only_columns(RequestRow.id).limit(most)
    # In the order of an index, which is left where there are enough.
    in_order = few.order_by(RequestRow.next_due_on, RequestRow.id) if given <= _INDEXED else few
    everything, *others = (each.limit(most) for each in _seen(login, given, in_order, ["id"]))
    found = [everything.subquery(), *([union(*others).subquery()] if others else [])]
    return compiled(
        select(func.greatest(*(select(func.count()).select_from(each).scalar_subquery() for each in found)))
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of requests, how many there are in a list that is narrowed, and by what they can be."""

    page: Page[Line]
    wanted: RequestFilter
    total: int | None = None
    provinces: Sequence[Area] = ()
    campaigns: Sequence[Named] = ()
    topics: Sequence[TopicNamed] = ()
    saved: Sequence[SavedList] = ()


class _ListRead(msgspec.Struct):
    lines: list[LineRow]
    total: int | None = None
    provinces: msgspec.Raw = msgspec.Raw(b"[]")
    campaigns: msgspec.Raw = msgspec.Raw(b"[]")
    topics: msgspec.Raw = msgspec.Raw(b"[]")
    saved: list[SavedList] = []


@dataclass(frozen=True, slots=True)
class Counted(Worklist):
    """The same with how many there are in all."""

    def asked(self, login: Login) -> Statement | None:
        lines = Worklist.asked(self, login)
        if lines is None:
            return None
        # Of all that somebody sees there is no number, which would cost more than the list.
        given = self.wanted.given
        total = {"total": counting(login, given)} if given or login is Login.CBO else {}
        return together(lines=lines, **total, **self.choices)

    choices: ClassVar[Mapping[str, Statement]] = {}

    def view(self, answer: bytes | None, by: ReadBy) -> Any:
        if answer is None:
            return Listed(self.page_of([], by), self.wanted)
        found = decoder(_ListRead)(answer)
        return Listed(
            self.page_of(found.lines, by),
            self.wanted,
            found.total,
            decoded_once(tuple[Area, ...], bytes(found.provinces)),
            decoded_once(tuple[Named, ...], bytes(found.campaigns)),
            decoded_once(tuple[TopicNamed, ...], bytes(found.topics)),
            found.saved,
        )


@dataclass(frozen=True, slots=True)
class ListPage(Counted):
    """The same with the provinces, campaigns and topics among which somebody can choose, and the lists that are saved."""

    choices: ClassVar = {
        "provinces": PROVINCES,
        "campaigns": CAMPAIGNS,
        "topics": TOPICS,
        "saved": SAVED_LISTS,
    }


@cache
def urgency(login: Login) -> Mapping[str, Statement]:
    """Counts for the first page: of the lists of the same names."""
    return {name: counting(login, frozenset({name})) for name in NEEDING}
