"""Keyset pagination: the next page begins after the last row shown, however many rows are stored."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rti.core.errors import Invalid, invalid, say
from rti.core.validation import clean_text

T = TypeVar("T")
PAGE_SIZE = 25
MOST_COUNTED = 1_000
"""Rows are counted exactly up to here; beyond it a page says "more than"."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, with the cursors for `after`, the next page, and `before`, the previous one."""

    items: Sequence[T]
    next: str | None
    previous: str | None = None


def page_of(rows: Sequence[T], size: int, key: Callable[[T], Sequence[str]]) -> Page[T]:
    """The page out of `size + 1` rows that a query fetched."""
    return Page(rows[:size], mark(key(rows[size - 1])) if len(rows) > size else None)


def page_between(
    rows: Sequence[T], size: int, key: Callable[[T], Sequence[str]], *, after: bool, before: bool
) -> Page[T]:
    """The same for a list paged both ways; rows `before` a cursor also come in the order of the list."""
    more = len(rows) > size
    shown = rows[-size:] if before else rows[:size]
    if not shown:
        return Page(shown, None)
    onwards, back = (True, more) if before else (more, after)
    return Page(shown, mark(key(shown[-1])) if onwards else None, mark(key(shown[0])) if back else None)


def mark(key: Sequence[str]) -> str:
    """The cursor of a row, for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str, *parsers: Callable[[str], object]) -> tuple[object, ...]:
    """The key in a cursor, each part read by its parser; anything else is a fault of `after`."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(parse(clean_text(part)) for parse, part in zip(parsers, parts, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error, RecursionError):
        raise _lost() from None


def containing(text: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether one of the columns has the text in it, in whatever case."""
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _lost() -> Invalid:
    return invalid("after", say("Start again from the first page of the list"))


async def page_by_key(
    session: AsyncSession,
    query: Select[T],
    row_id: InstrumentedAttribute[UUID],
    key: Sequence[SQLColumnExpression[Any]],
    *,
    after: str = "",
    before: str = "",
) -> Page[T]:
    """The page of a query after or before a cursor, in the order of a key that no address may show: the cursor is an identifier."""
    backwards = bool(before) and not after
    if cursor := after or before:
        (marked,) = decode_cursor(cursor, UUID)
        found = (await session.execute(select(*key).where(row_id == marked))).one_or_none()
        if found is None:
            raise _lost()
        query = query.where(tuple_(*key) < tuple_(*found) if backwards else tuple_(*key) > tuple_(*found))
    order = [each.desc() if backwards else each for each in key]
    rows = (await session.scalars(query.order_by(*order).limit(PAGE_SIZE + 1))).all()
    shown = rows[::-1] if backwards else rows
    return page_between(
        shown, PAGE_SIZE, lambda row: [str(getattr(row, row_id.key))], after=bool(after), before=backwards
    )


def decode_moment(text: str) -> datetime:
    """A part of a cursor that is a moment; raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)
