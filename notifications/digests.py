"""The daily digest: a summary of what is due, for campaign staff and for members who prefer it.

It is queued as a row for each person and day, and its figures are counted when it is sent, so that
it never mentions a deadline that was met a minute before. An empty digest is cancelled.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.hours import TURN
from rti.core.db import Database
from rti.core.db_roles import login_of
from rti.core.roles import REQUESTS, Reader
from rti.law.calendars import Calendar
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.messages import MessageKind, MessageState
from rti.models.requests import RequestRow
from rti.models.saved_lists import SavedListRow
from rti.requests.queries import overdue, snoozed, visible
from rti.requests.saved_lists import news_of

NOTHING_DUE: Mapping[str, Any] = {"areas": [], "requests": [], "overdue": 0, "today": 0, "soon": 0}
MOST_NAMED = 20
"""The most requests that a message names, for readers who asked for details."""
AHEAD = 3
"""Working days that a digest looks ahead."""
_TOLD_OF_LISTS = "EXISTS (SELECT FROM saved_list s WHERE s.person_id = p.id AND s.mails)"
_QUEUE = text(
    f"""
    WITH inserted AS (
        INSERT INTO message (
            id, person_id, day, kind, values, message_id, state, attempt, deferrals, ambiguous,
            next_attempt_at, created_at, last_reply
        )
        SELECT new_id(), p.id, :day, :kind, '{{}}',
            '<' || left(encode(sha256(convert_to(concat_ws(':', 'digest', p.id, CAST(:day AS date)), 'UTF8')), 'hex'), 32)
                || '@' || CAST(:host AS text) || '>',
            :state, 0, 0, 0, {TURN}, :now, ''
        FROM person p LEFT JOIN cbo c ON c.id = p.cbo_id
        WHERE p.wants_reminders AND p.disabled_at IS NULL
          AND (p.role = 'staff' OR ({_TOLD_OF_LISTS} AND c.sends_messages AND c.locked_at IS NULL)
            OR (p.wants_digest AND c.sends_messages AND c.locked_at IS NULL AND EXISTS (
              SELECT FROM request r
              WHERE r.cbo_id = p.cbo_id AND r.next_due_on <= :until AND r.duplicate_of IS NULL
          )))
          AND NOT EXISTS (SELECT FROM message m WHERE m.person_id = p.id AND m.day = :day)
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM inserted
"""  # noqa: S608 -- our own words
)


async def queue_digests(session: AsyncSession, moment: Mapping[str, Any], calendar: Calendar) -> int:
    """Queue the digests of `moment["day"]`, each once; none on a day off. How many were queued."""
    day: date = moment["day"]
    if not calendar.is_working(day):
        return 0
    values = {
        **moment,
        "until": calendar.add_working_days(day, AHEAD),
        "kind": MessageKind.DIGEST,
        "state": MessageState.QUEUED,
    }
    return int((await session.execute(_QUEUE, values)).scalar_one())


async def news(database: Database, session: AsyncSession, reader: Reader, day: date) -> list[dict[str, Any]]:
    """What is new in the saved lists that a person follows; it is not new again.

    Lists are read as that person, so that words are searched only in what they may see.
    """
    if not await mails_lists(session, reader):
        return []
    async with database.under(login_of(reader)).transaction(reader.id) as own:
        found = await news_of(own, reader, day)
    for each in found:
        update_known = update(SavedListRow).where(SavedListRow.id == each.id).values(known=list(each.now))
        await session.execute(update_known.execution_options(synchronize_session=False))
    return [{"name": each.name, "query": each.query, "count": each.new} for each in found if each.new]


async def mails_lists(session: AsyncSession, reader: Reader) -> bool:
    """Whether somebody follows a saved list."""
    wanted = select(SavedListRow.id).where(SavedListRow.person_id == reader.id, SavedListRow.mails)
    return reader.role in REQUESTS and await session.scalar(wanted.limit(1)) is not None


async def contents(
    session: AsyncSession, reader: Reader, day: date, calendar: Calendar, *, named: bool
) -> dict[str, Any]:
    """What is due among the requests a person sees, by area, as the values of a message; empty if nothing is.

    Requests are listed only where `named`, and only the most urgent ones.
    """
    until = calendar.add_working_days(day, AHEAD)
    due = (
        visible(reader)
        .select_from(RequestRow)
        .join(PublicBodyRow, PublicBodyRow.id == RequestRow.body_id)
        .where(
            RequestRow.next_due_on <= until, RequestRow.duplicate_of.is_(None), ~snoozed(RequestRow.id, day)
        )
    )
    areas = [dict(row) for row in (await session.execute(_by_area(due, day))).mappings()]
    if not areas:
        return {}
    first = (await session.execute(_first(due))).mappings() if named else ()
    urgencies = ("overdue", "today", "soon")
    return {
        "areas": areas,
        "requests": [dict(row) for row in first],
        **{urgency: sum(area[urgency] for area in areas) for urgency in urgencies},
    }


def _by_area(due: Select[RequestRow], day: date) -> Select[*tuple[Any, ...]]:
    province = PublicBodyRow.province_code
    urgencies = {
        "overdue": overdue(day),
        "today": and_(RequestRow.next_due_on <= day, ~overdue(day)),
        "soon": RequestRow.next_due_on > day,
    }
    counts = [func.count().filter(when).label(urgency) for urgency, when in urgencies.items()]
    return (
        due.outerjoin(AreaRow, AreaRow.code == province)
        .with_only_columns(province.label("code"), AreaRow.name_en, AreaRow.name_km, *counts)
        .group_by(province, AreaRow.code)
        .order_by(*(count.desc() for count in counts), province)
    )


def _first(due: Select[RequestRow]) -> Select[*tuple[Any, ...]]:
    named = (RequestRow.reference, RequestRow.title, RequestRow.next_due_on.label("due_on"))
    return (
        due.with_only_columns(*named, PublicBodyRow.name_en, PublicBodyRow.name_km)
        .order_by(RequestRow.next_due_on, RequestRow.id)
        .limit(MOST_NAMED)
    )
