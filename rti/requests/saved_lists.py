"""Saved lists: filters of requests under a name, and what is new in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import campaign
from rti.core.asking import selected
from rti.core.db import new_id, unique
from rti.core.errors import NotFound, invalid, say
from rti.core.pagination import MOST_COUNTED
from rti.core.roles import Person, Reader
from rti.core.validation import decode
from rti.core.visibility import ME
from rti.models.requests import RequestRow
from rti.models.saved_lists import SavedListRow
from rti.requests.commands import FILTERS, RequestFilter, SaveList, as_address
from rti.requests.queries import matching

MOST_LISTS = 50
"""Of one person."""


class SavedList(msgspec.Struct, frozen=True, kw_only=True):
    """A list that somebody saved, as those see it who may open it."""

    id: UUID
    name: str
    wanted: dict[str, str]
    shared_in: UUID | None
    mails: bool
    own: bool

    @property
    def query(self) -> str:
        """What follows the question mark of its address."""
        return _query(self.wanted)


def _query(wanted: Mapping[str, str]) -> str:
    """The database keeps no order of its own."""
    return urlencode({name: wanted[name] for name in (*FILTERS, "sort") if name in wanted})


_OWN: ColumnElement[bool] = literal_column(f"(saved_list.person_id = {ME})")
_BY_NAME = select(SavedListRow).order_by(SavedListRow.name, SavedListRow.id)
SAVED_LISTS = selected(SavedList, _BY_NAME, SavedListRow, own=_OWN)
"""Those that somebody may open: row security narrows them to the own ones and those that are shared with them."""


async def saved_lists(session: AsyncSession, person: Person) -> list[SavedList]:
    rows = await session.scalars(_BY_NAME)
    return [
        SavedList(
            id=row.id,
            name=row.name,
            wanted=row.wanted,
            shared_in=row.shared_in,
            mails=row.mails,
            own=row.person_id == person.id,
        )
        for row in rows
    ]


async def save_list(
    session: AsyncSession, command: SaveList, person: Person, now: datetime, today: date
) -> SavedListRow:
    """Save a list under a name, replacing one's own list of that name. What is in it now does not count as new."""
    if not command.narrowed:
        raise invalid("name", say("Choose a filter first: this list has all requests"))
    if command.shared_in:
        await campaign(session, command.shared_in)
    mine = select(SavedListRow).where(SavedListRow.person_id == person.id)
    row = await session.scalar(mine.where(SavedListRow.name == command.name))
    if row is None:
        count = await session.scalar(select(func.count()).select_from(mine.subquery()))
        if (count or 0) >= MOST_LISTS:
            raise invalid("name", say("You have {count} saved lists. Delete one first", count=MOST_LISTS))
        row = SavedListRow(id=new_id(), person_id=person.id, name=command.name, created_at=now)
    row.wanted, row.shared_in, row.mails = as_address(command), command.shared_in, command.mails
    row.known = await _in_list(session, row, person, today) if command.mails else []
    taken = invalid("name", say("You already have a saved list with this name"))
    async with unique(session, taken):
        session.add(row)
        await session.flush()
    return row


async def delete_list(session: AsyncSession, list_id: UUID, person: Person) -> None:
    """Delete one's own list; raises NotFound for somebody else's."""
    row = await session.get(SavedListRow, list_id)
    if row is None or row.person_id != person.id:
        raise NotFound
    await session.delete(row)
    await session.flush()


@dataclass(frozen=True, slots=True)
class News:
    """A saved list with requests that are new in it, and all that is in it now."""

    id: UUID
    name: str
    query: str
    new: int
    now: Sequence[UUID]


async def news_of(session: AsyncSession, person: Reader, today: date) -> list[News]:
    """What is new in the lists that a person follows, read as that person; includes lists with nothing new."""
    mine = _BY_NAME.where(SavedListRow.person_id == person.id, SavedListRow.mails)
    news = []
    for row in await session.scalars(mine):
        ids = await _in_list(session, row, person, today)
        news.append(News(row.id, row.name, _query(row.wanted), len({*ids} - {*row.known}), ids))
    return news


async def _in_list(session: AsyncSession, row: SavedListRow, person: Reader, today: date) -> list[UUID]:
    ids = matching(person, decode(RequestFilter, row.wanted), today).with_only_columns(RequestRow.id)
    newest = ids.order_by(RequestRow.id.desc()).limit(MOST_COUNTED)
    return list(await session.scalars(newest))
